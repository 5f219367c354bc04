"""Sheets are read in slices, and texts that are many are read once: a workbook says the same however it is read."""

import io
import re
import zipfile
from datetime import date

import pytest
from xlsxwriter import Workbook

from exchanges.workbooks import __main__ as reader
from exchanges.workbooks import books, texts
from exchanges.workbooks.archive import Archive
from exchanges.workbooks.refusal import Refused, Uncut
from exchanges.workbooks.sheet import SheetXml

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MARK = b"\xee\x80\x80mark:"


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
            sheet.write_string(line, 1, f"张三{line % 7}<&> ")
            sheet.write_number(line, 2, line / 4)
            sheet.write_datetime(line, 3, date(2021, 1, 1 + line % 28))
            if line > rows - 20:
                sheet.write_boolean(line, 4, line % 2)
                sheet.write_formula(line, 5, f"=C{line}*2", value=line / 2)
        for line in range(30):
            other.write_string(line, 0, f"甲{line}")
    return memory.getvalue()


def _changed(content: bytes, **changes) -> bytes:
    """The workbook with its sheet, its texts, or the names of its parts changed."""
    memory = io.BytesIO()
    by_part = {SHEET: changes.get("sheet"), TEXTS: changes.get("texts")}
    rename = changes.get("name", lambda name: name)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(memory, "w") as new:
        for name in old.namelist():
            change = by_part.get(name) or bytes
            new.writestr(rename(name), change(old.read(name)))
    return memory.getvalue()


def _rows(book: books.Book, place: int) -> list[list[str]]:
    """All rows of a sheet, as the parent sees them."""
    all_texts = [text for some in book.texts() for text in some]
    width = book.head().get_sheet_by_index(place).end[1] + 1
    rows: list[list[str]] = []
    for _read, columns in reader._rows(book.slices(place), place, width):
        rows += map(list, zip(*columns, strict=True))
    mark, width = MARK.decode(), max(map(len, rows))
    return [
        [all_texts[int(cell.removeprefix(mark))] if cell.startswith(mark) else cell for cell in row]
        + [""] * (width - len(row))
        for row in rows
    ]


def _sliced(content: bytes, size: int, *, texts_apart: bool = False) -> books.Sliced:
    most_texts = 0 if texts_apart else texts.MOST_IN_A_SLICE
    return books.Sliced(Archive(content), MARK, slice_bytes=size, texts_in_a_slice=most_texts, piece_bytes=300)


@pytest.mark.parametrize(("shared", "apart"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("size", [1_500, 4_000, 20_000, 10_000_000])
@pytest.mark.parametrize("place", [0, 1])
def test_the_slices_of_a_workbook_hold_the_rows_of_the_whole(size, place, shared, apart):
    content = _workbook(shared=shared)
    sliced = _sliced(content, size, texts_apart=apart)
    assert _rows(sliced, place) == _rows(books.Whole(content), place)


def test_a_small_slice_makes_many_workbooks_and_the_head_knows_what_is_merged():
    sliced = _sliced(_workbook(), 2_000)
    assert sliced.head().get_sheet_by_index(0).merged_cell_ranges == [((0, 1), (0, 4))]
    starts = [book.get_sheet_by_index(0).start[0] for book, _read in sliced.slices(0)]
    assert len(starts) > 10
    assert starts == sorted(set(starts))
    assert [read for _book, read in sliced.slices(0)][-1] <= sliced.size(0)


@pytest.mark.parametrize(
    "name", [str.upper, lambda name: name.replace("/", "\\"), str.lower], ids=["capitals", "other slashes", "small"]
)
def test_the_names_of_parts_are_read_as_excel_reads_them(name):
    content = _workbook()
    assert _rows(_sliced(_changed(content, name=name), 4_000), 0) == _rows(books.Whole(content), 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b' t="s"', b' t="s" cm="1"'),
        (rb'(<c r="[A-Z0-9]+")( s="\d+")? t="s"', rb'\1 t="s"\2'),
        (rb'<c (r="[A-Z0-9]+")([^>]*) t="s"', rb'<c t="s" \1\2'),
        (rb' t="s"><v>', b' t="s">\n  <v>'),
    ],
    ids=["another attribute behind", "style behind", "type first", "white space between"],
)
def test_the_kind_of_a_cell_may_stand_anywhere(old, new):
    content = _workbook()
    changed = _changed(content, sheet=lambda xml: re.sub(old, new, xml))
    assert changed != content
    assert _rows(_sliced(changed, 4_000, texts_apart=True), 0) == _rows(books.Whole(content), 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace("<t>甲2</t>".encode(), "<r><t>甲</t></r><r><rPr><b/></rPr><t>2</t></r>".encode()),
        lambda xml: xml.replace("<t>甲3</t>".encode(), '<t>甲3</t><rPh sb="0" eb="1"><t>jia</t></rPh>'.encode()),
        lambda xml: xml.replace("<si><t>甲4</t></si>".encode(), b"<si/>"),
        lambda xml: xml.replace("甲5<".encode(), "甲&#53;_x0041_&amp;\n5<".encode()),
    ],
)
def test_texts_in_pieces_are_what_the_parser_makes_of_the_whole(change):
    content = _changed(_workbook(), texts=change)
    assert _rows(_sliced(content, 4_000, texts_apart=True), 1) == _rows(books.Whole(content), 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"<sheetData>", b"<sheetData><!-- </row> -->"),
        lambda xml: xml.replace(b'<row r="1"', b"<row"),
        lambda xml: xml.replace(b"sheetData>", b"x:sheetData>"),
    ],
    ids=["comment", "rows without a number", "another name space"],
)
def test_what_spreadsheets_do_not_write_is_read_whole(change):
    content = _changed(_workbook(), sheet=change)
    assert isinstance(books.opened(content, MARK), books.Whole)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(rb'<row r="3[0-9]{2}"', b"<row", xml),
        lambda xml: xml.replace(b'<row r="390"', b'<!-- </row> --><row r="390"'),
    ],
    ids=["rows without a number", "comment"],
)
def test_what_cannot_be_cut_further_down_is_told(change):
    archive = Archive(_changed(_workbook(), sheet=change))
    slices = SheetXml(lambda: archive.open(archive.sheets[0])).slices(2_000)
    assert next(slices)
    with pytest.raises(Uncut):
        list(slices)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"</sst>", b"<!-- </si> --></sst>"),
        lambda xml: xml.replace("<si><t>甲4</t></si>".encode(), b"<si />"),
        lambda xml: xml.replace(b"si>", b"x:si>"),
    ],
    ids=["comment", "another form of nothing", "another name space"],
)
def test_texts_whose_places_are_in_doubt_are_not_read_in_pieces(change):
    content = _changed(_workbook(), texts=change)
    with pytest.raises(Uncut):
        _sliced(content, 4_000, texts_apart=True)


def test_rows_that_go_back_are_refused():
    content = _changed(_workbook(), sheet=lambda xml: re.sub(rb'r="([A-Z]?)3([0-9]{2})"', rb'r="\g<1>1\2"', xml))
    with pytest.raises(Refused):
        _rows(_sliced(content, 2_000), 0)
