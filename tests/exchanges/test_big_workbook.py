"""A workbook that is too big to be held in full is read in slices, and reads the same."""

import io
import re
import zipfile
from datetime import date
from itertools import islice

import pytest
from xlsxwriter import Workbook

from exchanges.reading import workbook_child

SHEET = "xl/worksheets/sheet1.xml"


def _workbook(rows: int = 400, *, shared: bool = True) -> bytes:
    """Titles, a merged header, a gap of empty rows, numbers, dates, formulas and markup; a second sheet, a third one
    without rows."""
    memory = io.BytesIO()
    with Workbook(memory, {"constant_memory": not shared, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet, other, _nothing = (book.add_worksheet() for _ in range(3))
        sheet.merge_range(0, 1, 0, 4, "人口名单")
        for place, header in enumerate(["姓名", "金额", "日期", "备注"], start=1):
            sheet.write_string(1, place, header)
        for line in [*range(2, rows // 2), *range(rows // 2 + 70, rows)]:
            sheet.write_string(line, 1, f"张三{line % 7}<&>")
            sheet.write_number(line, 2, line / 4)
            sheet.write_datetime(line, 3, date(2021, 1, 1 + line % 28))
            if line > rows - 20:
                sheet.write_boolean(line, 4, line % 2)
                sheet.write_formula(line, 5, f"=C{line}*2", value=line / 2)
        for line in range(30):
            other.write_string(line, 0, f"甲{line}")
    return memory.getvalue()


def _columns(books, place: int) -> list[list[str]]:
    """All rows of a sheet, as the child sends them."""
    sheet = next(books).get_sheet_by_index(place)
    rows: list[list[str]] = []
    for columns in workbook_child._rows_of(sheet, books, place):
        rows += map(list, zip(*columns, strict=True))
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def _whole(content: bytes, place: int) -> list[list[str]]:
    return _columns(iter([workbook_child.CalamineWorkbook.from_filelike(io.BytesIO(content))]), place)


def _ends(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")}


def _slices(content: bytes, size: int) -> workbook_child.Slices:
    return workbook_child.Slices(content, _ends(content), size=size)


def _with_sheet(content: bytes, change) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(memory, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == SHEET else old.read(name))
    return memory.getvalue()


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("size", [1_500, 4_000, 20_000, 10_000_000])
@pytest.mark.parametrize("place", [0, 1])
def test_the_slices_of_a_workbook_hold_the_rows_of_the_whole(size, place, shared):
    content = _workbook(shared=shared)
    assert _columns(iter(_slices(content, size)), place) == _whole(content, place)


def test_a_small_slice_makes_many_workbooks_and_the_first_knows_what_is_merged():
    content = _workbook()
    books = list(islice(_slices(content, 2_000), 10))
    assert len(books) == 10
    assert books[0].get_sheet_by_index(0).merged_cell_ranges == [((0, 1), (0, 4))]
    assert books[5].get_sheet_by_index(0).start[0] > books[4].get_sheet_by_index(0).start[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"<sheetData>", b"<sheetData><!-- </row> -->"),
        lambda xml: xml.replace(b'<row r="1"', b"<row"),
        lambda xml: xml.replace(b"sheetData>", b"x:sheetData>"),
    ],
    ids=["comment", "rows without a number", "another name space"],
)
def test_what_spreadsheets_do_not_write_is_not_cut(change):
    content = _with_sheet(_workbook(), change)
    with pytest.raises(workbook_child.Uncut):
        _slices(content, 2_000)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(rb'<row r="3[0-9]{2}"', b"<row", xml),
        lambda xml: xml.replace(b'<row r="390"', b'<!-- </row> --><row r="390"'),
    ],
    ids=["rows without a number", "comment"],
)
def test_what_cannot_be_cut_further_down_is_refused(change):
    with pytest.raises(workbook_child.Refused):
        list(_slices(_with_sheet(_workbook(), change), 2_000))


def test_rows_that_go_back_are_refused():
    content = _with_sheet(_workbook(), lambda xml: re.sub(rb'r="([A-Z]?)3([0-9]{2})"', rb'r="\g<1>1\2"', xml))
    with pytest.raises(workbook_child.Refused):
        _columns(iter(_slices(content, 2_000)), 0)
