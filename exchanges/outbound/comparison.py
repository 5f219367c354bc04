"""What has changed since the last delivery: two lists in the order of their keys, read side by side.

Memory stays the same whatever the length. The rows as they stand are kept sealed, one JSON array a line, so that a row
that has gone can be named to the receiver as it was delivered.
"""

import gzip
import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import override

from exchanges.ledgers import Column
from exchanges.ledgers.rows import blocks
from exchanges.outbound.kinds import DeliveryKind, key_order
from exchanges.writers import Formatter
from regions.models import Region

FULL, ADDED, CHANGED, WITHDRAWN = "全量", "新增", "变更", "撤销"
# Stands in no file: a row that the receiver refused and that is as it was.
HELD_BACK = "退回未改"
CHANGE = Column("变动类型", width=10)
_KEY = Column("")


class Told(NamedTuple):
    """In which delivery and row, counted from 1, the receiver was last told of a matter, and what."""

    sequence: int = 0
    row: int = 0
    change: str = ""

    @property
    def place(self) -> tuple[int, int]:
        return self.sequence, self.row


class Line(NamedTuple):
    """A row with its key, its cells as text, and its part of the sum in fen."""

    key: str
    cells: list[str]
    fen: int = 0
    told: Told = Told()


class Compared(NamedTuple):
    """A row that stands or has gone, and what became of it; None: it stands as it was delivered."""

    change: str | None
    line: Line


@dataclass
class Counts:
    """Rows of the file by what became of them, and what stands after it; sums in fen. `held` are rows that the receiver
    refused, has in no form and does not get again before they are mended."""

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    sum_fen: int = 0
    standing_rows: int = 0
    standing_fen: int = 0
    held: int = 0
    held_fen: int = 0

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.withdrawn

    def count(self, compared: Compared) -> None:
        """Adds a row."""
        change, line = compared
        if change == WITHDRAWN:
            self.withdrawn += 1
            return
        if change == HELD_BACK:
            self.held += 1
            self.held_fen += line.fen
            return
        self.standing_rows += 1
        self.standing_fen += line.fen
        if change is not None:
            self.sum_fen += line.fen
            if change == CHANGED:
                self.changed += 1
            else:
                self.added += 1


class KeysOutOfOrder(ValueError):
    """A kind's rows do not come in the ascending order of their keys, or two have the same one."""


def lines_now(kind: DeliveryKind, area: Region, coverage_year: int, on: date) -> Iterator[Line]:
    """The rows of the kind as they stand in the register. Raises KeysOutOfOrder."""
    columns = (_KEY, *kind.columns)
    formatter = Formatter(columns, full_numbers=True)
    place = None if kind.sum_place is None else kind.sum_place + 1
    before: tuple[int, str] = (0, "")
    # What leaves the house is Chinese in whatever language the page is read.
    with override("zh-hans"):
        rows = kind.rows(area, coverage_year, on)
    for block in blocks(rows, columns):
        sums = [0] * len(block) if place is None else [int(row[place] or 0) for row in block]
        with override("zh-hans"):
            cells = formatter(block)
        for row, fen in zip(cells, sums, strict=True):
            order = key_order(row[0])
            if order <= before:
                raise KeysOutOfOrder(f"{kind.name}: {row[0]!r} comes after {before[1]!r}")
            before = order
            yield Line(row[0], row[1:], fen)


def everything(now: Iterable[Line]) -> Iterator[Compared]:
    """Every row, for a delivery that holds all of them."""
    return (Compared(FULL, line) for line in now)


def compare(
    base: Iterable[Line], now: Iterable[Line], refused: Container[tuple[int, int]] = frozenset()
) -> Iterator[Compared]:
    """All rows that stand or stood, in the order of their keys, and what became of each.

    `refused` are the places (`Told.place`) of rows that the receiver did not take. Such a row goes out again once it
    reads otherwise; a withdrawal that was not taken goes out again as it was.
    """
    old_lines = (line for line in base if line.told.change != WITHDRAWN or line.told.place in refused)
    new_lines = iter(now)
    old, new = next(old_lines, None), next(new_lines, None)
    while old is not None or new is not None:
        if new is None or (old is not None and key_order(old.key) < key_order(new.key)):
            if _is_there(old, refused):
                yield Compared(WITHDRAWN, old)
            old = next(old_lines, None)
        elif old is None or key_order(new.key) < key_order(old.key):
            yield Compared(ADDED, new)
            new = next(new_lines, None)
        else:
            yield _compared(old, new, refused)
            old, new = next(old_lines, None), next(new_lines, None)


def _is_there(old: Line, refused: Container[tuple[int, int]]) -> bool:
    """Whether the receiver has the row in some form: one that was refused when it was new it has not."""
    return old.told.place not in refused or old.told.change in (CHANGED, WITHDRAWN)


def _compared(old: Line, new: Line, refused: Container[tuple[int, int]]) -> Compared:
    there = _is_there(old, refused)
    if old.told.change == WITHDRAWN or old.cells != new.cells:
        return Compared(CHANGED if there else ADDED, new)
    return Compared(None if there else HELD_BACK, new._replace(told=old.told))


class StandingWriter:
    """Writes the rows that stand to a sink: anything with `write(bytes)`."""

    def __init__(self, sink: Any) -> None:
        self._file = gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1, mtime=0)

    def write(self, line: Line) -> None:
        self._file.write(json.dumps([line.key, line.cells, *line.told], ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        self._file.close()


def standing_lines(source: Any) -> Iterator[Line]:
    """The rows that stood, and those withdrawn by that delivery, read back; their part of the sum is not kept."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        for text in lines:
            key, cells, *told = json.loads(text)
            yield Line(key, cells, told=Told(*told))
