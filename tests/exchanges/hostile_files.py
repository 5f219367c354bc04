"""Files that mean harm, or that something went wrong with: name → how it is made."""

import io
import zipfile
from collections.abc import Callable
from datetime import date

from tests.deliveries import HEADERS, csv_bytes, xlsx_bytes
from tests.exchanges.old_excel import compound, xls_bytes
from tests.factories import make_id_number

ROW = ["王小明", make_id_number("610926", date(1970, 5, 6)), "610926102200", "", "", "", ""]
GOOD = xlsx_bytes([HEADERS["population"], ROW])
HEAD = ",".join(HEADERS["population"]).encode()
MEGABYTE = 1024 * 1024
SHEET = "xl/worksheets/sheet1.xml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def repacked(changes: dict[str, bytes], *, stored: bool = False) -> bytes:
    """The good workbook with some of its parts replaced or added."""
    memory = io.BytesIO()
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source, zipfile.ZipFile(memory, "w", how) as target:
        for part in source.namelist():
            if part not in changes:
                target.writestr(part, source.read(part))
        for name, content in changes.items():
            target.writestr(name, content)
    return memory.getvalue()


def sheet_with(cells: str | bytes, before: str = "") -> bytes:
    """The XML of a sheet with these rows."""
    rows = cells.encode() if isinstance(cells, str) else cells
    start = f'<?xml version="1.0" encoding="UTF-8"?><worksheet {_MAIN}>{before}<sheetData>'
    return start.encode() + rows + b"</sheetData></worksheet>"


def sheet(cells: str | bytes, before: str = "", *, stored: bool = False) -> bytes:
    """A workbook whose sheet has these rows."""
    return repacked({SHEET: sheet_with(cells, before)}, stored=stored)


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def text_row(line: int, texts: list[str]) -> str:
    cells = "".join(text_cell(f"{letter}{line}", text) for letter, text in zip("ABCDEFG", texts, strict=False))
    return f'<row r="{line}">{cells}</row>'


def header_row() -> str:
    return text_row(1, HEADERS["population"])


def _far(place: str) -> bytes:
    line = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return sheet(f'<row r="1">{text_cell("A1", "姓名")}</row><row r="{line}">{text_cell(place, "x")}</row>')


