"""Where regions stand in a week: rank, behind, weeks in a row, flags. Pure Python over counts; docs/commands.md, "What
a ranking counts", is its specification. The figures of the law (who is behind, from which week an interview is due, by
when what share) come from the notice's pack.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from policy.duties import Duties, Ranking

WHOLE = 10_000
"""100 % in hundredths of a percent, the unit of `policy.money.Share`."""


class Due(NamedTuple):
    """A milestone: by the day, so many people."""

    on: date
    count: int


@dataclass(frozen=True)
class Entrant:
    """A region with a task in one week's ranking."""

    code: str
    enrolled: int
    target: int

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.enrolled, self.target)

    @property
    def complete(self) -> bool:
        return self.enrolled >= self.target


def week_of(day: date) -> date:
    """The Monday of the day's week; weeks run to Sunday."""
    return day - timedelta(days=day.weekday())


def rate(enrolled: int, target: int | None) -> Decimal | None:
    """Enrolled by target with four places, half up, not capped: 41,000 of 48,000 → 0.8542. None without a target."""
    if not target:
        return None
    return (Decimal(enrolled) / Decimal(target)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def ranks(entrants: Sequence[Entrant]) -> dict[str, int]:
    """Code → rank. Equal rates share a rank and the next one skips (1, 2, 2, 4).

    Rates are compared as exact fractions: two that only look alike after rounding do not share a rank.
    """
    rank_of: dict[Fraction, int] = {}
    for place, entrant in enumerate(sorted(entrants, key=lambda each: -each.ratio), start=1):
        rank_of.setdefault(entrant.ratio, place)
    return {entrant.code: rank_of[entrant.ratio] for entrant in entrants}


def last(entrants: Sequence[Entrant]) -> set[str]:
    """Codes with the lowest rank, without those that reached the target."""
    return _lowest(entrants, 1)


def behind(entrants: Sequence[Entrant], rule: Ranking | None) -> set[str]:
    """Codes that are behind this week by the notice's rule (PL-8.5 the last, ZJ-5.6a the last fifth rounded up).

    The places are counted from the bottom over all that are ranked; whoever shares a rank with the last place that
    counts shares its consequence, and whoever reached the target is left out then. Nobody without a rule.
    """
    return _lowest(entrants, rule.behind_count(len(entrants))) if rule else set()


def _lowest(entrants: Sequence[Entrant], places: int) -> set[str]:
    if not entrants or places < 1:
        return set()
    cut = sorted(entrant.ratio for entrant in entrants)[places - 1]
    return {entrant.code for entrant in entrants if entrant.ratio <= cut and not entrant.complete}


def weeks_behind(code: str, *, now: bool, before: Iterable[set[str]]) -> int:
    """Weekly snapshots in a row in which the region was behind, this one (`now`) included.

    `before`: who was behind in the earlier weeks' snapshots, the nearest first. A week without a snapshot has no
    ranking: it neither counts nor breaks the row (PL-8.5: 连续2次, two times in a row).
    """
    weeks = 1 if now else 0
    for codes in before:
        if not weeks or code not in codes:
            break
        weeks += 1
    return weeks


def milestones(target: int, own: Iterable[Due], duties: Duties) -> tuple[Due, ...]:
    """What a task asks on the way, in order: the annex's own figures, and for other days the notice's share of the
    target, rounded up (PL-8.3a: at least 80 %). The day by which the whole task is due is no milestone but `deadline`.
    """
    asked = {each.on: -(-target * each.share // WHOLE) for each in duties.milestones.values() if each.share < WHOLE}
    asked.update(dict(own))
    return tuple(Due(*each) for each in sorted(asked.items()))


def deadline(duties: Duties) -> date | None:
    """The day by which the whole task is due (PL-8.3a, ZJ-3.6), else the assessment day."""
    whole = [each.on for each in duties.milestones.values() if each.share >= WHOLE]
    return max(whole, default=duties.assessment_day.on if duties.assessment_day else None)


def total_milestones(parts: Sequence[Sequence[Due]]) -> tuple[Due, ...]:
    """Milestones of a sum of tasks: for each day that all of them have, the people asked of all."""
    if not parts:
        return ()
    days = set.intersection(*({due.on for due in part} for part in parts))
    return tuple(Due(day, sum(due.count for part in parts for due in part if due.on == day)) for day in sorted(days))


def missed(dues: Iterable[Due], enrolled: int, on: date) -> Due | None:
    """The milestone that was due on or before the day and asks for more than are enrolled; of several the latest."""
    return next((due for due in sorted(dues, reverse=True) if due.on <= on and enrolled < due.count), None)


def at_stake(dues: Iterable[Due], enrolled: int, on: date) -> Due | None:
    """The milestone to work for: the missed one, else the next that is to come and not reached yet."""
    dues = sorted(dues)
    return missed(dues, enrolled, on) or next((due for due in dues if due.on > on and enrolled < due.count), None)


def pace(missing: int, on: date, due_on: date) -> int | None:
    """People a day needed from the day after `on` to `due_on` inclusive, rounded up; None when no day is left."""
    days = (due_on - on).days
    return -(-missing // days) if days > 0 else None
