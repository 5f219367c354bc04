"""Who a rule is for: conditions on a person and a payment, and named groups of people.

A rule's `who` is a list: the rule is for whoever fits one of its items. An item is the name of a group, or a
condition all of whose parts hold. An empty list is everyone. An identity that has ended by the day of payment fits no
condition.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import Field

from policy.categories import SITUATIONS
from policy.facts import Facts
from policy.period import ALWAYS, Counting, Day, NextMonth, Span, span_of, years_old_on
from policy.section import Rule, Section, Words

Test = Callable[[Facts], bool]
SituationName = Literal[tuple(SITUATIONS)]


class BornCloseBefore(Section):
    """Born fewer than `days` days before `day`, or on it."""

    days: int = Field(ge=1, le=3660)
    day: Day


class Age(Section):
    """Full years of age on a day: `at_least`, `under`, or both."""

    on: Day
    at_least: int = Field(default=0, ge=0, le=150)
    under: int = Field(default=150, ge=1, le=150)


class IdentityCondition(Section):
    """Holds an identity of one of `categories` (`assisted`: of any class of the pack), not ended by the day of
    payment.

    `in_force`: it is determined by the day of payment. `counted`: it counts for assistance by the pack's recognition
    rules.
    """

    categories: Words = ("assisted",)
    determined_first: Day = None
    determined_last: Day = None
    in_force: bool = True
    counted: bool = False


class Lapse(Section):
    """How long employee cover had been missing on the day of payment. Who cannot say since when is not within."""

    within_months: int | None = Field(default=None, ge=0, le=1200)
    over_months: int | None = Field(default=None, ge=0, le=1200)


class AtLeast(Section):
    at_least: int = Field(ge=0, le=10_000)


class Range(Section):
    at_least: int = Field(default=0, ge=0, le=10_000)
    at_most: int = Field(default=10_000, ge=0, le=10_000)


class Condition(Section):
    """All parts that are given must hold."""

    situations: tuple[SituationName, ...] = ()
    students: tuple[Literal["none", "school", "college"], ...] = ()
    tiers: tuple[Literal["1", "2"], ...] = ()
    born_first: Day = None
    born_last: Day = None
    born_close_before: BornCloseBefore | None = None
    age: Age | None = None
    identity: IdentityCondition | None = None
    cover_years: AtLeast | None = None
    lapsed: Lapse | None = None
    paid_within_days_of_birth: int | None = Field(default=None, ge=1, le=3660)
    missed_years: Range | None = None


class Group(Rule):
    """People the notice treats alike, named once."""

    who: tuple[Condition, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Setting:
    """What conditions are resolved against when a pack is compiled."""

    spans: Mapping[str, Span]
    counting: Counting
    next_month: NextMonth
    no_waiting: str
    assisted: frozenset[str]
    counts: Callable[[Facts], tuple]
    groups: Mapping[str, Group]


def conditions(who: tuple, setting: Setting) -> tuple[Condition, ...]:
    """The conditions of a `who`, groups spelt out."""
    spelt = []
    for item in who:
        spelt += setting.groups[item].who if isinstance(item, str) else [item]
    return tuple(spelt)


def situations_of(who: tuple[Condition, ...]) -> frozenset[str]:
    """The situations that can fit."""
    if not who:
        return frozenset(SITUATIONS)
    return frozenset().union(*(condition.situations or SITUATIONS for condition in who))


def anyone(
    who: tuple[Condition, ...], setting: Setting, *, situation: str | None = None, on_any_day: bool = False
) -> Test | None:
    """A test of whoever fits one of the conditions; None: everyone does.

    With a `situation` the test is for people of that situation alone, and conditions of others are left out.
    `on_any_day` leaves out how long before the payment the birth or the end of employee cover was.
    """
    if not who:
        return None
    tests = []
    for condition in who:
        if situation is not None and condition.situations and situation not in condition.situations:
            continue
        if on_any_day:
            condition = condition.model_copy(update={"paid_within_days_of_birth": None, "lapsed": None})
        test = _all(_parts(condition, setting, known_situation=situation is not None))
        if test is None:
            return None
        tests.append(test)
    if len(tests) == 1:
        return tests[0]
    return lambda facts: any(test(facts) for test in tests)


def _all(tests: list[Test]) -> Test | None:
    if len(tests) <= 1:
        return tests[0] if tests else None
    if len(tests) == 2:
        one, two = tests
        return lambda facts: one(facts) and two(facts)
    return lambda facts: all(test(facts) for test in tests)


def birth_span(condition: Condition, setting: Setting) -> Span:
    """The birth dates that fit a condition's absolute parts."""
    first, last = span_of(condition.born_first, condition.born_last, setting.spans)
    if close := condition.born_close_before:
        day = close.day.resolve(setting.spans)
        first, last = max(first, day - timedelta(days=close.days - 1)), min(last, day)
    if age := condition.age:
        on = age.on.resolve(setting.spans)
        if age.at_least:
            last = min(last, years_old_on(age.at_least, on))
        if age.under < 150:
            first = max(first, years_old_on(age.under, on) + timedelta(days=1))
    return Span(first, last)


