"""xlsx (ECMA-376) written forward: rows become sheet XML block by block and go through a fast deflate into the zip."""

import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from isal import isal_zlib

from exchanges.ledgers.registry import Column, Kind
from exchanges.writers.cells import printable
from exchanges.writers.heading import Heading
from exchanges.writers.xlsx_parts import RELATIONSHIPS, STYLES, Style, content_types, workbook, workbook_relationships

ROWS_A_SHEET = 1_000_000
# An entry of 2 GB would need the zip64 form, which Excel refuses in a file that was written forward.
BYTES_A_SHEET = 1_900_000_000
_HEAD_ROWS = 3
_EPOCH = date(1899, 12, 30)
_STYLES = {
    Kind.INTEGER: Style.INTEGER,
    Kind.MONEY: Style.MONEY,
    Kind.RATE: Style.RATE,
    Kind.DATE: Style.DATE,
}


class XlsxWriter:
    """A workbook with title, facts, frozen header, filter and foot; a new sheet every million rows.

    Text leaves as text cells in the text format, so that nothing becomes a formula, not even when a cell is edited;
    amounts and dates leave as numbers. Zip64 is used for the archive as a whole only.
    """

    def __init__(
        self, sink: IO[bytes], heading: Heading, columns: Sequence[Column], *, encoding: str = "utf-8"
    ) -> None:
        del encoding  # XML is UTF-8
        self._heading, self._columns = heading, columns
        self._letters = [column_letters(place) for place in range(len(columns))]
        self._archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)
        self._entry: IO[bytes] | None = None
        self._sheets: list[str] = []
        self._rows = self._sheet_rows = self._sheet_bytes = 0
        self._template = self._row_template()
        self._converters = [
            (place, convert) for place, column in enumerate(columns) if (convert := _CONVERTERS.get(column.kind))
        ]
        self._open_sheet()

    def write_rows(self, rows: Sequence[list[str]]) -> None:
        """One block of rows of text; the cells of numbers and dates are replaced in place."""
        start = 0
        while start < len(rows):
            if self._sheet_rows >= ROWS_A_SHEET or self._sheet_bytes >= BYTES_A_SHEET:
                self._close_sheet()
                self._open_sheet()
            stop = start + ROWS_A_SHEET - self._sheet_rows
            self._write_block(rows[start:stop])
            start = stop

    def close(self) -> None:
        """Writes the foot and the directory; the sink stays open."""
        self._write(
            f'<row r="{self._next_row}">{_text_cell("A", self._next_row, Style.FACTS, self._heading.foot(self._rows))}'
            "</row>"
        )
        self._close_sheet()
        for name, part in (
            ("xl/workbook.xml", workbook(self._sheets, _HEAD_ROWS)),
            ("xl/_rels/workbook.xml.rels", workbook_relationships(len(self._sheets))),
            ("xl/styles.xml", STYLES),
            ("_rels/.rels", RELATIONSHIPS),
            ("[Content_Types].xml", content_types(len(self._sheets))),
        ):
            self._archive.writestr(name, part)
        self._archive.close()

    def abandon(self) -> None:
        """Gives up a file that broke off; nothing is left open."""
        for part in (self._entry, self._archive):
            # Closing writes, and what broke the file off may have been the want of room.
            with suppress(OSError):
                part.close()

    @property
    def _next_row(self) -> int:
        return self._sheet_rows + _HEAD_ROWS + 1

    def _write_block(self, rows: Sequence[list[str]]) -> None:
        block = "".join(["".join(cells) for cells in rows])
        if "&" in block or "<" in block or not block.isprintable():
            rows = [[escape(printable(cell)) for cell in cells] for cells in rows]
        converters, template = self._converters, self._template
        lines = []
        for number, cells in enumerate(rows, self._next_row):
            for place, convert in converters:
                cells[place] = convert(cells[place])
            lines.append(template.replace("\0", str(number)) % tuple(cells))
        self._write("".join(lines))
        self._sheet_rows += len(rows)
        self._rows += len(rows)

    def _row_template(self) -> str:
        """The XML of a row: "\\0" stands for its number, "%s" for each cell."""
        cells = []
        for letters, column in zip(self._letters, self._columns, strict=True):
            style = _STYLES.get(column.kind, Style.TEXT)
            if column.kind in _CONVERTERS:
                cells.append(f'<c r="{letters}\0" s="{style}">%s</c>')
            else:
                cells.append(f'<c r="{letters}\0" s="{style}" t="inlineStr"><is><t>%s</t></is></c>')
        return f'<row r="\0">{"".join(cells)}</row>'

    def _open_sheet(self) -> None:
        number = len(self._sheets) + 1
        self._sheets.append(_sheet_name(self._heading.title, number))
        self._sheet_rows = self._sheet_bytes = 0
        entry = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._entry = self._archive.open(entry, "w")
        # zipfile offers no choice of deflate. This one is several times as fast; where the attribute is gone in a
        # later Python, the file is the same and only takes longer.
        self._entry._compressor = isal_zlib.compressobj(level=1, wbits=-15)
        widths = "".join(
            f'<col min="{place}" max="{place}" width="{column.width}" customWidth="1"/>'
            for place, column in enumerate(self._columns, 1)
        )
        header = "".join(
            _text_cell(letters, _HEAD_ROWS, Style.HEADER, column.header)
            for letters, column in zip(self._letters, self._columns, strict=True)
        )
        self._write(
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<sheetViews><sheetView workbookViewId="0"{" tabSelected=" + quoteattr("1") if number == 1 else ""}>'
            f'<pane ySplit="{_HEAD_ROWS}" topLeftCell="A{_HEAD_ROWS + 1}" activePane="bottomLeft" state="frozen"/>'
            "</sheetView></sheetViews>"
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData>'
            f'<row r="1" ht="24" customHeight="1">{_text_cell("A", 1, Style.TITLE, self._heading.title)}</row>'
            f'<row r="2">{_text_cell("A", 2, Style.FACTS, self._heading.line)}</row>'
            f'<row r="{_HEAD_ROWS}" ht="20" customHeight="1">{header}</row>'
        )

    def _close_sheet(self) -> None:
        last = self._sheet_rows + _HEAD_ROWS
        self._write(
            f'</sheetData><autoFilter ref="A{_HEAD_ROWS}:{self._letters[-1]}{last}"/>'
            '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
            '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
        )
        self._entry.close()

    def _write(self, text: str) -> None:
        data = text.encode()
        self._sheet_bytes += len(data)
        self._entry.write(data)


def column_letters(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _text_cell(letters: str, row: int, style: Style, text: str) -> str:
    inner = f'<is><t xml:space="preserve">{escape(printable(text))}</t></is>'
    return f'<c r="{letters}{row}" s="{style}" t="inlineStr">{inner}</c>'


def _number(text: str) -> str:
    return f"<v>{text}</v>" if text else ""


@cache
def _day(text: str) -> str:
    return f"<v>{(date.fromisoformat(text[:10]) - _EPOCH).days}</v>" if text else ""


_CONVERTERS: dict[Kind, Callable[[str], str]] = {
    Kind.INTEGER: _number,
    Kind.MONEY: _number,
    Kind.RATE: _number,
    Kind.DATE: _day,
}


def _sheet_name(title: str, number: int) -> str:
    name = "".join(sign for sign in title if sign not in "[]:*?/\\'")[:24] or "台账"
    return name if number == 1 else f"{name} {number}"
