"""Runs as a process of its own: reads a workbook from standard input, writes its cells as text to standard output.

What a hostile file can do here, it does to this process alone, within the limits set first.
"""

import io
import marshal
import resource
import struct
import sys
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

# A list of a million rows takes 0.7 GB; a sheet with a cell in XFD1048576 asks for hundreds.
MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 240
_FRAME = struct.Struct(">Q")
_ROWS = 16_384
# Excel keeps 15 digits of a number; what is longer has lost its end.
_DIGITS_KEPT = 10**15


def cell_text(value: Any) -> str:
    """A cell as text: numbers without a trailing .0, those beyond 15 digits as 6.10926E+17, dates in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
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


def _send(answer: Any) -> None:
    body = marshal.dumps(answer)
    sys.stdout.buffer.write(_FRAME.pack(len(body)))
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _receive() -> bytes:
    return sys.stdin.buffer.read(_FRAME.unpack(sys.stdin.buffer.read(_FRAME.size))[0])


def main(looked_through: int, widest: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = _receive()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for place, about in enumerate(book.sheets_metadata):
            if about.visible != SheetVisibleEnum.Visible or about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(place)
            if sheet.start is not None:
                sheets.append(sheet)
        heads = [
            {
                "name": sheet.name,
                "width": sheet.end[1] + 1,
                "rows": [
                    [""] * sheet.start[1] + [cell_text(cell) for cell in row]
                    for row in islice(sheet.iter_rows(), looked_through if sheet.end[1] < widest else 0)
                ],
            }
            for sheet in sheets
        ]
    except PasswordError:
        return _send({"error": "password"})
    except MemoryError:
        return _send({"error": "memory"})
    except (CalamineError, OSError, ValueError, IndexError):
        return _send({"error": "damaged"})
    _send(heads)
    sheet = sheets[_FRAME.unpack(_receive())[0]]
    rows = sheet.iter_rows()
    empty = sheet.start[1]
    while block := list(islice(rows, _ROWS)):
        _send([[""] * len(block)] * empty + [column_text(column) for column in zip(*block, strict=True)])
    return _send([])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
