"""The refused rows in the layout of the file they came in, with their row number and all reasons beside them.

Staff mend the rows in it and send it as it is: the two added columns are no part of any list and are left out then,
and so is the apostrophe that keeps a spreadsheet from computing a cell of a csv.
"""

import csv
import io
import re
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

import polars as pl
from django.core.files.base import File
from xlsxwriter import Workbook

from exchanges.kinds import FileKind
from exchanges.models import Batch
from exchanges.reading import Layout, open_source
from exchanges.reading.header import REASONS, ROW_NUMBER
from exchanges.writers.cells import starts_formula

_IN_MEMORY = 4 * 1024 * 1024
_FIGURE = re.compile(r"[+-]?[0-9][0-9.,]*")


def write_error_file(batch: Batch, kind: FileKind, layout: Layout) -> None:
    """Writes the error file of a batch and hangs it on; the batch itself is saved by the caller."""
    ending = "csv" if layout.format == "csv" else "xlsx"
    write = _write_csv if ending == "csv" else _write_xlsx
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        write(file, layout, _refused_rows(batch, kind))
        file.seek(0)
        batch.errors_file.save(f"{batch.kind}.{ending}", File(file), save=False)


def _refused_rows(batch: Batch, kind: FileKind) -> Iterator[tuple[int, list[str], str]]:
    """Row number, cells as they came, and the reasons, in the order of the source."""
    errors = batch.row_errors.order_by("row_number", "id").values_list("row_number", "field", "code", "detail")
    reasons: dict[int, list[str]] = {}
    for number, field, code, detail in errors.iterator(chunk_size=20_000):
        reasons.setdefault(number, []).append(kind.reason(field, code, detail))
    wanted = pl.Series(list(reasons), dtype=pl.Int64)
    for block in open_source(lambda: batch.file.storage.open(batch.file.name), kind).blocks():
        here = block.numbers.cast(pl.Int64).is_in(wanted.implode())
        if here.any():
            rows = block.cells.filter(here).iter_rows()
            for number, cells in zip(block.numbers.filter(here), rows, strict=True):
                yield number, [cell or "" for cell in cells], "；".join(reasons[number])


def _kept(layout: Layout) -> list[int]:
    """Columns of the source but those that an earlier error file added."""
    return [place for place, header in enumerate(layout.headers) if header not in {ROW_NUMBER, REASONS}]


def _merged(layout: Layout, kept: list[int]) -> list[list[int]]:
    """What is merged in the titles and the header, as far as it is still there; no two of them overlap."""
    taken: set[tuple[int, int]] = set()
    spans = []
    for top, left, bottom, right in layout.merged:
        cells = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        if (
            len(cells) > 1
            and taken.isdisjoint(cells)
            and all(kept[column : column + 1] == [column] for _, column in cells)
        ):
            taken |= cells
            spans.append([top, left, bottom, right])
    return spans


def _write_csv(file: IO[bytes], layout: Layout, rows: Iterator[tuple[int, list[str], str]]) -> None:
    # Excel takes UTF-8 for the local encoding unless a byte order mark stands before it, and UTF-16 for nothing.
    encoding = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(
        layout.encoding, layout.encoding
    )
    text = io.TextIOWrapper(file, encoding=encoding, newline="", write_through=True)
    writer = csv.writer(text, delimiter=layout.delimiter)
    kept = _kept(layout)
    writer.writerows([_inert(cell) for cell in title] for title in layout.titles)
    writer.writerow([*(_inert(layout.headers[place]) for place in kept), ROW_NUMBER, REASONS])
    writer.writerows([*(_inert(cells[place]) for place in kept), number, reasons] for number, cells, reasons in rows)
    text.detach()


def _inert(cell: str) -> str:
    """The cell as it came, with an apostrophe in front of what a spreadsheet would compute; figures stay figures."""
    return f"'{cell}" if cell and starts_formula(cell) and not _FIGURE.fullmatch(cell.strip()) else cell


def _write_xlsx(file: IO[bytes], layout: Layout, rows: Iterator[tuple[int, list[str], str]]) -> None:
    kept = _kept(layout)
    with Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    ) as book:
        sheet = book.add_worksheet(layout.sheet[:31] or "Sheet1")
        # Mended numbers are typed into these cells: as text, Excel keeps all their digits.
        as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        red = book.add_format({"font_color": "#B3261E", "text_wrap": True})
        sheet.set_column(0, max(len(kept) - 1, 0), 20, as_text)
        sheet.set_column(len(kept), len(kept), 8)
        sheet.set_column(len(kept) + 1, len(kept) + 1, 80)
        for line, title in enumerate(layout.titles):
            for place, cell in enumerate(title):
                if cell:
                    sheet.write_string(line, place, cell, bold)
        for place, header in enumerate([*(layout.headers[place] for place in kept), ROW_NUMBER, REASONS]):
            sheet.write_string(len(layout.titles), place, header, bold)
        # `merge_range` would write into the next row before this one is full, and rows are written once.
        sheet.merge.extend(_merged(layout, kept))
        for line, (number, cells, reasons) in enumerate(rows, start=len(layout.titles) + 1):
            for place, column in enumerate(kept):
                sheet.write_string(line, place, cells[column], as_text)
            sheet.write_number(line, len(kept), number)
            sheet.write_string(line, len(kept) + 1, reasons, red)
