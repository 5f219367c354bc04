"""The smallest representative of facts with the same answer, so that a million people fall into few questions.

`canonical(facts, pack)` clears what the pack does not ask for and moves every day to the first one on which the same
rules stand. Its answer equals that of the facts in everything but the label. `boundaries(pack)` gives the days at
which answers can change, for bucketing in bulk before a question is made at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from policy.assistance import Tie
from policy.benefit import FixedDate, FromBirth, NextMonthStart
from policy.condition import Condition, birth_span, conditions, identity_categories, identity_span
from policy.facts import Facts, Identity, RefundRequest, Stay
from policy.period import FIRST_DAY, ONE_DAY, NextMonth
from policy.schema import Pack

_ANY_AGE = 400 * 366
"""Days that no life exceeds."""

_STAY = Stay(FIRST_DAY, FIRST_DAY, same_area=True)


@dataclass(frozen=True)
class Boundaries:
    """Where answers of a pack can change. Days are the first ones of a new stretch: two days between the same
    neighbours are alike, as far as nothing else ties them together (see `close_to_birth` and `close_to_cover`).

    `categories`, `situations`, `students`, `tiers`: the words that rules name; the others are all alike.
    `close_to_birth` gives the situations in which the days from birth to payment matter, and up to how many;
    `close_to_cover` the months from the end of employee cover. `cover_years` are the thresholds of years of employee
    cover.
    """

    paid_on: tuple[date, ...]
    determined_on: tuple[date, ...]
    birth_date: tuple[date, ...]
    applied_on: tuple[date, ...]
    categories: frozenset[str]
    situations: frozenset[str]
    students: frozenset[str]
    tiers: bool
    long_term_care: bool
    missed_years: bool
    close_to_birth: Mapping[str, int]
    close_to_cover: Mapping[str, tuple[int, ...]]
    cover_years: tuple[int, ...]


def boundaries(pack: Pack) -> Boundaries:
    """The boundaries of a pack."""
    return pack.engine.boundaries


def find_boundaries(engine) -> Boundaries:
    """Gathers them from every rule that stands."""
    setting, pack = engine.setting, engine.pack
    found = [*_conditions(engine)]
    determined, birth = [], []
    categories = {*setting.assisted, *engine.counts.not_assisted}
    close_to_birth: dict[str, int] = {}
    close_to_cover: dict[str, set[int]] = {}
    for condition in found:
        birth.append(birth_span(condition, setting))
        situations = condition.situations or tuple(engine.gate.all_ways)
        for situation in situations:
            if days := condition.paid_within_days_of_birth:
                close_to_birth[situation] = max(days, close_to_birth.get(situation, 0))
            if lapsed := condition.lapsed:
                months = {each for each in (lapsed.within_months, lapsed.over_months) if each is not None}
                close_to_cover.setdefault(situation, set()).update(months)
        if identity := condition.identity:
            determined.append(identity_span(identity, setting))
            categories |= identity_categories(identity, setting)
    for situation, ways in engine.gate.all_ways.items():
        if any(isinstance(engine.ways[way.name].start, FromBirth) for way in ways):
            close_to_birth.setdefault(situation, _ANY_AGE)
    determined += [each.determined for each in engine.counts.rules]
    determined_cuts = _cuts(determined)
    return Boundaries(
        paid_on=tuple(sorted({*engine.segments.cuts, *determined_cuts})),
        determined_on=determined_cuts,
        birth_date=_cuts(birth),
        applied_on=_cuts(each.applied for each in engine.refunds),
        categories=frozenset(categories),
        situations=frozenset(name for each in found for name in each.situations),
        students=frozenset(name for each in found for name in each.students),
        tiers=any(each.tiers for each in found),
        long_term_care=pack.long_term_care is not None,
        missed_years=any(each.missed_years for each in found)
        or any(way.start.kind == "after_missed_years" for way in engine.ways.values() if way.start is not None),
        close_to_birth=close_to_birth,
        close_to_cover={key: tuple(sorted(months)) for key, months in close_to_cover.items()},
        cover_years=tuple(sorted({each.cover_years.at_least for each in found if each.cover_years})),
    )


def _conditions(engine) -> Iterator[Condition]:
    rules = [*engine.ways.values(), *engine.other_ways.values(), *engine.contributions.values()]
    if engine.classes:
        rules += [each.rule for opened in engine.classes.by_category.values() for each in opened]
    for rule in rules:
        yield from conditions(rule.who, engine.setting)


def _cuts(spans) -> tuple[date, ...]:
    cuts = set()
    for first, last in spans:
        cuts.add(first)
        if last != date.max:
            cuts.add(last + ONE_DAY)
    return tuple(sorted(cuts - {date.min}))


def _first_alike(cuts: tuple[date, ...], day: date) -> date:
    """The first day of the stretch a day lies in."""
    index = bisect_right(cuts, day)
    return cuts[index - 1] if index else FIRST_DAY


def canonical(facts: Facts, pack: Pack) -> Facts:
    """The representative of the facts."""
    engine = pack.engine
    known: Boundaries = engine.boundaries
    situation = facts.situation if facts.situation in known.situations else "general"
    close_to_birth, close_to_cover = situation in known.close_to_birth, situation in known.close_to_cover
    as_it_is = close_to_birth or close_to_cover or (facts.identities and _order_of_days_matters(engine))
    birth_date = _birth_date(facts, engine, known, situation)
    # Never before birth: a question must be one that can be asked again.
    paid_on = facts.paid_on if as_it_is else max(_paid_on(facts, engine, known), birth_date)
    reduced = replace(
        facts,
        policy=pack.id,
        case=None,
        birth_date=birth_date,
        paid_on=paid_on,
        situation=situation,
        student=facts.student if facts.student in known.students else "none",
        tier=facts.tier if known.tiers else 1,
        ltc_pilot=facts.ltc_pilot and known.long_term_care,
        identities=_identities(facts, paid_on, engine, known),
        employee_cover_ended_on=_cover_ended_on(facts, engine, known.close_to_cover.get(situation, ())),
        employee_cover_years=max(
            (years for years in known.cover_years if years <= facts.employee_cover_years), default=0
        )
        if close_to_cover
        else 0,
        missed_years=facts.missed_years if known.missed_years else 0,
        made_up_years=facts.made_up_years if known.missed_years else 0,
        refund=_refund(facts, pack, known),
        stay=None if facts.stay is None else replace(_STAY, same_area=facts.stay.same_area or pack.stay is None),
    )
    return _without_spare_identities(reduced, engine)


def _paid_on(facts: Facts, engine, known: Boundaries) -> date:
    """The first day of payment like this one: of its stretch, of its month, or the day itself, as benefits start by
    it.
    """
    way = engine.gate.way_in(facts, engine.segments.index(facts.paid_on))
    start = engine.ways[way.name].start if way is not None else None
    first = _first_alike(known.paid_on, facts.paid_on)
    if first == FIRST_DAY and known.paid_on:
        first = min(facts.paid_on, known.paid_on[0] - ONE_DAY)
    if start is None or isinstance(start, FixedDate | FromBirth):
        return max(first, FIRST_DAY)
    if isinstance(start, NextMonthStart) and engine.setting.next_month is NextMonth.FIRST_DAY:
        return max(first, facts.paid_on.replace(day=1))
    return facts.paid_on


def _birth_date(facts: Facts, engine, known: Boundaries, situation: str) -> date:
    days = known.close_to_birth.get(situation)
    if days is not None and facts.paid_on <= engine.setting.counting.last_within_days(facts.birth_date, days):
        return facts.birth_date
    return _first_alike(known.birth_date, facts.birth_date)


def _cover_ended_on(facts: Facts, engine, months: tuple[int, ...]) -> date | None:
    ended_on = facts.employee_cover_ended_on
    if not months or ended_on is None:
        return None
    if facts.paid_on > engine.setting.counting.last_within_months(ended_on, months[-1]):
        return None
    return facts.paid_on if len(months) == 1 and months[0] else ended_on


def _order_of_days_matters(engine) -> bool:
    """Whether it matters which of two identities was determined first."""
    return engine.classes is not None and engine.classes.tie is Tie.FIRST_DETERMINED


def _identities(facts: Facts, paid_on: date, engine, known: Boundaries) -> tuple[Identity, ...]:
    if not facts.identities:
        return ()
    exact = _order_of_days_matters(engine)
    found = set()
    for identity in facts.identities:
        if identity.ended_by(facts.paid_on) or identity.category not in known.categories:
            continue
        determined_on = identity.determined_on
        if not exact:
            first = _first_alike(known.determined_on, determined_on)
            determined_on = first if identity.determined_on <= facts.paid_on else max(first, paid_on + ONE_DAY)
        if identity.marked_from <= facts.paid_on:
            marked_on = None if determined_on <= paid_on else paid_on
        else:
            marked_on = paid_on + ONE_DAY if determined_on <= paid_on else None
        found.add(Identity(identity.category, determined_on, None, marked_on))
    return tuple(sorted(found, key=lambda each: (each.category, each.determined_on, each.marked_on or date.min)))


def _without_spare_identities(facts: Facts, engine) -> Facts:
    """Leaves out every identity without which the answer is the same."""
    if len(facts.identities) < 2:
        return facts
    answer = engine.answer(facts)
    for identity in facts.identities:
        fewer = replace(facts, identities=tuple(each for each in facts.identities if each is not identity))
        if engine.answer(fewer) == answer:
            facts = fewer
    return facts


def _refund(facts: Facts, pack: Pack, known: Boundaries) -> RefundRequest | None:
    if facts.refund is None:
        return None
    if pack.refund is None:
        return RefundRequest("death", FIRST_DAY)
    return RefundRequest(facts.refund.reason, _first_alike(known.applied_on, facts.refund.applied_on))
