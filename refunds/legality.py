"""What the notice says of a refund: asked of the policy, with the facts of the payment."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from enrollment.models import Payment, Registration
from notices.models import PackVersion
from notices.queries import pack_for
from notices.services import keep_version
from policy.facts import parse
from policy.quote import quote


@dataclass(frozen=True)
class Judgement:
    """The notice's answer. `allowed` None: it has no rule for the case, people decide.

    `facts` is the question and `answer` the reply as JSON of the calculator's contract: of the reply the refund, the
    readings (`assumptions`) and the clauses that decided the refund (`citations`), the leading one first.
    """

    allowed: bool | None
    clauses: tuple[str, ...]
    facts: dict[str, Any]
    answer: dict[str, Any]
    version: PackVersion


def judge(payment: Payment, *, reason: str, applied_on: date) -> Judgement:
    """Whether the contribution may be paid back, by the notice that governs the place and year of the payment.

    What decides is the reason and the day of the application (SL-5.4a, PL-7.3a, PL-7.3b, PL-7.5); identities do not,
    so none is asked. Raises `notices.queries.NoNotice` where no notice governs, and `policy.facts.FactsError` for a
    payment that contradicts itself (paid before birth).
    """
    pack = pack_for(payment.region_id, payment.coverage_year, on=applied_on)
    registration = Registration.objects.filter(
        person=payment.person_id, coverage_year=payment.coverage_year, ended_on__isnull=True
    ).first()
    question = {
        "policy": pack.id,
        "birth_date": payment.person.birth_date.isoformat(),
        "paid_on": payment.paid_on.isoformat(),
        "situation": registration.situation if registration else "general",
        "student": registration.student if registration else "none",
        "tier": payment.tier,
        "refund": {"reason": reason, "applied_on": applied_on.isoformat()},
    }
    reply = quote(parse(question), pack)
    # The answer cites the enrolment as well; what only the question of the refund brings in is the refund's own.
    enrolment = quote(parse({**question, "refund": None}), pack)
    clauses = tuple(clause for clause in reply.citations if clause not in enrolment.citations)
    answer = {
        **reply.refund.as_json(),
        "citations": list(clauses),
        "assumptions": list(reply.assumptions),
    }
    return Judgement(reply.refund.allowed, clauses, question, answer, keep_version(pack))
