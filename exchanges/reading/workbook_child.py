"""Runs as a process of its own: reads a workbook from standard input, writes its cells as text to standard output.

What a hostile file can do here, it does to this process alone, within the limits set first. The archive is looked
through before it is opened; a workbook that truly holds many cells may then have the memory and time that they need.
The parser holds a sheet in full, a million rows in more than a gigabyte: a big workbook is given to it in slices, each
of them a workbook with the next rows.
"""

import io
import marshal
import math
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, islice, repeat
from typing import IO, Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MEGABYTE = 1024 * 1024
MEMORY_BYTES, MOST_MEMORY_BYTES = 512 * MEGABYTE, 1024 * MEGABYTE
# What a cell and a shared text take while they are held in full, and what the process takes by itself.
_BYTES_A_CELL, _BYTES_A_TEXT, _BYTES_AT_REST = 128, 72, 96 * MEGABYTE
# An empty row of a sheet ends at column XFD; a list of a million rows has some ten columns.
MOST_CELLS, MOST_ROWS = 16_000_000, 1_048_576
MOST_UNPACKED, MOST_UNPACKED_ASIDE = 1024 * MEGABYTE, 64 * MEGABYTE
# Sheets are text with much repetition; a list has been seen to pack to a twentieth, a bomb to a thousandth.
MOST_PACKED, _PACKED_FROM = 200, 32 * MEGABYTE
MOST_PARTS, MOST_SHEETS = 2_000, 64
MOST_BYTES_AT_ONCE = 64 * MEGABYTE
LONGEST_CELL = 32_767
_FRAME = struct.Struct(">Q")
_ROWS = 16_384
# Excel keeps 15 digits of a number; what is longer has lost its end.
_DIGITS_KEPT = 10**15
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams in a compound file, and in an xls the record that announces encryption behind the first one.
_PACKAGE, _MACROS, _BOOK, _BOOK_OF_95 = (
    name.encode("utf-16-le") for name in ("EncryptedPackage", "_VBA_PROJECT", "Workbook", "Book\0")
)
_ENCRYPTED = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
# A cell with something in it that stands right of column ZZ.
_FAR = re.compile(rb' r="([A-Z]{3,}[0-9]+)"[^<>]*[^<>/]>')
_BLOCK, _OVERLAP = 1024 * 1024, 64
_SHEETS = "xl/worksheets/"
_ROWS_BEGIN, _ROWS_END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_NUMBERED_ROW = re.compile(rb'\s*<row [^<>]*?\br="[0-9]+"')
SLICE_BYTES = 32 * MEGABYTE
_UNREADABLE = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    IndexError,
)


class Refused(Exception):
    """The workbook is not opened: a code that the parent says in words, and its detail."""


