"""A pack as a readable list of its leaves, and what differs between two packs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.categories import CATEGORIES
from policy.checks import clause_of
from policy.schema import HEAD, Pack
from policy.source import dotted, walk


@dataclass(frozen=True, slots=True)
class Leaf:
    """A figure, date or choice of a pack: its dotted path, the label of the rule it stands in, its text and its
    clauses.
    """

    path: str
    label: str
    value: str
    clause: tuple[str, ...]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.path, self.label, self.value, self.clause))


@dataclass(frozen=True, slots=True)
class Difference:
    """A leaf that differs; None where one pack has no such leaf."""

    path: str
    label: str
    a: str | None
    b: str | None
    clause: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: {self.a if self.a is not None else '—'} → {self.b if self.b is not None else '—'}"


_NO_LEAVES = ("clause", "label", "reading", "readings", "too_late", "outside", "afterwards", "document")


def leaves(pack: Pack) -> Iterator[Leaf]:
    """Every leaf of a pack but its head and its texts, in the order of the pack."""
    data = pack.data
    for path, value in walk(data):
        if not path or path[0] in HEAD or any(part in _NO_LEAVES for part in path[1:]) or "options" in path:
            continue
        listed = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
        if listed or (isinstance(value, str) and not isinstance(path[-1], int)):
            text = "、".join(value) if listed else value
            yield Leaf(dotted(path), _label_of(data, path), text, clause_of(data, path))


def _label_of(data: Any, path: tuple) -> str:
    label, here = "", data
    for part in path:
        here = here[part]
        if isinstance(here, Mapping):
            label = here.get("label") or CATEGORIES.get(part) or label
    return label


def diff(a: Pack, b: Pack) -> tuple[Difference, ...]:
    """The leaves that differ between two packs, those of `a` first, then what only `b` has."""
    left, right = ({leaf.path: leaf for leaf in leaves(pack)} for pack in (a, b))
    found = []
    for path in (*left, *(path for path in right if path not in left)):
        one, two = left.get(path), right.get(path)
        if one is None or two is None or one.value != two.value:
            either = two or one
            found.append(Difference(path, either.label, one and one.value, two and two.value, either.clause))
    return tuple(found)


def readable(pack: Pack) -> Iterator[str]:
    """A pack as lines of text: its head, then every leaf with its clause, section by section."""
    yield f"{pack.title}"
    yield f"{pack.document_number}  {'、'.join(pack.issuers)}  {pack.issued_on or ''}".rstrip()
    yield f"{pack.id}  {pack.jurisdiction_name} {pack.jurisdiction}  {pack.coverage_year}"
    yield f"version {pack.version}"
    for record in pack.amendments:
        yield f"amended: {record.path} = {record.value}  ({record.document_number}: {record.reason})"
    section = group = None
    for leaf in leaves(pack):
        parts = leaf.path.split(".")
        if parts[0] != section:
            section = parts[0]
            yield ""
            yield f"[{section}]"
        if leaf.label != group:
            group = leaf.label
            if group:
                yield f"  {group}"
        yield f"    {'.'.join(parts[1:]) or parts[0]}: {leaf.value}  ({', '.join(leaf.clause)})"
