"""When one may enrol: the windows of the calendar, and the ways in that the notice opens to people on days.

The ways in are asked in the order the pack lists them; the first that fits decides the window, the benefit and the
clauses. No way in: the person is not allowed to enrol on that day.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import model_validator

from policy.benefit import Start, StartOn, start_of
from policy.categories import SITUATIONS
from policy.condition import Condition, Setting, Test, anyone, conditions, situations_of
from policy.facts import Facts
from policy.period import Day, Segments, Span, span_of
from policy.section import ClauseIds, IsoDate, Rule, Section, Words

COLLECTION, MAKEUP, LATE, CLOSED = "collection", "makeup", "late", "closed"
WINDOWS = {COLLECTION: "集中缴费期", MAKEUP: "补缴期", LATE: "期外缴费", CLOSED: "不在缴费时间内"}


class Window(Rule):
    """A period of payment, both days included.

    `counts_as` is how it is reported. `restricted`: it is open only to those whose way in names it, and is no part of
    the general calendar. `overlaps` names the windows it is meant to overlap; any other overlap is an error.
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

    Days: in one of `windows`, or from `paid_first` to `paid_last` (either may be missing), or any. `window` is how
    the day is reported: `calendar` looks it up among the general windows and says `late` outside them. `refused`:
    these people are turned away on these days, whatever ways in come later.
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
    """A way in, compiled for the people of one situation. `person` is the test without what depends on the day,
    `entry` the readings by which it lets people in, `gate` those that must be chosen so, `assumed` all it rests on.
    """

    name: str
    test: Test | None
    person: Test | None
    spans: tuple[Span, ...]
    label: str
    start: StartOn | None
    end: date
    citations: tuple[str, ...]
    assumed: tuple[str, ...]
    entry: tuple[str, ...]
    gate: tuple[str, ...]

    def on(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.spans)


class Gate:
    """All ways in, by situation and segment of days, and the general calendar. `not_chosen` are the ways in that
    stand under other readings.
    """

    def __init__(
        self,
        ways: Mapping[str, tuple[Open, ...]],
        not_chosen: Mapping[str, tuple[Open, ...]],
        windows: Iterable[Window],
        closed: Closed,
        segments: Segments,
    ):
        general = [window for window in windows if not window.restricted]
        self.closed = closed.clause
        self.all_ways = ways
        self.not_chosen = not_chosen
        self.ways = {
            situation: tuple(tuple(way for way in each if way.on(day)) for day in segments.first_days)
            for situation, each in ways.items()
        }
        self.labels = tuple(
            next((window.counts_as for window in general if window.first <= day <= window.last), LATE)
            for day in segments.first_days
        )

    def way_in(self, facts: Facts, segment: int) -> Open | None:
        """The first way in that fits."""
        for way in self.ways[facts.situation][segment]:
            if way.test is None or way.test(facts):
                return way
        return None

    def missed(self, facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The clauses of the ways in that are for such a person, none of which is open on the day. The readings by
        which they are not, and those that would open another one if they were chosen otherwise.
        """
        clauses, readings = list(self.closed), []
        for way in self.all_ways[facts.situation]:
            if way.start is not None and (way.person is None or way.person(facts)):
                clauses += way.citations
                readings += way.entry
        for way in self.not_chosen[facts.situation]:
            if way.on(facts.paid_on) and (way.test is None or way.test(facts)):
                readings += way.gate
        return tuple(clauses), tuple(readings)

    def label(self, way: Open, segment: int) -> str:
        """How the day is reported."""
        return self.labels[segment] if way.label == "calendar" else way.label


def compile_ways(
    ways: Mapping[str, WayIn],
    windows: Mapping[str, Window],
    assumed: Callable[[WayIn], tuple[tuple[str, ...], tuple[str, ...]]],
    setting: Setting,
) -> dict[str, tuple[Open, ...]]:
    """The ways in of every situation, resolved to days and tests. `assumed` gives the readings by which a way
    lets people in, and those its start rests on.
    """
    by_situation: dict[str, list[Open]] = {situation: [] for situation in SITUATIONS}
    for name, way in ways.items():
        spelt = conditions(way.who, setting)
        start = start_of(way.start, setting) if way.start is not None else None
        end = way.end.resolve(setting.spans) if way.end is not None else setting.spans["year"].last
        cited = dict.fromkeys((*way.clause, *(clause for window in way.windows for clause in windows[window].clause)))
        spans = tuple(windows[name].span for name in way.windows)
        if not spans:
            spans = (span_of(way.paid_first, way.paid_last, setting.spans),)
        entry, for_start = assumed(way)
        rests_on = tuple(dict.fromkeys((*entry, *for_start)))
        for situation in situations_of(spelt):
            test = anyone(spelt, setting, situation=situation)
            person = anyone(spelt, setting, situation=situation, on_any_day=True)
            by_situation[situation].append(
                Open(
                    name,
                    test,
                    person,
                    spans,
                    way.window,
                    start,
                    end,
                    tuple(cited),
                    rests_on,
                    entry,
                    tuple(way.reading),
                )
            )
    return {situation: tuple(each) for situation, each in by_situation.items()}
