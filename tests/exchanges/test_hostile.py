"""Files that mean harm, or that something went wrong with: refused with a reason, and the worker lives."""

import io
import zipfile

import pytest

from exchanges.models import Batch
from tests.deliveries import HEADERS, csv_bytes, reasons, xlsx_bytes
from tests.factories import make_id_number

GOOD = xlsx_bytes([HEADERS["population"], ["王小明", "610926197005060015", "610926102200", "", "", "", ""]])
HEAD = ",".join(HEADERS["population"]).encode()


def repacked(changes: dict[str, bytes]) -> bytes:
    """The good workbook with some of its parts replaced or added."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part not in changes:
                target.writestr(part, source.read(part))
        for name, content in changes.items():
            target.writestr(name, content)
    return memory.getvalue()


def sheet_with(cells: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


SPARSE = sheet_with(
    '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
)
TALL = sheet_with(
    '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    '<row r="1048576"><c r="SF1048576" t="inlineStr"><is><t>x</t></is></c></row>'
)
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
)

FILES = {
    "empty": b"",
    "spaces only": b" \n \n",
    "sparse sheet to XFD1048576": repacked({"xl/worksheets/sheet1.xml": SPARSE}),
    "tall sparse sheet": repacked({"xl/worksheets/sheet1.xml": TALL}),
    "XML entities": repacked({"xl/worksheets/sheet1.xml": ENTITIES}),
    "macros": repacked({"xl/vbaProject.bin": b"x"}),
    "no workbook in the archive": repacked({"xl/workbook.xml": b""}).replace(b"xl/workbook.xml", b"xl/workbook.xxx"),
    "cut off workbook": GOOD[: len(GOOD) // 2],
    "encrypted workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
    "damaged xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8,
    "web page named xls": b"\xef\xbb\xbf <html><table><tr><td>x</td></tr></table></html>",
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "NUL bytes": HEAD + b"\n\0\0\0,1,2\n",
    "neither encoding": HEAD + b"\n\xff\xff\xff\xff,1,2\n",
    "header only": HEAD + b"\n",
    "sixteen thousand columns": b",".join([*HEAD.split(b","), *[b"x"] * 16_000]) + b"\n" + b"," * 16_006 + b"\n",
    "a line of megabytes": HEAD + b"\n" + b"x" * (6 * 1024 * 1024),
    "an open quote": HEAD + b'\n"' + b"x\n" * (2 * 1024 * 1024),
}


@pytest.mark.parametrize("name", FILES)
def test_refused_with_a_reason(deliver, name):
    batch = deliver.take("population", FILES[name], name="名单.xls")
    assert (batch.status, batch.rows) == (Batch.Status.REFUSED, 0)
    assert len(batch.reason) > 10
    assert "Traceback" not in batch.reason


def test_bombs_are_not_unpacked(deliver):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as bomb, zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        for part in good.namelist():
            if part != "xl/worksheets/sheet1.xml":
                bomb.writestr(part, good.read(part))
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _megabyte in range(64):
                part.write(b" " * 1024 * 1024)
    batch = deliver.take("population", memory.getvalue(), name="bomb.xlsx")
    assert batch.status == Batch.Status.REFUSED


def test_formulas_and_markup_in_names_are_no_names(deliver):
    rows = [
        [text, make_id_number("610926"), "610926102200", "", "", "", ""]
        for text in ('=HYPERLINK("http://x")', "<script>alert(1)</script>", "+1", "@SUM(A1)", "王小明\x07")
    ]
    batch = deliver("population", rows)
    assert (batch.accepted, batch.refused) == (0, 5)
    assert {code for found in reasons(batch).values() for _field, code in found} == {"not_a_name"}


def test_after_a_hostile_file_the_next_one_is_taken(deliver):
    deliver.take("population", FILES["sparse sheet to XFD1048576"])
    batch = deliver("population", [["王小明", make_id_number("610926"), "610926102200", "", "", "", ""]])
    assert batch.status == Batch.Status.MERGED


def test_a_row_with_a_comma_too_many_is_refused_not_shifted(deliver):
    number = make_id_number("610926")
    content = csv_bytes([HEADERS["population"]]) + f"王小明,{number},610926102200,,,,,多余\n".encode()
    batch = deliver.take("population", content)
    assert reasons(batch) == {2: [("", "too_many_cells")]}
