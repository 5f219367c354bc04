"""When lists are owed: the occurrences of a deadline in the year of a notice, and how one of them stands on a day.

A day named by a notice is the last one in time (“9月5日前” and “每月20日前” like “12月25日前” in PL-8.3a), also where
it is a holiday: no notice moves it. A week is owed from Monday to Sunday (PL-8.2a).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from policy.duties import ReportDeadline
from policy.period import ONE_DAY, Span, add_months
from policy.schema import Pack
from policy.window import COLLECTION
from policy.workdays import add_working_days

_WEEK = timedelta(days=7)


class Occurrence(NamedTuple):
    """One time that a list is owed. `key` is its name for good (2021-W47, 2022-11, 2023-09-05). Lists from `first` on
    belong to it, and those that say that they stand for its `month`; `due_on` is the last day in time.
    """

    key: str
    first: date
    due_on: date
    month: str = ""


class Arrival(NamedTuple):
    """A list that came, by its day; `month` is the one it says it stands for (2022-11), "" where it says none."""

    on: date
    month: str = ""


class State(StrEnum):
    """How an occurrence stands."""

    DONE = "done"
    PENDING = "pending"
    OVERDUE = "overdue"
    LATE = "late"


class Standing(NamedTuple):
    """How an occurrence stands on a day: `days` left (pending), overdue or late; the place of the list that fulfils it
    among the arrivals, None where there is none.
    """

    state: State
    days: int
    arrival: int | None = None


def in_force(deadline: ReportDeadline, pack: Pack) -> Span:
    """The days on which a duty stands. Where the pack does not say: from the beginning of the collection, or the day
    the notice was issued if that is later, to the end of the coverage year.
    """
    if deadline.first is not None:
        first = deadline.first.resolve(pack.spans)
    else:
        first = max(min(span.first for span in _collection(pack)), pack.issued_on or date.min)
    return Span(first, deadline.last.resolve(pack.spans) if deadline.last is not None else pack.year.last)


def occurrences(deadline: ReportDeadline, pack: Pack) -> tuple[Occurrence, ...]:
    """Every time that the list is owed, in order. None for a deadline without a day (`promptly`), and for one that runs
    from each recognition (`told_by`). Raises `policy.workdays.UnknownYear`.
    """
    if deadline.due == "promptly" or deadline.each_row:
        return ()
    if deadline.due == "weekly":
        return tuple(_weeks(in_force(deadline, pack)))
    if deadline.due == "monthly":
        return tuple(_months(in_force(deadline, pack), deadline.number))
    due_on = deadline.day or _after(deadline, max(span.last for span in _collection(pack)))
    return (Occurrence(due_on.isoformat(), date.min, due_on),)


def standing(occurrence: Occurrence, arrivals: Sequence[Arrival], on: date) -> Standing:
    """How the occurrence stands on a day, by the lists that came, in the order of their days.

    The first list that belongs to it fulfils it, in time or late. A list without a month that comes after a missed
    occurrence fulfils that one late and its own in time: it holds what has changed since the last.
    """
    for place, arrival in enumerate(arrivals):
        if arrival.on <= on and _belongs(arrival, occurrence):
            late = (arrival.on - occurrence.due_on).days
            return Standing(State.LATE, late, place) if late > 0 else Standing(State.DONE, 0, place)
    left = (occurrence.due_on - on).days
    return Standing(State.PENDING, left) if left >= 0 else Standing(State.OVERDUE, -left)


def told_by(deadline: ReportDeadline, recognised_on: date) -> date:
    """The last day on which somebody recognised on a day is told of in time (SL-6.2d), for a deadline that runs from
    each recognition. Raises `policy.workdays.UnknownYear`.
    """
    return _after(deadline, recognised_on)


def _collection(pack: Pack) -> list[Span]:
    windows = [window for window in pack.windows.values() if not window.restricted]
    named = [window.span for window in windows if window.counts_as == COLLECTION]
    return named or [window.span for window in windows] or [pack.year]


def _after(deadline: ReportDeadline, event: date) -> date:
    if deadline.due == "working_days":
        return add_working_days(event, deadline.number)
    return event + timedelta(days=deadline.number)


def _weeks(span: Span) -> Iterator[Occurrence]:
    """The weeks that begin within the span: nobody is late in a week that had begun before the duty stood."""
    monday = span.first + timedelta(days=-span.first.weekday() % 7)
    while monday <= span.last:
        year, week, _day = monday.isocalendar()
        yield Occurrence(f"{year}-W{week:02d}", monday, monday + _WEEK - ONE_DAY)
        monday += _WEEK


def _months(span: Span, day: int) -> Iterator[Occurrence]:
    """The months whose day lies within the span; the last day where a month is too short."""
    first = span.first.replace(day=1)
    while first <= span.last:
        following = add_months(first, 1)
        due_on = min(first + timedelta(days=day - 1), following - ONE_DAY)
        if span.first <= due_on <= span.last:
            yield Occurrence(f"{first:%Y-%m}", first, due_on, f"{first:%Y-%m}")
        first = following


def _belongs(arrival: Arrival, occurrence: Occurrence) -> bool:
    if occurrence.month and arrival.month:
        return arrival.month == occurrence.month
    return arrival.on >= occurrence.first
