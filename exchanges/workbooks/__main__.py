"""python -m exchanges.workbooks ROWS WIDEST SECONDS MARK: takes a workbook on standard input, in pieces of which an
empty one is the last, and answers on standard output. A message is its length and what marshal makes of it:

1. {"error": code, "detail": text} at any time, and then nothing more;
2. {"texts": [text, …]}, the next texts of a workbook that has many: its cells hold MARK and the number of a text, which
   is sent before the cell is;
3. {"sheets": [head, …], "from_1904": bool}, see `_head` and `Book`, with the first ROWS rows of the sheets that have no
   more than WIDEST columns;
4. once the place of one of them came in: {"read": n, "columns": [[text, …], …]} for some rows at a time, from the first
   row of the sheet on; `read` counts up to what the head calls `size`; {} at the end.
"""

import marshal
import resource
import signal
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import chain, islice, repeat
from typing import Any
from xml.etree.ElementTree import ParseError

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from exchanges.workbooks.archive import MEGABYTE
from exchanges.workbooks.books import opened
from exchanges.workbooks.cells import cell_text, column_text
from exchanges.workbooks.refusal import Refused, Uncut

MEMORY_BYTES = 512 * MEGABYTE
MOST_SHEETS = 64
MOST_BYTES_AT_ONCE = 64 * MEGABYTE
LONGEST_CELL = 32_767
_FRAME = struct.Struct(">Q")
_ROWS = 16_384
_UNREADABLE = (
    CalamineError,
    ParseError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    # What zipfile says of a way of packing that it does not know.
    NotImplementedError,
    OSError,
    ValueError,
    LookupError,
)


def main(looked_through: int, widest: int, seconds: int, mark: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _allow(seconds)
    try:
        _answer(looked_through, widest, seconds, mark.encode())
    except Refused as refused:
        _send(dict(zip(("error", "detail"), refused.args, strict=False)))
    except PasswordError:
        _send({"error": "password"})
    except (MemoryError, Uncut):
        _send({"error": "memory"})
    except _UNREADABLE:
        _send({"error": "damaged"})


def _allow(seconds: int) -> None:
    """So much time of the processor from now on, then SIGPROF. RLIMIT_CPU would count from the start of the process, by
    another clock than the one that could be read to move it on."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _answer(looked_through: int, widest: int, seconds: int, mark: bytes) -> None:
    book = opened(_content(), mark)
    sheets = _visible_sheets(book.head())
    heads = [_head(sheet, book.size(place), looked_through, widest) for place, sheet in sheets.items()]
    texts = book.texts()
    sent = 0
    for most in _numbers_in(heads, mark.decode()):
        while sent <= most and (some := next(texts, None)):
            sent += len(some)
            _send({"texts": some})
    _send({"sheets": heads, "from_1904": book.from_1904})
    place = list(sheets)[_FRAME.unpack(_receive())[0]]
    width = sheets[place].end[1] + 1
    sheets.clear()
    for some in texts:
        _send({"texts": some})
        _allow(seconds)
    for read, columns in _rows(book.slices(place), place, width):
        if len(columns) > widest:
            raise Refused("memory")
        _send({"read": read, "columns": columns})
        _allow(seconds)
    _send({})


def _numbers_in(heads: list[dict[str, Any]], mark: str) -> Iterator[int]:
    """The numbers of the texts that the first rows name."""
    cells = (cell for head in heads for row in head["rows"] for cell in row if cell.startswith(mark))
    return (int(cell.removeprefix(mark)) for cell in cells)


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
    whole = BytesIO()
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


def _head(sheet: Any, size: int, looked_through: int, widest: int) -> dict[str, Any]:
    """Name, width, first rows of a sheet, and what is merged among them: first row, first column, last row, last
    column, from 0; `size` is what is counted while the sheet is read."""
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
        "size": size or sheet.end[0] + 1,
        "rows": rows,
        "merged": merged[: looked_through * widest],
    }


def _rows(
    slices: Iterator[tuple[CalamineWorkbook, int]], place: int, least: int
) -> Iterator[tuple[int, list[list[str]]]]:
    """How much has been read, and columns of some rows at a time, from the first row of the sheet on; at least so many
    columns, for that is how wide the head of the sheet was."""
    row = 0
    for book, read in slices:
        sheet = book.get_sheet_by_index(place)
        if sheet.start is None:
            continue
        (first, left), right = sheet.start, sheet.end[1] + 1
        if first < row:
            raise Refused("damaged")
        rows = chain(repeat([""] * (right - left), first - row), sheet.to_python(skip_empty_area=True))
        row = sheet.end[0] + 1
        while block := list(islice(rows, _ROWS)):
            blank = [""] * len(block)
            cells = [column_text(column) for column in zip(*block, strict=True)]
            yield read or row, [blank] * left + cells + [blank] * (least - right)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), sys.argv[4])
