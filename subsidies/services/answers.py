"""The policy's answers as rows: asked once for each distinct set of facts, kept once for each version of a notice."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from notices.services import keep_version
from policy.facts import Facts, Identity
from policy.pack import Pack
from policy.quote import UNDETERMINED, Quote, quote
from subsidies.models import Answer, AnswerFund
from subsidies.services.alike import Question, Questions

_LOOKED_UP_AT_ONCE = 500


class AnswerBook:
    """The kept answers of one version of a notice, for one day. Works inside the transaction of whoever uses it."""

    def __init__(self, pack: Pack, on: date) -> None:
        self.pack, self.questions = pack, Questions(pack, on)
        self._version: str | None = None

    def answer_all(self) -> None:
        """Gives every unanswered question its kept answer; made where there is none yet."""
        unanswered = self.questions.unanswered
        for start in range(0, len(unanswered), _LOOKED_UP_AT_ONCE):
            self._answer(unanswered[start : start + _LOOKED_UP_AT_ONCE])
        unanswered.clear()

    def _answer(self, questions: list[Question]) -> None:
        if self._version is None:
            self._version = keep_version(self.pack).pk
        by_key = {_key(facts_as_json(question.facts)): question for question in questions}
        stored = self._stored(by_key)
        missing = {key: question.facts for key, question in by_key.items() if key not in stored}
        if missing:
            quotes = {key: quote(facts, self.pack) for key, facts in missing.items()}
            Answer.objects.bulk_create(
                [answer_row(self._version, missing[key], each) for key, each in quotes.items()], ignore_conflicts=True
            )
            made = self._stored(missing)
            AnswerFund.objects.bulk_create(
                [fund for key, each in quotes.items() for fund in fund_rows(made[key][0], each)], ignore_conflicts=True
            )
            stored |= made
        for key, question in by_key.items():
            question.answer_id, outcome = stored[key]
            question.undetermined = outcome == UNDETERMINED

    def _stored(self, keys: Iterable[str]) -> dict[str, tuple[int, str]]:
        rows = Answer.objects.filter(pack_version_id=self._version, facts_key__in=list(keys))
        return {key: (pk, outcome) for key, pk, outcome in rows.values_list("facts_key", "pk", "outcome")}


def facts_as_json(facts: Facts) -> dict[str, Any]:
    """The facts in the calculator's contract (quote.md), ready for `policy.facts.parse`."""
    return {
        "policy": facts.policy,
        "birth_date": facts.birth_date.isoformat(),
        "situation": facts.situation,
        "student": facts.student,
        "tier": facts.tier,
        "ltc_pilot": facts.ltc_pilot,
        "identities": [_identity_as_json(identity) for identity in facts.identities],
        "employee_cover_ended_on": _iso(facts.employee_cover_ended_on),
        "employee_cover_years": facts.employee_cover_years,
        "paid_on": facts.paid_on.isoformat(),
    }


def _identity_as_json(identity: Identity) -> dict[str, Any]:
    return {
        "category": identity.category,
        "determined_on": identity.determined_on.isoformat(),
        "ended_on": _iso(identity.ended_on),
        "marked_on": _iso(identity.marked_on),
    }


def _iso(day: date | None) -> str | None:
    return day and day.isoformat()


def _key(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def quote_key(answer: Quote) -> str:
    """The same for two answers that say the same, by whatever version of a notice."""
    return _key(answer.as_json())


def answer_row(version: str, facts: Facts, answer: Quote) -> Answer:
    """The row of an answer; `facts` and `quote` are the contract's own JSON, so that it can be replayed."""
    asked = facts_as_json(facts)
    clauses = " ".join(answer.citations)
    return Answer(
        pack_version_id=version,
        facts_key=_key(asked),
        quote_key=quote_key(answer),
        facts=asked,
        quote=answer.as_json(),
        outcome=answer.outcome,
        window=answer.window,
        category=answer.assistance.category if answer.assistance else "",
        standard_fen=answer.standard,
        assistance_fen=answer.assistance.amount if answer.assistance else None,
        charged_fen=answer.charged,
        reimbursed_fen=answer.reimbursed,
        net_fen=answer.net_cost,
        subsidy_fen=answer.fiscal_subsidy.total if answer.fiscal_subsidy else None,
        benefit_start=answer.benefit.start if answer.benefit else None,
        benefit_end=answer.benefit.end if answer.benefit else None,
        clauses=clauses if len(clauses) <= 200 else clauses[:200].rpartition(" ")[0],
    )


def fund_rows(answer_id: int, answer: Quote) -> list[AnswerFund]:
    """What each fund bears; where the notice names no split, all of it under `AnswerFund.UNSPLIT`."""
    shares: list[tuple[str, Any, int | None]] = []
    if answer.assistance:
        shares.append((AnswerFund.Purpose.ASSISTANCE, answer.assistance.funds, answer.assistance.amount))
    if answer.fiscal_subsidy:
        shares.append((AnswerFund.Purpose.FISCAL_SUBSIDY, answer.fiscal_subsidy.funds, answer.fiscal_subsidy.total))
    rows = []
    for purpose, funds, total in shares:
        split = dict(funds) if funds is not None else {AnswerFund.UNSPLIT: total} if total else {}
        rows += [
            AnswerFund(answer_id=answer_id, purpose=purpose, fund=fund, amount_fen=fen) for fund, fen in split.items()
        ]
    return rows
