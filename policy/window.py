"""When one may enrol: the windows of the calendar, and the ways in that the notice opens to people on days.

The ways in are asked in the order the pack lists them; the first that fits decides the window, the benefit and the clauses. No
way in: the person is not allowed to enrol on that day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import model_validator

from policy.benefit import Start, StartOn, start_of
from policy.condition import Condition, Setting, Test, anyone, conditions, situations_of
from policy.facts import Facts
from policy.period import Day, Span
from policy.section import ClauseIds, IsoDate, Rule, Section, Words

COLLECTION, MAKEUP, LATE, CLOSED = "collection", "makeup", "late", "closed"
WINDOWS = {COLLECTION: "集中缴费期", MAKEUP: "补缴期", LATE: "期外缴费", CLOSED: "不在缴费时间内"}


class Window(Rule):
    """A period of payment, both days included.

    `counts_as` is how it is reported. `restricted`: it is open only to those whose way in names it, and is no part of the
    general calendar. `overlaps` names the windows it is meant to overlap; any other overlap is an error.
    """

    first: IsoDate
    last: IsoDate
    counts_as: Literal["collection", "makeup", "late"]
    restricted: bool = False
    overlaps: Words = ()

    @model_validator(mode="after")
    def _in_order(self):
        if self.last < self.first:
            raise ValueError(f"last: a day from first {self.first} on was expected, not {self.last}")
        return self

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)


class WayIn(Rule):
    """People whom the notice lets enrol, the days on which they pay, and the benefit they get.

    Days: in one of `windows`, or from `paid_first` to `paid_last` (either may be missing), or any. `window` is how the day is
    reported: `calendar` looks it up among the general windows and says `late` outside them. `refused`: these people are turned
    away on these days, whatever ways in come later.
    """

    who: tuple[str | Condition, ...] = ()
    windows: Words = ()
    paid_first: Day = None
    paid_last: Day = None
    window: Literal["calendar", "collection", "makeup", "late"] = "calendar"
    start: Start | None = None
    end: Day = None
    refused: bool = False

    @model_validator(mode="after")
    def _complete(self):
        if self.windows and (self.paid_first or self.paid_last):
            raise ValueError("either windows, or paid_first and paid_last, were expected, not both")
        if (self.start is None) is not self.refused:
            raise ValueError("start: the start of benefits was expected, or refused: yes without it")
        return self


class Closed(Section):
    """What is cited when no way in is open."""

    clause: ClauseIds


@dataclass(frozen=True, slots=True)
class Open:
    """A way in, compiled for the people of one situation."""

    name: str
    test: Test | None
    spans: tuple[Span, ...]
    label: str
    start: StartOn | None
    end: date | None
    citations: tuple[str, ...]
    assumed: tuple[str, ...]
    way: WayIn

    def on(self, day: date) -> bool:
        if not self.spans:
            return True
        for first, last in self.spans:
            if first <= day <= last:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Gate:
    """All ways in, by situation, and the general calendar."""

    ways: Mapping[str, tuple[Open, ...]]
    calendar: tuple[tuple[date, date, str], ...]
    closed: tuple[str, ...]

    def way_in(self, facts: Facts) -> Open | None:
        """The first way in that fits."""
        day = facts.paid_on
        for way in self.ways[facts.situation]:
            if way.on(day) and (way.test is None or way.test(facts)):
                return way
        return None

    def missed(self, facts: Facts) -> tuple[str, ...]:
        """The clauses of the ways in that are for this person, none of which is open on the day."""
        found = list(self.closed)
        for way in self.ways[facts.situation]:
            if way.start is not None and (way.test is None or way.test(facts)):
                found += way.citations
        return tuple(found)

    def label(self, way: Open, day: date) -> str:
        if way.label != "calendar":
            return way.label
        for first, last, counts_as in self.calendar:
            if first <= day <= last:
                return counts_as
        return LATE


def compile_gate(windows: Mapping[str, Window], ways: Mapping[str, WayIn], closed: Closed, setting: Setting) -> Gate:
    """The ways in, resolved to days and tests."""
    by_situation: dict[str, list[Open]] = {}
    for name, way in ways.items():
        spelt = conditions(way.who, setting)
        spans = _spans(way, windows, setting)
        start = start_of(way.start, setting) if way.start is not None else None
        end = way.end.resolve(setting.spans) if way.end is not None else setting.spans["year"].last
        cited = dict.fromkeys(way.clause)
        if way.windows:
            cited |= dict.fromkeys(clause for window in way.windows for clause in windows[window].clause)
        for situation in situations_of(spelt):
            test = anyone(spelt, setting, situation=situation)
            by_situation.setdefault(situation, []).append(
                Open(name, test, spans, way.window, start, end, tuple(cited), way.assumed, way)
            )
    calendar = tuple(
        (window.first, window.last, window.counts_as) for window in windows.values() if not window.restricted
    )
    return Gate({key: tuple(value) for key, value in by_situation.items()}, calendar, closed.clause)


def _spans(way: WayIn, windows: Mapping[str, Window], setting: Setting) -> tuple[Span, ...]:
    if way.windows:
        return tuple(windows[name].span for name in way.windows)
    if way.paid_first is None and way.paid_last is None:
        return ()
    first = way.paid_first.resolve(setting.spans) if way.paid_first is not None else date.min
    last = way.paid_last.resolve(setting.spans) if way.paid_last is not None else date.max
    return (Span(first, last),)
