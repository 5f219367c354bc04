"""Checks that span a pack: every name, clause and reading is known, windows do not overlap, figures fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from policy.assistance import AmountAssistance, OwnPartAssistance
from policy.condition import Condition
from policy.period import DayRef
from policy.reading import stands
from policy.schema import HEAD, Pack
from policy.section import Section
from policy.source import Path, walk

Finding = tuple[Path, str]


def findings(pack: Pack, data: Mapping[str, Any], clause_ids: frozenset[str]) -> Iterator[Finding]:
    """Everything wrong with a pack that satisfies the schema: a path and what was expected there."""
    yield from _clauses(data, clause_ids)
    yield from _readings(pack, data)
    yield from _names(pack)
    yield from _windows(pack)
    yield from _amounts(pack)
    yield from _settlement(pack)


def clause_of(data: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    """The clauses a leaf stands under: those of the nearest mapping around it."""
    found: Any = ()
    here: Any = data
    for part in path:
        here = here[part]
        if isinstance(here, Mapping) and "clause" in here:
            found = here["clause"]
    return (found,) if isinstance(found, str) else tuple(found)


def _clauses(data: Mapping[str, Any], clause_ids: frozenset[str]) -> Iterator[Finding]:
    for path, value in walk(data):
        if not path or path[0] in HEAD:
            continue
        if path[-1] in ("clause", "too_late", "outside", "afterwards"):
            for each in (value,) if isinstance(value, str) else value:
                if each not in clause_ids:
                    yield path, f"a clause of the register was expected, not {each!r}"
        elif isinstance(value, str) and "clause" not in path and not clause_of(data, path):
            yield path, "a clause was expected here or around it"


def _readings(pack: Pack, data: Mapping[str, Any]) -> Iterator[Finding]:
    known = ", ".join(pack.readings) or "none"
    for path, value in walk(data):
        if (path and path[-1] in ("readings", "assumed") and len(path) > 1) or path == ("assumed",):
            for each in (value,) if isinstance(value, str) else value:
                if each not in pack.readings:
                    yield path, f"a reading of the pack ({known}) was expected, not {each!r}"
        elif path and path[-1] == "reading" and isinstance(value, Mapping):
            for each, option in value.items():
                if each not in pack.readings:
                    yield path, f"a reading of the pack ({known}) was expected, not {each!r}"
                elif option not in pack.readings[each].options:
                    options = ", ".join(pack.readings[each].options) or "none"
                    yield (*path, each), f"an option of {each} ({options}) was expected, not {option!r}"


def _names(pack: Pack) -> Iterator[Finding]:
    """Windows and groups that are named, by whatever part of the pack."""
    spans = pack.spans
    for path, value in _parts(pack, ()):
        if isinstance(value, DayRef) and value.day is None and value.name not in spans:
            yield path, f"a window of the pack ({', '.join(spans)}) was expected, not {value.name!r}"
        elif path[-1] in ("windows", "overlaps") and isinstance(value, tuple):
            for name in value:
                if name not in pack.windows:
                    yield path, f"a window of the pack ({', '.join(pack.windows)}) was expected, not {name!r}"
        elif path[-1] == "who":
            for name in value:
                if isinstance(name, str) and name not in pack.groups:
                    yield path, f"a group of the pack ({', '.join(pack.groups) or 'none'}) was expected, not {name!r}"


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Section):
        for name in type(value).model_fields:
            yield from _parts(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        if path:
            yield path, value
        for name, each in value.items():
            yield from _parts(each, (*path, name))
    elif isinstance(value, tuple) and not isinstance(value, DayRef):
        yield path, value
        for index, each in enumerate(value):
            if isinstance(each, Condition):
                yield from _parts(each, (*path, index))
    elif path:
        yield path, value


def _windows(pack: Pack) -> Iterator[Finding]:
    standing = {name: each for name, each in pack.windows.items() if stands(each.reading, pack.readings)}
    if "year" in standing:
        yield ("windows", "year"), "another name was expected: year is the coverage year"
    for (one, first), (two, second) in combinations(standing.items(), 2):
        meant = two in first.overlaps or one in second.overlaps
        if not meant and first.first <= second.last and second.first <= first.last:
            yield (
                ("windows", two),
                f"no overlap with window {one} was expected ({first.first} to {first.last}), unless overlaps names it",
            )


def _amounts(pack: Pack) -> Iterator[Finding]:
    known = [each.amount for each in pack.contributions.values() if each.amount is not None]
    if not pack.assistance or not known:
        return
    lowest = min(known)
    for name, each in pack.assistance.classes.items():
        path = ("assistance", "classes", name)
        if isinstance(each, AmountAssistance) and each.amount is not None and each.amount > lowest:
            yield (
                (*path, "amount"),
                f"at most the lowest contribution {lowest / 100:.2f} was expected, not {each.amount / 100:.2f}",
            )
        if isinstance(each, OwnPartAssistance) and each.own_part > lowest:
            yield (
                (*path, "own_part"),
                f"at most the lowest contribution {lowest / 100:.2f} was expected, not {each.own_part / 100:.2f}",
            )
        if not isinstance(each, AmountAssistance) and each.funds.amounts:
            yield (*path, "funds"), "one fund, or shares that add up to 100%, were expected, since the amount varies"


def _settlement(pack: Pack) -> Iterator[Finding]:
    if pack.assistance is None:
        return
    if pack.settlement is None:
        yield (), "settlement: a way of settling was expected, since there is assistance"
        return
    modes = [each.applies_to for each in pack.settlement.modes.values() if stands(each.reading, pack.readings)]
    if "any" not in modes and not {"full", "partial"} <= set(modes):
        yield ("settlement", "modes"), "modes for full and partial assistance, or one for any, were expected"
