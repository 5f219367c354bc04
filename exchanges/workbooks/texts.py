"""The texts that a workbook keeps apart from its sheets.

The parser reads all of them for each slice of a sheet. Where they are many they are read once, and the cells of the
slices say which of them they mean: a mark and a number, which the parent looks up.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import IO

from python_calamine import CalamineWorkbook

from exchanges.workbooks.archive import MEGABYTE
from exchanges.workbooks.refusal import Refused, Uncut, refuse_declarations

# So much is read again for each slice without being felt.
MOST_IN_A_SLICE = 4 * MEGABYTE
# Nine for each row of a full sheet.
MOST_TEXTS = 9 * 1_048_576
PIECE_BYTES = 4 * MEGABYTE
_BEGIN, _TEXT, _END = re.compile(rb"<sst\b[^<>]*>"), b"<si", b"</si>"
_SHARED = re.compile(rb'<c ([^<>]*?)\bt="s"([^<>]*)>\s*<v>')
_CELLS_A_ROW = 64
# A workbook with one sheet, whose cells are the texts one after the other.
_MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships'
_RELATIONS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
_RELATION = b'<Relationship Id="r1" Type=%s/%s" Target="%s"/>'
_BOOK = {
    "_rels/.rels": _RELATIONS % (_RELATION % (_OFFICE, b"officeDocument", b"xl/workbook.xml")),
    "xl/workbook.xml": b'<workbook %s xmlns:r=%s"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    % (_MAIN, _OFFICE),
    "xl/_rels/workbook.xml.rels": _RELATIONS % (_RELATION % (_OFFICE, b"worksheet", b"worksheets/sheet1.xml")),
}


def check(stream: IO[bytes], size: int) -> None:
    """Raises Uncut where the texts cannot be cut into pieces of `size` bytes, Refused for more than a sheet holds."""
    if sum(piece.count(_END) for piece in _pieces(stream, size)) > MOST_TEXTS:
        raise Refused("memory")


def all_of(stream: IO[bytes], size: int) -> Iterator[list[str]]:
    """All texts, some at a time."""
    for piece in _pieces(stream, size):
        yield _parsed(piece, piece.count(_END))


def marked(sheet: bytes, mark: bytes) -> bytes:
    """The XML of a sheet with the mark and the number of the text in each cell that has one of the texts."""
    swapped = sheet.replace(b' t="s"><v>', b' t="str"><v>' + mark)
    return _SHARED.sub(rb'<c \1t="str"\2><v>' + mark, swapped) if b' t="s"' in swapped else swapped


def _pieces(stream: IO[bytes], size: int) -> Iterator[bytes]:
    xml = stream.read(size)
    begin = _BEGIN.search(xml)
    refuse_declarations(xml[: begin.start()] if begin else xml)
    if begin is None:
        raise Uncut
    rest = xml[begin.end() :]
    while True:
        cut = rest.rfind(_END) + len(_END)
        if cut < len(_END) or b"<!" in rest:
            raise Uncut
        piece = rest[:cut].replace(b"<si/>", b"<si></si>")
        # The number of a text is its place: one too few, and all that follow would stand for others.
        if piece.count(_TEXT) != piece.count(_END):
            raise Uncut
        yield piece
        block = stream.read(size)
        rest = rest[cut:] + block
        if not block:
            if rest.strip() != b"</sst>":
                raise Uncut
            return


def _parsed(piece: bytes, number: int) -> list[str]:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as made:
        for name, xml in _BOOK.items():
            made.writestr(name, xml)
        made.writestr("xl/worksheets/sheet1.xml", _sheet_of(number))
        made.writestr("xl/sharedStrings.xml", b"<sst %s>%s</sst>" % (_MAIN, piece))
    memory.seek(0)
    rows = CalamineWorkbook.from_filelike(memory).get_sheet_by_index(0).to_python()
    return [text for row in rows for text in row][:number]


def _sheet_of(number: int) -> bytes:
    whole, left = divmod(number, _CELLS_A_ROW)
    rows = b"".join(map(_row, range(whole))) + (_row(whole, left) if left else b"")
    return b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (_MAIN, rows)


@cache
def _row(place: int, cells: int = _CELLS_A_ROW) -> bytes:
    first = place * _CELLS_A_ROW
    return b"<row>%s</row>" % b"".join(b'<c t="s"><v>%d</v></c>' % number for number in range(first, first + cells))