def cell_text(value: Any) -> str:
    """A cell as text: numbers without a trailing .0, those beyond 15 digits as 6.10926E+17, dates in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return str(value)
        if abs(value) >= _DIGITS_KEPT:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else format(value, ".15g")
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def column_text(cells: tuple) -> list[str]:
    """A column of cells as text."""
    if set(map(type, cells)) <= {str}:
        return list(cells)
    return [cell if type(cell) is str else cell_text(cell) for cell in cells]


class Seen(NamedTuple):
    """What a look into a workbook tells: bytes of memory that it needs in full, seconds that it may have beyond those
    of any, its rows, and the end of each sheet, in which what follows its rows stands, by the name of its part."""

    needed: int
    seconds: int
    rows: int = 0
    ends: dict[str, bytes] = {}


class Uncut(Exception):
    """The sheet is not written row by row as spreadsheets do: it cannot be cut."""


def look_into(content: bytes, seconds: int) -> Seen:
    """Raises Refused for what is no plain workbook. `seconds` is what any workbook may have."""
    if content.startswith(_OLE):
        if _PACKAGE in content or _ENCRYPTED.search(content):
            raise Refused("password")
        if _MACROS in content:
            raise Refused("macros")
        if _BOOK_OF_95 in content and _BOOK not in content:
            raise Refused("excel_95")
        return Seen(MEMORY_BYTES, len(content) // (4 * MEGABYTE))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = _look_at_parts(archive.infolist())
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + unpacked // (128 * MEGABYTE), resource.RLIM_INFINITY))
        cells = rows = texts = 0
        ends: dict[str, bytes] = {}
        for part in archive.infolist():
            name = part.filename.lower()
            if not name.endswith((".xml", ".rels")):
                continue
            in_sheet = name.startswith(_SHEETS)
            with archive.open(part) as stream:
                tail = before = b""
                while block := stream.read(_BLOCK):
                    seen = tail + block
                    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                        raise Refused("entities")
                    if in_sheet:
                        if far := _FAR.search(seen):
                            raise Refused("far", far[1].decode()[:16])
                        # Whatever its name space is called: <c r="A1">, <x:c r="A1">.
                        cells += block.count(b"<c ") or block.count(b"<c>") + block.count(b":c ")
                        rows += block.count(b"<row") or block.count(b":row")
                        ends[part.filename] = before + block
                        before = block
                    elif name.endswith("sharedstrings.xml"):
                        texts += block.count(b"<si")
                    elif name == "[content_types].xml" and b"macroEnabled" in seen:
                        raise Refused("macros")
                    if cells > MOST_CELLS or rows > MOST_ROWS * MOST_SHEETS:
                        raise Refused("memory")
                    tail = block[-_OVERLAP:]
    # Each text is there for a cell: a table of many more is made to be unpacked, not to be read.
    needed = _BYTES_AT_REST + 2 * len(content) + cells * _BYTES_A_CELL + min(texts, cells) * _BYTES_A_TEXT
    return Seen(needed, unpacked // (16 * MEGABYTE), rows, ends)


class Slices:
    """A workbook as several that hold the next rows of each sheet one after the other, and all else of it every time.

    `ends` are those that `look_into` found. Raises Uncut where the first rows of a sheet cannot be cut off.
    """

    def __init__(self, content: bytes, ends: dict[str, bytes], *, size: int = SLICE_BYTES) -> None:
        self._content = content
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._parts = {name: _cut(self._archive.open(name), end, size) for name, end in ends.items()}
        self._next = {name: next(part) for name, part in self._parts.items()}

    def __iter__(self) -> Iterator[CalamineWorkbook]:
        while any(self._next.values()):
            yield self._opened()
            try:
                self._next = {name: next(part) for name, part in self._parts.items()}
            except Uncut:
                raise Refused("memory") from None

    def _opened(self) -> CalamineWorkbook:
        memory = io.BytesIO(self._content)
        with zipfile.ZipFile(memory, "a") as archive:
            for name, sheet in self._next.items():
                # Out of the directory of the archive; what it packed is left behind without a name.
                archive.infolist().remove(archive.NameToInfo.pop(name))
                archive.writestr(name, sheet or _NO_ROWS)
        self._next = {}
        memory.seek(0)
        return CalamineWorkbook.from_filelike(memory)


_NO_ROWS = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData></sheetData></worksheet>'
)


def _cut(sheet: IO[bytes], end: bytes, size: int) -> Iterator[bytes]:
    """The XML of a sheet as that of sheets with the next `size` bytes of its rows, then nothing for ever."""
    rows = sheet.read(size)
    begin, after = rows.find(_ROWS_BEGIN) + len(_ROWS_BEGIN), end.rfind(_ROWS_END)
    if begin < len(_ROWS_BEGIN) and len(rows) < size:
        # Without rows, as the second and third sheet of many workbooks are.
        yield rows
        yield from repeat(b"")
    if begin < len(_ROWS_BEGIN) or after < 0:
        raise Uncut
    before_rows, rows, after_rows = rows[:begin], rows[begin:], end[after:]
    while True:
        rows += sheet.read(max(size - len(rows), 0))
        last = rows.find(_ROWS_END)
        cut = last if last >= 0 else rows.rfind(_ROW_END) + len(_ROW_END)
        cannot_be_cut = last < 0 and cut < len(_ROW_END)
        # A row without its number is counted from the one before it; a comment may hold what looks like a row's end.
        if cannot_be_cut or (cut and not _NUMBERED_ROW.match(rows)) or b"<!" in rows:
            raise Uncut
        yield before_rows + rows[:cut] + after_rows
        if last >= 0:
            yield from repeat(b"")
        rows = rows[cut:]


def _look_at_parts(parts: list[zipfile.ZipInfo]) -> int:
    """The bytes that the parts unpack to."""
    names = {part.filename.lower() for part in parts}
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    aside = sum(
        part.file_size
        for part in parts
        if part.filename.lower().endswith((".xml", ".rels"))
        and not part.filename.lower().startswith(("xl/worksheets/", "xl/sharedstrings"))
    )
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or aside > MOST_UNPACKED_ASIDE:
        raise Refused("bomb")
    if unpacked > _PACKED_FROM and unpacked / packed > MOST_PACKED:
        raise Refused("bomb")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise Refused("macros")
    if "xl/workbook.xml" not in names:
        raise Refused("no_workbook")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("password")
    return unpacked


def _send(answer: Any) -> None:
    body = marshal.dumps(answer)
    if len(body) > MOST_BYTES_AT_ONCE:
        body = marshal.dumps({"error": "memory"})
    sys.stdout.buffer.write(_FRAME.pack(len(body)))
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _receive() -> bytes:
    return sys.stdin.buffer.read(_FRAME.unpack(sys.stdin.buffer.read(_FRAME.size))[0])


def _content() -> bytes:
    """The file, which comes in pieces; an empty one ends it."""
    whole = io.BytesIO()
    while piece := _receive():
        whole.write(piece)
    return whole.getvalue()


def _visible_sheets(book: CalamineWorkbook) -> dict[int, Any]:
    """Place in the workbook → sheet, of those that are not empty."""
    visible = [
        place
        for place, about in enumerate(book.sheets_metadata)
        if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet
    ]
    if len(visible) > MOST_SHEETS:
        raise Refused("sheets")
    sheets = {place: book.get_sheet_by_index(place) for place in visible}
    return {place: sheet for place, sheet in sheets.items() if sheet.start is not None}


def _head(sheet: Any, rows_in_all: int, looked_through: int, widest: int) -> dict[str, Any]:
    """Name, size, first rows of a sheet, and what is merged among them: first row, first column, last row, last
    column, from 0."""
    rows = [
        [""] * sheet.start[1] + [cell_text(cell) for cell in row]
        for row in islice(sheet.iter_rows(), looked_through if sheet.end[1] < widest else 0)
    ]
    if any(len(cell) > LONGEST_CELL for row in rows for cell in row):
        raise Refused("memory")
    merged = [
        (*first, *last)
        for first, last in sheet.merged_cell_ranges or ()
        if last[0] < looked_through and last[1] < widest
    ]
    return {
        "name": sheet.name,
        "width": sheet.end[1] + 1,
        "height": max(sheet.end[0] + 1, rows_in_all),
        "rows": rows,
        "merged": merged[: looked_through * widest],
    }


def _rows_of(sheet: Any, following: Iterator[CalamineWorkbook], place: int) -> Iterator[list[list[str]]]:
    """Columns of some rows at a time, from the first row of the sheet on; each as wide as the head of the sheet was, or
    wider. `following` are the workbooks with its next rows."""
    least, row = sheet.end[1] + 1, 0
    while True:
        if sheet.start is not None:
            (first, left), right = sheet.start, sheet.end[1] + 1
            if first < row:
                raise Refused("damaged")
            empty = [""] * (right - left)
            rows = chain(repeat(empty, first - row), sheet.to_python(skip_empty_area=True))
            row = sheet.end[0] + 1
            while block := list(islice(rows, _ROWS)):
                blank = [""] * len(block)
                cells = [column_text(column) for column in zip(*block, strict=True)]
                yield [blank] * left + cells + [blank] * (least - right)
        sheet = rows = book = None
        book = next(following, None)
        if book is None:
            return
        sheet = book.get_sheet_by_index(place)


def main(looked_through: int, widest: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _answer(looked_through, widest, seconds)
    except Refused as refused:
        _send(dict(zip(("error", "detail"), refused.args, strict=False)))
    except PasswordError:
        _send({"error": "password"})
    except MemoryError:
        _send({"error": "memory"})
    except _UNREADABLE:
        _send({"error": "damaged"})


def _answer(looked_through: int, widest: int, seconds: int) -> None:
    content = _content()
    seen = look_into(content, seconds)
    memory = min(max(seen.needed, MEMORY_BYTES), MOST_MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_AS, (memory, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + seen.seconds, resource.RLIM_INFINITY))
    books = _books(content, seen)
    del content
    sheets = _visible_sheets(next(books))
    _send([_head(sheet, seen.rows, looked_through, widest) for sheet in sheets.values()])
    place = list(sheets)[_FRAME.unpack(_receive())[0]]
    sheet = sheets[place]
    sheets.clear()
    for columns in _rows_of(sheet, books, place):
        if len(columns) > widest:
            raise Refused("memory")
        _send(columns)
    _send([])


def _books(content: bytes, seen: Seen) -> Iterator[CalamineWorkbook]:
    """The workbook, or its slices where it takes more memory than any may."""
    if seen.needed > MEMORY_BYTES:
        try:
            return iter(Slices(content, seen.ends))
        except Uncut:
            pass
    return iter([CalamineWorkbook.from_filelike(io.BytesIO(content))])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
