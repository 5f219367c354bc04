"""Runs as a process of its own: reads a workbook from standard input, writes its cells as text to standard output.

What a hostile file can do here, it does to this process alone, within the limits set first. The archive is looked
through before it is opened; a workbook that truly holds many cells may then have the memory and time that they need.
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
from datetime import date, datetime, time
from itertools import islice
from typing import Any

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


def look_into(content: bytes) -> tuple[int, int]:
    """Bytes of memory and seconds that the workbook may have. Raises Refused for what is no plain workbook."""
    if content.startswith(_OLE):
        if _PACKAGE in content or _ENCRYPTED.search(content):
            raise Refused("password")
        if _MACROS in content:
            raise Refused("macros")
        if _BOOK_OF_95 in content and _BOOK not in content:
            raise Refused("excel_95")
        return MEMORY_BYTES, len(content) // (4 * MEGABYTE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = _look_at_parts(archive.infolist())
        cells = rows = texts = 0
        for part in archive.infolist():
            name = part.filename.lower()
            if not name.endswith((".xml", ".rels")):
                continue
            in_sheet = name.startswith("xl/worksheets/")
            with archive.open(part) as stream:
                tail = b""
                while block := stream.read(_BLOCK):
                    seen = tail + block
                    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                        raise Refused("entities")
                    if in_sheet:
                        if far := _FAR.search(seen):
                            raise Refused("far", far[1].decode()[:16])
                        cells += block.count(b"<c ") + block.count(b"<c>") + block.count(b":c ")
                        rows += block.count(b"<row") + block.count(b":row")
                    elif name.endswith("sharedstrings.xml"):
                        texts += block.count(b"<si")
                    elif name == "[content_types].xml" and b"macroEnabled" in seen:
                        raise Refused("macros")
                    if cells > MOST_CELLS or rows > MOST_ROWS * MOST_SHEETS:
                        raise Refused("memory")
                    tail = block[-_OVERLAP:]
    # Each text is there for a cell: a table of many more is made to be unpacked, not to be read.
    needed = _BYTES_AT_REST + 2 * len(content) + cells * _BYTES_A_CELL + min(texts, cells) * _BYTES_A_TEXT
    return min(max(needed, MEMORY_BYTES), MOST_MEMORY_BYTES), unpacked // (16 * MEGABYTE)


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


def _visible_sheets(book: CalamineWorkbook) -> list[Any]:
    visible = [
        place
        for place, about in enumerate(book.sheets_metadata)
        if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet
    ]
    if len(visible) > MOST_SHEETS:
        raise Refused("sheets")
    sheets = (book.get_sheet_by_index(place) for place in visible)
    return [sheet for sheet in sheets if sheet.start is not None]


def _head(sheet: Any, looked_through: int, widest: int) -> dict[str, Any]:
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
        "height": sheet.end[0] + 1,
        "rows": rows,
        "merged": merged[: looked_through * widest],
    }


def main(looked_through: int, widest: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        content = _content()
        memory, more_seconds = look_into(content)
        resource.setrlimit(resource.RLIMIT_AS, (memory, MOST_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + more_seconds, resource.RLIM_INFINITY))
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        del content
        sheets = _visible_sheets(book)
        heads = [_head(sheet, looked_through, widest) for sheet in sheets]
    except Refused as refused:
        return _send(dict(zip(("error", "detail"), refused.args, strict=False)))
    except PasswordError:
        return _send({"error": "password"})
    except MemoryError:
        return _send({"error": "memory"})
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
        IndexError,
    ):
        return _send({"error": "damaged"})
    _send(heads)
    sheet = sheets[_FRAME.unpack(_receive())[0]]
    rows = sheet.iter_rows()
    empty = sheet.start[1]
    while block := list(islice(rows, _ROWS)):
        _send([[""] * len(block)] * empty + [column_text(column) for column in zip(*block, strict=True)])
    return _send([])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
