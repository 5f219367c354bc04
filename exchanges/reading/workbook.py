"""xlsx and xls: looked into and parsed in a process of its own that has limits."""

import marshal
import secrets
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import polars as pl
from django.utils.translation import gettext as _

from exchanges.reading.header import LOOKED_THROUGH, Header, find_header
from exchanges.reading.layout import WIDEST, Block, FileRefused, Layout, Passed, nul_bytes

if TYPE_CHECKING:
    from exchanges.kinds import FileKind

MOST_BYTES = 128 * 1024 * 1024
# Of the processor: for all that comes before the first row, then for each block of rows.
SECONDS = 4
_ROOT = Path(__file__).resolve().parents[2]
_FRAME = struct.Struct(">Q")
_PIECE = 1024 * 1024
# How the child ends when it meets its own limits: no memory to be had, a parser gone astray.
_OWN_END = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}


class ReaderKilled(Exception):
    """Something outside ended the process that read the workbook, which says nothing about the file: try again."""


def open_workbook(
    opened: Callable[[], IO[bytes]], kind: "FileKind", format: str
) -> tuple[Layout, Callable[[], Iterator[Block]], Passed]:
    """Layout and blocks of the one visible sheet that holds a list of the kind, and how far they have been read. Raises
    FileRefused, ReaderKilled."""
    reading = _Child(opened)
    try:
        sheets, from_1904 = reading.sheets()
        place, sheet, header = _sheet_with(sheets, kind)
    except BaseException:
        reading.close()
        raise
    rows = sheet["rows"]
    layout = Layout(
        format,
        sheet=sheet["name"],
        header_row=header.row + 1,
        headers=[cell.strip() for cell in header.cells],
        columns=header.columns,
        titles=rows[: header.row],
        merged=[list(span) for span in sheet["merged"] if span[2] <= header.row],
        days_from_1904=from_1904,
    )
    passed = Passed(sheet["size"])
    return layout, lambda: reading.blocks(place, layout.header_row, passed), passed


def _sheet_with(sheets: list[dict[str, Any]], kind: "FileKind") -> tuple[int, dict[str, Any], Header]:
    found, refused = [], None
    for place, sheet in enumerate(sheets):
        if sheet["width"] > WIDEST:
            refused = FileRefused(_("The file has more than %(most)s columns, so it is no list.") % {"most": WIDEST})
            continue
        try:
            found.append((place, sheet, find_header(sheet["rows"], kind, sheet["merged"])))
        except FileRefused as error:
            refused = refused or error
    if len(found) > 1:
        found = [each for each in found if _may_hold_rows(*each)] or found[:1]
    if len(found) > 1:
        raise FileRefused(
            _("Several sheets hold a list: %(sheets)s. Please send one file for each of them.")
            % {"sheets": "、".join(sheet["name"] for _place, sheet, _header in found)}
        )
    if not found:
        raise refused or FileRefused(_("The workbook has no visible sheet with rows."))
    return found[0]


def _may_hold_rows(place: int, sheet: dict[str, Any], header: Header) -> bool:
    """False for a header and nothing below it, as a template left behind the list has."""
    rows = sheet["rows"]
    return len(rows) >= LOOKED_THROUGH or any(any(row) for row in rows[header.row + 1 :])


