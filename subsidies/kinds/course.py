"""How an identity goes on in time: what rows of a list do to the marks of one person and category. Pure Python."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Mark(NamedTuple):
    """A mark: the day of recognition, and the first day on which it no longer counts (None: open)."""

    determined_on: date
    ended_on: date | None


class Event(NamedTuple):
    """A row of a list: a recognition, or with `ended_on` the end of one."""

    row_number: int
    determined_on: date
    ended_on: date | None = None


class Effect(NamedTuple):
    """What an accepted row does: `new` begins a mark, which another row of the same list may end on `begins_until`;
    `ends` is the recognition day of the mark that it ends. All empty: it says nothing new."""

    new: bool = False
    begins_until: date | None = None
    ends: date | None = None


class Objection(NamedTuple):
    """Why a row is refused: a problem of the list of identities, and its detail."""

    code: str
    detail: str = ""


def follow(marks: Iterable[Mark], events: Iterable[Event]) -> dict[int, Effect | Objection]:
    """Row number → what the row does, given the marks that stand. Events count in the order of their days.

    A recognition that stands already, ended or not, says nothing new; any other one must begin on or after the end of
    those there are. An end closes the open mark; the same end again says nothing new.
    """
    ends = {mark.determined_on: mark.ended_on for mark in marks}
    begun: dict[date, int] = {}
    outcome: dict[int, Effect | Objection] = {}
    for event in sorted(events, key=_turn):
        if event.ended_on is None:
            outcome[event.row_number] = answer = _begin(ends, event)
            if answer == Effect(new=True):
                ends[event.determined_on] = None
                begun[event.determined_on] = event.row_number
        else:
            outcome[event.row_number] = answer = _end(ends, event)
            if isinstance(answer, Effect) and answer.ends:
                ends[answer.ends] = event.ended_on
                if answer.ends in begun:
                    outcome[begun[answer.ends]] = Effect(new=True, begins_until=event.ended_on)
    return outcome


def _turn(event: Event) -> tuple[date, int, int]:
    """On one day an old recognition ends before a new one begins, and that one before its own end."""
    if event.ended_on is None:
        return event.determined_on, 1, event.row_number
    return event.ended_on, 2 if event.determined_on == event.ended_on else 0, event.row_number


def _begin(ends: dict[date, date | None], event: Event) -> Effect | Objection:
    if event.determined_on in ends:
        return Effect()
    for determined_on, ended_on in ends.items():
        if ended_on is None:
            return Objection("mark_open", determined_on.isoformat())
        if ended_on > event.determined_on:
            return Objection("mark_overlaps", f"{determined_on.isoformat()}～{ended_on.isoformat()}")
    return Effect(new=True)


def _end(ends: dict[date, date | None], event: Event) -> Effect | Objection:
    open_on = next((determined_on for determined_on, ended_on in ends.items() if ended_on is None), None)
    if open_on is not None:
        if event.ended_on < open_on:
            return Objection("ends_before_mark", open_on.isoformat())
        return Effect(ends=open_on)
    if event.ended_on in ends.values():
        return Effect()
    ended = max((ended_on for ended_on in ends.values()), default=None)
    return Objection("mark_ended", ended.isoformat()) if ended else Objection("mark_unknown")
