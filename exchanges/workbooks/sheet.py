"""The XML of a sheet, cut into sheets that hold its next rows.

The parser holds a sheet in full, a million rows in more than a gigabyte; so it is given some rows at a time.
"""

import re
from collections.abc import Callable, Iterator
from typing import IO

from exchanges.workbooks.archive import MEGABYTE
from exchanges.workbooks.refusal import Refused, Uncut, refuse_declarations

# The header is looked for in so much of a sheet; the slices of the rows below it are larger.
HEAD_BYTES, SLICE_BYTES = 2 * MEGABYTE, 16 * MEGABYTE
# What stands behind the rows says which cells are merged: a village's list may have a merged cell for each household.
_MOST_BEHIND = 16 * MEGABYTE
_BLOCK = MEGABYTE
_ROWS_BEGIN, _ROWS_END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_NO_ROWS = b"<sheetData/>"
_NUMBERED_ROW = re.compile(rb'\s*<row [^<>]*?\br="[0-9]+"')
# A cell with something in it that stands right of column ZZ.
_FAR = re.compile(rb' r="([A-Z]{3,}[0-9]+)"[^<>]*[^<>/]>')


class SheetXml:
    """A sheet of which `opened` gives the XML. Raises Uncut where its rows do not stand as spreadsheets write them,
    Refused where it declares entities or its first rows reach far to the right."""

    def __init__(self, opened: Callable[[], IO[bytes]]) -> None:
        self._opened = opened
        with opened() as stream:
            first = stream.read(HEAD_BYTES)
            begin = first.find(_ROWS_BEGIN)
            refuse_declarations(first[:begin] if begin >= 0 else first)
            if begin < 0:
                if _NO_ROWS not in first:
                    raise Uncut
                begin = first.find(_NO_ROWS)
            if far := _FAR.search(first):
                raise Refused("far", far[1].decode()[:16])
            self._before = first[:begin]
            self._behind = _behind_rows(first, stream)

    def head(self) -> bytes:
        """The sheet with as many of its first rows as are looked through for a header, and all that is merged."""
        xml, _read = next(self._cut(HEAD_BYTES, self._behind), (self._before + _NO_ROWS + self._behind, 0))
        return xml

    def empty(self) -> bytes:
        """The sheet without rows."""
        return self._before + _NO_ROWS + b"</worksheet>"

    def slices(self, size: int) -> Iterator[tuple[bytes, int]]:
        """Sheets with the next `size` bytes of rows, and how many bytes of the XML have been read with each."""
        return self._cut(size, b"</worksheet>")

    def _cut(self, size: int, behind: bytes) -> Iterator[tuple[bytes, int]]:
        with self._opened() as stream:
            stream.read(len(self._before))
            opening = stream.read(len(_ROWS_BEGIN))
            if opening != _ROWS_BEGIN:
                return
            rows = b""
            while True:
                rows += stream.read(size - len(rows))
                last = rows.find(_ROWS_END)
                cut = last if last >= 0 else rows.rfind(_ROW_END) + len(_ROW_END)
                cannot_be_cut = last < 0 and cut < len(_ROW_END)
                # A row without its number is counted from the one before it; a comment may hold what looks like a row.
                if cannot_be_cut or (cut and not _NUMBERED_ROW.match(rows)) or b"<!" in rows:
                    raise Uncut
                if cut:
                    yield self._before + _ROWS_BEGIN + rows[:cut] + _ROWS_END + behind, stream.tell()
                if last >= 0:
                    return
                rows = rows[cut:]


def _behind_rows(first: bytes, rest: IO[bytes]) -> bytes:
    """What stands behind the rows of a sheet; the plain end of one where that is more than any list has."""
    block, tail = first, b""
    while block:
        joined = tail + block
        for end in (_ROWS_END, _NO_ROWS):
            if (place := joined.find(end)) >= 0:
                behind = joined[place + len(end) :] + rest.read(_MOST_BEHIND)
                return behind if len(behind) < _MOST_BEHIND else b"</worksheet>"
        tail = block[-len(_ROWS_END) :]
        block = rest.read(_BLOCK)
    raise Uncut