def _bomb(part: str, start: bytes, filling: bytes, megabytes: int) -> bytes:
    """The good workbook with a part that unpacks to much more than it takes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as bomb, zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        for name in good.namelist():
            if name != part:
                bomb.writestr(name, good.read(name))
        block = filling * (MEGABYTE // len(filling))
        with bomb.open(part, "w", force_zip64=True) as stream:
            stream.write(start)
            for _megabyte in range(megabytes):
                stream.write(block)
    return memory.getvalue()


def _entities() -> bytes:
    return repacked(
        {
            SHEET: b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
            + sheet_with("").partition(b"?>")[2]
        }
    )


def _entities_behind_a_comment() -> bytes:
    padded = b'<?xml version="1.0"?><!--' + b"x" * 200_000 + b'--><!DOCTYPE a [<!ENTITY b "c">]>'
    return repacked({SHEET: padded + sheet_with(header_row()).partition(b"?>")[2]})


def one_sheet_many_times(times: int, *, rows: int) -> bytes:
    """A workbook that names one sheet, of rows without a cell, over and over."""
    sheets = "".join(f'<sheet name="S{place}" sheetId="{place}" r:id="rId1"/>' for place in range(1, times + 1))
    book = f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    return repacked({"xl/workbook.xml": book.encode(), SHEET: sheet_with(b'<row s="1"/>' * rows)}, stored=True)


def _wide() -> bytes:
    return xlsx_bytes([[*HEADERS["population"], *["x"] * 16_000]])


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _encrypted_part() -> bytes:
    """The good workbook with the flag of an encrypted entry, in both headers of its parts."""
    content = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


def _nested() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as outer:
        outer.writestr("名单.xlsx", GOOD)
    return memory.getvalue()


def _lying_about_its_size() -> bytes:
    """A part that says it unpacks to ten bytes."""
    content = bytearray(repacked({SHEET: sheet_with(header_row() * 1000)}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.rfind(mark)
        content[place + offset : place + offset + 4] = (10).to_bytes(4, "little")
    return bytes(content)


def _dated(value: str) -> bytes:
    return xlsx_bytes([HEADERS["population"], [*ROW[:5], "死亡", value]])


REFUSED: dict[str, Callable[[], bytes]] = {
    "zero bytes": lambda: b"",
    "spaces only": lambda: b" \n \n",
    "only a byte order mark": lambda: b"\xef\xbb\xbf",
    "only a byte order mark of UTF-16": lambda: b"\xff\xfe",
    "zip bomb in the sheet": lambda: _bomb(SHEET, b"", b" ", 64),
    "zip bomb in the shared strings": lambda: _bomb("xl/sharedStrings.xml", b"<sst>", b"<si><t>x</t></si>", 512),
    "shared strings of nothing": lambda: repacked(
        {"xl/sharedStrings.xml": f"<sst {_MAIN}>".encode() + b"<si/>" * (20 * MEGABYTE)}, stored=True
    ),
    "a single text of 100 MB": lambda: sheet(
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"x" * (100 * MEGABYTE) + b"</t></is></c></row>", stored=True
    ),
    "large styles": lambda: repacked({"xl/styles.xml": b"<xf/>" * (14 * MEGABYTE)}, stored=True),
    "nested zip": _nested,
    "a part that lies about its size": _lying_about_its_size,
    "sparse sheet to XFD1048576": lambda: _far("XFD1048576"),
    "sparse sheet to SF1048576": lambda: _far("SF1048576"),
    "a row of cells without a place": lambda: sheet(b"<row>" + b"<c><v>1</v></c>" * 200_000 + b"</row>"),
    "sixteen thousand columns": _wide,
    "sixteen thousand columns in csv": lambda: b",".join([HEAD, *[b"x"] * 16_000]) + b"\n" + b"," * 16_006 + b"\n",
    "one sheet named two thousand times": lambda: one_sheet_many_times(2_000, rows=10),
    "XML entities": _entities,
    "XML entities behind a comment": _entities_behind_a_comment,
    "macros": lambda: repacked({"xl/vbaProject.bin": b"x"}),
    "macros by another name": lambda: repacked(
        {"[Content_Types].xml": b'<Types><Default ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'}
    ),
    "macros of Excel 4": lambda: repacked({"xl/macrosheets/sheet1.xml": b"<x/>"}),
    "macros in xls": lambda: xls_bytes([HEADERS["population"], ROW], macros=True),
    "no workbook in the archive": lambda: repacked({"xl/workbook.xml": b""}).replace(
        b"xl/workbook.xml", b"xl/workbook.xxx"
    ),
    "cut off workbook": lambda: _cut(GOOD),
    "encrypted xlsx": lambda: compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}),
    "encrypted parts": _encrypted_part,
    "encrypted xls": lambda: xls_bytes([HEADERS["population"], ROW], password=True),
    "xls of Excel 95": lambda: xls_bytes([HEADERS["population"], ROW], biff=5),
    "damaged xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8,
    "cut off xls": lambda: _cut(xls_bytes([HEADERS["population"], *[ROW] * 40])),
    "web page": lambda: b"\xef\xbb\xbf <html><table><tr><td>x</td></tr></table></html>",
    "a piece of a web page": lambda: b"<meta charset=gbk><style>td{}</style>",
    "web page in UTF-16": lambda: "<html><td>姓名</td></html>".encode("utf-16"),
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "bitmap": lambda: b"BM" + bytes(100),
    "NUL bytes": lambda: HEAD + b"\n\0\0\0,1,2\n",
    "NUL characters in UTF-16": lambda: (HEAD.decode() + "\n王\0,1,2\n").encode("utf-16"),
    "NUL characters in xls": lambda: xls_bytes([HEADERS["population"], ["王\0", *ROW[1:]]]),
    "UTF-16 with an odd byte": lambda: csv_bytes([HEADERS["population"], ROW], encoding="utf-16") + b"\n",
    "neither encoding": lambda: HEAD + b"\n\xff\xff\xff\xff,1,2\n",
    "header only": lambda: HEAD + b"\n",
    "a line of 100 MB": lambda: HEAD + b"\n" + b"x" * (100 * MEGABYTE),
    "a line of 100 MB behind a carriage return": lambda: HEAD + b"\r" + b"x" * (100 * MEGABYTE),
    "an open quote": lambda: HEAD + b'\n"' + b"x\n" * (2 * MEGABYTE),
    "quotes that open again and again": lambda: HEAD + b"\n" + b'"x\n",' * (4 * MEGABYTE),
    "empty rows without an end": lambda: HEAD + b"\n" * (2 * MEGABYTE),
    "rows of which none is right": lambda: HEAD + b"\n" + b"x,1,2,,,,\n" * (MEGABYTE // 4),
    "rows of commas without an end": lambda: HEAD + b"\n" + b",,,,,,\n" * (3 * MEGABYTE // 2),
}
# Strange, but it can be told what they say: (rows, accepted).
READ: dict[str, tuple[Callable[[], bytes], int, int]] = {
    "a dimension that lies": (
        lambda: sheet(
            header_row() + text_row(2, ROW[:3]),
            '<dimension ref="A1:XFD1048576"/>',
        ),
        1,
        1,
    ),
    "a number of 300 digits": (lambda: csv_bytes([HEADERS["population"], ["王小明", "1" * 300, ROW[2]]]), 1, 0),
    "a number beyond all bounds": (
        lambda: sheet(header_row() + f'<row r="2">{text_cell("A2", "王小明")}<c r="B2"><v>1e400</v></c></row>'),
        1,
        0,
    ),
    "no number": (
        lambda: sheet(header_row() + f'<row r="2">{text_cell("A2", "王小明")}<c r="B2"><v>NaN</v></c></row>'),
        1,
        0,
    ),
    "a day in the year 9999": (lambda: _dated("9999-12-31"), 1, 0),
    "a day in the year 0": (lambda: _dated("0000-00-00"), 1, 0),
    "a real date in the year 9999": (lambda: _dated(date(9999, 12, 31)), 1, 0),
    "quotation marks in a row": (
        lambda: csv_bytes([HEADERS["population"], ['"' * 500, *ROW[1:]]]),
        1,
        0,
    ),
    "a table that begins far down": (
        lambda: xlsx_bytes([[], [], [], [], HEADERS["population"], ROW]),
        1,
        1,
    ),
}
