"""What is known of a file once its header was found."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import polars as pl
from django.utils.translation import gettext as _

# A row of any list fits into these; a file beyond them is no list (a sheet filled to XFD, a line of 100 MB).
WIDEST = 512
LONGEST_LINE = 1024 * 1024
ROWS_A_BLOCK = 65_536


class FileRefused(Exception):
    """The file as a whole cannot be taken; the message says why and what to do."""


def nul_bytes() -> FileRefused:
    """No database keeps such a character, and no text has it."""
    return FileRefused(_("The file holds NUL bytes, so it is damaged or no text. Please export it anew."))


class Block(NamedTuple):
    """Some rows in a row: `numbers` (row number in the source, from 1) and a frame of text columns c0, c1, …

    `ragged` is true where a row has more cells than the widest row at the head of the file.
    """

    numbers: pl.Series
    cells: pl.DataFrame
    ragged: pl.Series


@dataclass
class Passed:
    """How much of a file has been read: bytes of a text, rows of a sheet.

    `short_rows` have fewer cells than the header; `breaks_off` says that the last of them is the last of the file and
    ends without a line end.
    """

    whole: int
    read: int = 0
    short_rows: int = 0
    breaks_off: bool = False

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(self.read / self.whole, 1.0) if self.whole else 0.0

    @property
    def is_cut_off(self) -> bool:
        """Whether the file ends in the middle of a row: no other row lacks a cell, and the last one does."""
        return self.breaks_off and self.short_rows == 1


@dataclass
class Layout:
    """How the file is laid out; kept with the batch, so that the error file looks like its source.

    `titles` are the rows above the header as they came, the first line of a header in two lines included, `merged` the
    cells that are merged in them and the header (first row, first column, last row, last column, from 0), `left_out`
    the rows below it that are no data (totals, who filled the list in): [row number, text]. `days_from_1904` says from
    when numbers of days count.
    """

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    headers: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    titles: list[list[str]] = field(default_factory=list)
    merged: list[list[int]] = field(default_factory=list)
    left_out: list[list[Any]] = field(default_factory=list)
    days_from_1904: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
