"""What a person contributes: by age, student status, tier, situation and day of payment."""

from collections.abc import Mapping
from dataclasses import dataclass

from policy.condition import Condition, Group, Setting, Test, anyone, conditions
from policy.facts import Facts
from policy.money import Fen, FenOrElsewhere
from policy.period import Day, Segments, Span, span_of
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


def rates_of_the_young(contributions: Mapping[str, Contribution], groups: Mapping[str, Group]) -> frozenset[int]:
    """Amounts (fen) of contributions that go by age or schooling (JL-1.1): whoever is charged such a one cannot be told
    from others by the year's standard, so that it stands beside the name in what tax gets (JL-4.1)."""
    return frozenset(
        each.amount
        for each in contributions.values()
        if each.amount is not None and any(_goes_by_youth(who) for who in _spelt_out(each, groups))
    )


def _spelt_out(contribution: Contribution, groups: Mapping[str, Group]) -> list[Condition]:
    return [
        condition for item in contribution.who for condition in (groups[item].who if isinstance(item, str) else (item,))
    ]


def _goes_by_youth(who: Condition) -> bool:
    return bool(who.students or who.born_first or who.age)


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
    """The standards in the pack's order."""
    return tuple(
        Standard(
            name,
            each.amount,
            anyone(conditions(each.who, setting), setting),
            span_of(each.paid_first, each.paid_last, setting.spans),
            each.clause,
            each.assumed,
        )
        for name, each in contributions.items()
    )


def by_segment(standards: tuple[Standard, ...], segments: Segments) -> tuple[tuple[Standard, ...], ...]:
    """The standards that stand in every segment of days."""
    return tuple(
        tuple(each for each in standards if each.span.first <= day <= each.span.last) for day in segments.first_days
    )


def standard_for(standards: tuple[Standard, ...], facts: Facts) -> Standard | None:
    """The first of these standards that is for a person, None when there is none."""
    for standard in standards:
        if standard.test is None or standard.test(facts):
            return standard
    return None
