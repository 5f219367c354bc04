"""What a person contributes: by age, student status, tier, situation and day of payment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policy.condition import Condition, Setting, Test, anyone, conditions
from policy.facts import Facts
from policy.money import Fen, FenOrElsewhere
from policy.period import Day, Span
from policy.section import Rule


class Contribution(Rule):
    """A standard and whom it is for; the first that fits, in the pack's order, applies.

    `amount` is fen, or None where another document sets it (`elsewhere`); `document` then says which.
    """

    amount: FenOrElsewhere
    who: tuple[str | Condition, ...] = ()
    paid_first: Day = None
    paid_last: Day = None
    document: str = ""


class LongTermCare(Rule):
    """Collected beside the contribution from those who live in a pilot area."""

    amount: Fen


@dataclass(frozen=True, slots=True)
class Standard:
    name: str
    amount: int | None
    test: Test | None
    span: Span
    citations: tuple[str, ...]
    assumed: tuple[str, ...]


def compile_standards(contributions: Mapping[str, Contribution], setting: Setting) -> tuple[Standard, ...]:
    standards = []
    for name, each in contributions.items():
        first = each.paid_first.resolve(setting.spans) if each.paid_first is not None else date.min
        last = each.paid_last.resolve(setting.spans) if each.paid_last is not None else date.max
        test = anyone(conditions(each.who, setting), setting)
        standards.append(Standard(name, each.amount, test, Span(first, last), each.clause, each.assumed))
    return tuple(standards)


def standard_for(standards: tuple[Standard, ...], facts: Facts) -> Standard | None:
    """The standard for a person, None when the pack has none."""
    for standard in standards:
        first, last = standard.span
        if first <= facts.paid_on <= last and (standard.test is None or standard.test(facts)):
            return standard
    return None