def _parts(condition: Condition, setting: Setting, *, known_situation: bool) -> list[Test]:
    tests: list[Test] = []
    counting = setting.counting
    if condition.situations and not known_situation:
        situations = frozenset(condition.situations)
        tests.append(lambda facts: facts.situation in situations)
    if condition.students:
        students = frozenset(condition.students)
        tests.append(lambda facts: facts.student in students)
    if condition.tiers:
        tiers = frozenset(int(tier) for tier in condition.tiers)
        tests.append(lambda facts: facts.tier in tiers)
    first, last = birth_span(condition, setting)
    if (first, last) != ALWAYS:
        tests.append(lambda facts: first <= facts.birth_date <= last)
    if (days := condition.paid_within_days_of_birth) is not None:
        tests.append(lambda facts: facts.paid_on <= counting.last_within_days(facts.birth_date, days))
    if condition.cover_years is not None:
        years = condition.cover_years.at_least
        tests.append(lambda facts: facts.employee_cover_years >= years)
    if condition.lapsed is not None:
        tests += _lapse(condition.lapsed, counting)
    if condition.missed_years is not None:
        at_least, at_most = condition.missed_years.at_least, condition.missed_years.at_most
        tests.append(lambda facts: at_least <= facts.missed_years <= at_most)
    if condition.identity is not None:
        tests.append(_identity(condition.identity, setting))
    return tests


def _lapse(lapse: Lapse, counting: Counting) -> list[Test]:
    def within(facts: Facts, months: int) -> bool:
        ended_on = facts.employee_cover_ended_on
        return ended_on is not None and facts.paid_on <= counting.last_within_months(ended_on, months)

    tests: list[Test] = []
    if (months := lapse.within_months) is not None:
        tests.append(lambda facts: within(facts, months))
    if (over := lapse.over_months) is not None:
        tests.append(lambda facts: not within(facts, over))
    return tests


def identity_span(identity: IdentityCondition, setting: Setting) -> Span:
    """The days of determination that fit an identity condition."""
    return span_of(identity.determined_first, identity.determined_last, setting.spans)


def identity_categories(identity: IdentityCondition, setting: Setting) -> frozenset[str]:
    named = frozenset(identity.categories)
    return (named - {"assisted"}) | setting.assisted if "assisted" in named else named


def _identity(condition: IdentityCondition, setting: Setting) -> Test:
    categories = identity_categories(condition, setting)
    first, last = identity_span(condition, setting)
    in_force = condition.in_force
    counts = setting.counts
    counted = condition.counted

    def test(facts: Facts) -> bool:
        paid_on = facts.paid_on
        candidates = counts(facts) if counted and facts.identities else facts.identities
        for identity in candidates:
            determined_on = identity.determined_on
            if (
                identity.category in categories
                and first <= determined_on <= last
                and (not in_force or determined_on <= paid_on)
                and not identity.ended_by(paid_on)
            ):
                return True
        return False

    return test
