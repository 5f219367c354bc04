"""Counting days and months, and days that a pack names by what they are (`year.first`, `collection.last+1d`)."""

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator

FIRST_DAY = date(1800, 1, 1)
LAST_DAY = date(2199, 12, 31)
"""The days an answer can be asked for; far enough from the calendar's own ends that no count can leave it."""

ONE_DAY = timedelta(days=1)


class Span(NamedTuple):
    """From `first` to `last`, both days included."""

    first: date
    last: date


ALWAYS = Span(date.min, date.max)


def day_of(text: str) -> date:
    """A day written YYYY-MM-DD. Raises ValueError, also for one outside FIRST_DAY to LAST_DAY."""
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"a day from {FIRST_DAY} to {LAST_DAY} was expected")
    return day


class Segments:
    """The days of payment, cut wherever a rule opens or closes: within a segment the same rules stand."""

    def __init__(self, spans: Iterable[Span]):
        cuts = set()
        for first, last in spans:
            cuts.add(first)
            if last != date.max:
                cuts.add(last + ONE_DAY)
        self.cuts = tuple(sorted(cuts - {date.min}))

    def index(self, day: date) -> int:
        """The number of the segment a day lies in."""
        return bisect_right(self.cuts, day)

    @property
    def first_days(self) -> tuple[date, ...]:
        """The first day of every segment; of the one before all cuts, the first day there is."""
        return (date.min, *self.cuts)


class Counting(StrEnum):
    """Whether the day of the event counts as the first day of a period (Civil Code, art. 201: it does not)."""

    EVENT_DAY_EXCLUDED = "event_day_excluded"
    EVENT_DAY_INCLUDED = "event_day_included"

    @property
    def _included(self) -> int:
        return self is Counting.EVENT_DAY_INCLUDED

    def last_within_days(self, event: date, days: int) -> date:
        """The last day that is still within so many days of the event."""
        return event + timedelta(days=days - self._included)

    def first_after_days(self, event: date, days: int) -> date:
        """The day after so many full days."""
        return self.last_within_days(event, days) + ONE_DAY

    def last_within_months(self, event: date, months: int) -> date:
        """The last day that is still within so many months of the event (Civil Code, art. 202: the corresponding
        day).
        """
        return add_months(event, months) - timedelta(days=self._included)

    def first_after_months(self, event: date, months: int) -> date:
        """The day after so many full months."""
        return self.last_within_months(event, months) + ONE_DAY


class NextMonth(StrEnum):
    """What "from the next month" means."""

    FIRST_DAY = "first_day"
    CORRESPONDING_DAY = "corresponding_day"

    def after(self, event: date) -> date:
        if self is NextMonth.CORRESPONDING_DAY:
            return add_months(event, 1)
        return date(event.year + 1, 1, 1) if event.month == 12 else date(event.year, event.month + 1, 1)


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later; the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_old_on(years: int, day: date) -> date:
    """The latest birth date of those who are at least so many years old on a day; a birthday counts as reached."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        # 29 February has no counterpart in a common year; who was born there on 1 March is still a day too young.
        return date(day.year - years, 2, 28)


class DayRef(NamedTuple):
    """A day, or the first or last day of a named window or of the coverage `year`, shifted by whole days."""

    day: date | None
    name: str
    edge: str
    shift: int

    def resolve(self, spans: Mapping[str, Span]) -> date:
        """Raises KeyError when the window has no such name."""
        if self.day is not None:
            return self.day
        return getattr(spans[self.name], self.edge) + timedelta(days=self.shift)


def span_of(first: DayRef | None, last: DayRef | None, spans: Mapping[str, Span]) -> Span:
    """From one day to another, either of which may be left open."""
    return Span(
        first.resolve(spans) if first is not None else date.min, last.resolve(spans) if last is not None else date.max
    )


_REFERENCE = re.compile(r"([a-z][a-z0-9_]*)\.(first|last)(?:([+-]\d{1,4})d)?\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def _day_ref(value: Any) -> Any:
    if isinstance(value, str):
        if _DAY.match(value):
            return DayRef(day_of(value), "", "", 0)
        if match := _REFERENCE.match(value):
            return DayRef(None, match[1], match[2], int(match[3] or 0))
    elif isinstance(value, DayRef):
        return value
    raise ValueError("a date written YYYY-MM-DD, or a day such as year.first, collection.last+1d, was expected")


Day = Annotated[Any, BeforeValidator(_day_ref)]
"""A leaf that holds a DayRef."""
