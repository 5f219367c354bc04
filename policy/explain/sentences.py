"""An answer in sentences a villager understands.

Sentences are English msgids with placeholders; the caller hands in `translate` (gettext, say) and gets them in its
language. Words of the law that come out of a pack (labels of rules, names of categories and funds) are Chinese and
stay so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy.categories import CATEGORIES, REFUND_REASONS
from policy.explain.clauses import ClausesBehind
from policy.explain.messages import gettext_noop as _
from policy.explain.rows import fund_text
from policy.facts import Facts
from policy.money import yuan
from policy.quote import NOT_ALLOWED, UNDETERMINED, Quote
from policy.refund import STEPS
from policy.schema import Pack
from policy.stay import SETTLE_BY
from policy.window import WINDOWS

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A msgid with its parameters and the clauses behind it; `field` is the field of the answer it explains."""

    field: str
    message: str
    parameters: Mapping[str, Any]
    clauses: tuple[str, ...]

    def text(self, translate: Translate = str, write_day: Callable[[date], str] = date.isoformat) -> str:
        """The sentence in the language of `translate`, its days written by `write_day`."""
        written = {key: write_day(each) if isinstance(each, date) else each for key, each in self.parameters.items()}
        return translate(self.message) % written


def sentences(facts: Facts, quote: Quote, pack: Pack) -> tuple[Sentence, ...]:
    """The answer in sentences a villager understands, the decision first."""
    return tuple(_sentences(facts, quote, pack))


def _sentences(facts: Facts, quote: Quote, pack: Pack) -> Iterator[Sentence]:
    clauses = ClausesBehind(facts, quote, pack)
    year = {"year": pack.coverage_year, "area": pack.jurisdiction_name, "day": facts.paid_on}
    if quote.outcome == NOT_ALLOWED:
        late = quote.way_in and pack.ways_in[quote.way_in].start is not None
        message = (
            _("Paying on %(day)s, benefits would start only after %(year)s has ended, so enrolment is not possible.")
            if late
            else _("On %(day)s this person cannot enrol for %(year)s in %(area)s.")
        )
        yield Sentence("outcome", message, year, quote.citations)
    else:
        yield Sentence(
            "window",
            _("Paying on %(day)s counts as %(window)s: %(way)s."),
            {**year, "window": WINDOWS[quote.window], "way": pack.ways_in[quote.way_in].label},
            clauses.way_in,
        )
        yield from _money_sentences(quote, pack, clauses)
        yield Sentence(
            "benefit",
            _("Benefits run from %(start)s to %(end)s."),
            {"start": quote.benefit.start, "end": quote.benefit.end},
            clauses.way_in,
        )
    yield from _question_sentences(facts, quote, clauses)


def _money_sentences(quote: Quote, pack: Pack, clauses: ClausesBehind) -> Iterator[Sentence]:
    contribution = pack.contributions[quote.contribution]
    if quote.standard is None:
        yield Sentence(
            "standard",
            _("The individual contribution is set by another document: %(document)s."),
            {"document": contribution.document or contribution.label},
            clauses.standard,
        )
    else:
        yield Sentence(
            "standard",
            _("The individual contribution is %(amount)s yuan (%(name)s)."),
            {"amount": yuan(quote.standard), "name": contribution.label},
            clauses.standard,
        )
    if quote.long_term_care:
        yield Sentence(
            "long_term_care",
            _("Long-term-care insurance of %(amount)s yuan is collected beside it."),
            {"amount": yuan(quote.long_term_care)},
            clauses.long_term_care,
        )
    if quote.assistance is not None:
        name = {"category": CATEGORIES[quote.assistance.category]}
        if quote.assistance.amount is None:
            yield Sentence(
                "assistance",
                _("Assistance as %(category)s is set by another document: %(document)s."),
                {**name, "document": clauses.assistance_document},
                clauses.assistance,
            )
        else:
            yield Sentence(
                "assistance",
                _("Assistance as %(category)s is %(amount)s yuan, from %(funds)s."),
                {**name, "amount": yuan(quote.assistance.amount), "funds": fund_text(quote.assistance.funds)},
                clauses.assistance,
            )
    if quote.outcome == UNDETERMINED:
        yield Sentence(
            "outcome",
            _("What is to be paid in the end is known only when that document has been entered."),
            {},
            clauses.standard + clauses.assistance,
        )
        return
    if quote.reimbursed:
        message = _(
            "Tax collects %(charged)s yuan and %(reimbursed)s yuan are paid back; the person bears %(net)s yuan."
        )
    elif quote.charged == quote.net_cost == quote.standard:
        message = _("Tax collects %(charged)s yuan, all of which the person bears.")
    else:
        message = _("Tax collects %(charged)s yuan; the person bears %(net)s yuan.")
    amounts = {"charged": yuan(quote.charged), "reimbursed": yuan(quote.reimbursed), "net": yuan(quote.net_cost)}
    yield Sentence("charged", message, amounts, clauses.settlement or clauses.standard)


def _question_sentences(facts: Facts, quote: Quote, clauses: ClausesBehind) -> Iterator[Sentence]:
    if facts.refund is not None and quote.refund is not None:
        reason = {"reason": REFUND_REASONS[facts.refund.reason], "day": facts.refund.applied_on}
        message = {
            True: _("A refund for %(reason)s, applied for on %(day)s, is possible: %(steps)s."),
            False: _("A refund for %(reason)s, applied for on %(day)s, is not possible."),
            None: _("For a refund for %(reason)s, applied for on %(day)s, the notice has no rule; people decide."),
        }[quote.refund.allowed]
        steps = " → ".join(STEPS[step] for step in quote.refund.steps)
        yield Sentence("refund", message, {**reason, "steps": steps}, clauses.refund)
        if quote.refund.benefit_from_first_payment:
            yield Sentence("refund", _("Benefits run from the first payment."), {}, clauses.refund)
    if facts.stay is not None:
        if quote.stay is None:
            yield Sentence("stay", _("The notice has no rule for a hospital stay across years."), {}, ())
        else:
            yield Sentence(
                "stay", _("The hospital stay: %(rule)s."), {"rule": SETTLE_BY[quote.stay.settle_by]}, clauses.stay
            )