class _Child:
    """The process that parses the workbook. It gets the bytes on its standard input, so nothing lies on the disk."""

    def __init__(self, opened: Callable[[], IO[bytes]]) -> None:
        # Not to be written by anybody who does not know it: what comes after it is the number of a text.
        self._mark = f"\ue000{secrets.token_hex(4)}:"
        self._texts = pl.Series([], dtype=pl.String)
        limits = map(str, (LOOKED_THROUGH, WIDEST, SECONDS))
        self._process = subprocess.Popen(
            [sys.executable, "-Es", "-m", "exchanges.workbooks", *limits, self._mark],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._send_all(opened)
        except BaseException:
            self.close()
            raise

    def _send_all(self, opened: Callable[[], IO[bytes]]) -> None:
        sent = 0
        with opened() as stream:
            while piece := stream.read(_PIECE):
                sent += len(piece)
                if sent > MOST_BYTES:
                    raise FileRefused(
                        _("The workbook is larger than %(most)s MB. Please send it as csv.")
                        % {"most": MOST_BYTES >> 20}
                    )
                self._send(piece)
        self._send(b"")

    def _send(self, content: bytes) -> None:
        try:
            self._process.stdin.write(_FRAME.pack(len(content)))
            self._process.stdin.write(content)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._died() from error

    def _receive(self) -> dict[str, Any]:
        """The next answer; the texts that come before it are kept."""
        while "texts" in (answer := self._message()):
            self._texts.append(pl.Series(answer["texts"], dtype=pl.String))
        if "error" in answer:
            self.close()
            raise FileRefused(_WORDS[answer["error"]]() % {"detail": answer.get("detail", "")})
        return answer

    def _message(self) -> dict[str, Any]:
        head = self._process.stdout.read(_FRAME.size)
        if len(head) < _FRAME.size:
            raise self._died()
        body = self._process.stdout.read(_FRAME.unpack(head)[0])
        if len(body) < _FRAME.unpack(head)[0]:
            raise self._died()
        return marshal.loads(body)

    def _died(self) -> FileRefused | ReaderKilled:
        """Why nothing more comes: by how the process ended."""
        self._close_input()
        ended = self._process.wait()
        self.close()
        if ended == -signal.SIGPROF:
            return FileRefused(_WORDS["time"]())
        if ended in _OWN_END:
            return FileRefused(_WORDS["memory"]())
        if ended >= 0:
            return FileRefused(_WORDS["damaged"]())
        return ReaderKilled(
            _("The process that read the workbook was ended from outside (%(signal)s).")
            % {"signal": signal.Signals(-ended).name}
        )

    def sheets(self) -> tuple[list[dict[str, Any]], bool]:
        """Name, size and first rows of each visible sheet that is not empty; whether days count from 1904."""
        answer = self._receive()
        for sheet in answer["sheets"]:
            sheet["rows"] = [self._named(pl.Series(row, dtype=pl.String)).to_list() for row in sheet["rows"]]
        return answer["sheets"], answer["from_1904"]

    def blocks(self, place: int, header_row: int, passed: Passed) -> Iterator[Block]:
        """The rows of one sheet below the header."""
        try:
            self._send(_FRAME.pack(place))
            first = 1
            while answer := self._receive():
                passed.read, columns = answer["read"], answer["columns"]
                count = len(columns[0])
                numbers = pl.int_range(first, first + count, eager=True)
                named = (self._named(pl.Series(cells, dtype=pl.String)) for cells in columns)
                frame = pl.DataFrame({f"c{c}": cells for c, cells in enumerate(named)})
                first += count
                if frame.select(pl.any_horizontal(pl.all().str.contains("\0", literal=True).any())).item():
                    raise nul_bytes()
                if first - 1 > header_row:
                    keep = numbers > header_row
                    yield Block(numbers.filter(keep), frame.filter(keep), pl.repeat(False, int(keep.sum()), eager=True))
        finally:
            self.close()

    def _named(self, cells: pl.Series) -> pl.Series:
        """The cells, with the text in place of the mark and its number."""
        named = cells.str.starts_with(self._mark)
        if not named.any():
            return cells
        places = cells.filter(named).str.strip_prefix(self._mark).cast(pl.UInt32, strict=False)
        if places.null_count() or places.max() >= len(self._texts):
            raise FileRefused(_WORDS["damaged"]())
        return cells.scatter(named.arg_true(), self._texts.gather(places))

    def close(self) -> None:
        self._process.kill()
        self._close_input()
        self._process.stdout.close()
        self._process.wait()

    def _close_input(self) -> None:
        # What is still in the buffer is of no use to a process that is gone.
        with suppress(BrokenPipeError):
            self._process.stdin.close()


_WORDS: dict[str, Callable[[], str]] = {
    "damaged": lambda: _("The workbook is damaged. Please open it in Excel or WPS, save it anew and send that."),
    "password": lambda: _("The workbook is protected by a password. Please remove it and send the file again."),
    "macros": lambda: _("The workbook holds macros. Please save it as a plain xlsx and send that."),
    "excel_95": lambda: _("The workbook is in the format of Excel 95. Please save it as xlsx and send that."),
    "no_workbook": lambda: _("This archive is no Excel workbook. Please send xlsx, xls or csv, not packed."),
    "bomb": lambda: _("The workbook unpacks to more than any list needs; it was not opened."),
    "entities": lambda: _("The workbook declares XML entities, which no Excel writes; it was not opened."),
    "sheets": lambda: _("The workbook has more sheets than any list needs. Please send the one with the list."),
    "far": lambda: _(
        "Cell %(detail)s lies far away from any table. Copy the list into a new workbook, or save it as csv, and send "
        "that."
    ),
    "memory": lambda: _(
        "The workbook needs more memory than any list does (cells far away from the table?). Copy the list into a new "
        "workbook, or save it as csv, and send that."
    ),
    "time": lambda: _(
        "The workbook needs more time to be read than any list does. Copy the list into a new workbook, or save it as "
        "csv, and send that."
    ),
}
