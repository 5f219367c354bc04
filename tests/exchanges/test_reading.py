"""What real files look like: encodings, titles, totals, columns in any order, workbooks."""

import io
from datetime import date

import polars as pl
import pytest
from xlsxwriter import Workbook

from enrollment.kinds import PAYMENTS, POPULATION
from enrollment.models import Person
from exchanges.columns import Name
from exchanges.columns.amounts import read_fen
from exchanges.columns.cells import narrow, narrow_all, trim, trim_all
from exchanges.columns.dates import read_day
from exchanges.reading import FileRefused, open_source
from tests.deliveries import HEADERS, csv_bytes, xlsx_bytes
from tests.factories import make_id_number

HEADER = ["姓名", "身份证号", "户籍地区划"]
ROWS = [["王小明", "610926197005060015", "610926102200"], ["﨑䶮", "61092620050310004X", "610926102201"]]


def read(content: bytes, kind=POPULATION):
    """Row number → cells by field, and the layout."""
    source = open_source(lambda: io.BytesIO(content), kind)
    rows = {}
    for block in source.blocks():
        for number, cells in zip(block.numbers, block.cells.iter_rows(), strict=True):
            rows[number] = {field: cells[place] or "" for field, place in source.layout.columns.items()}
    return rows, source.layout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding):
    rows, layout = read(csv_bytes([HEADER, *ROWS], encoding=encoding))
    assert [row["name"] for row in rows.values()] == ["王小明", "﨑䶮"]
    assert layout.columns == {"name": 0, "id_number": 1, "region": 2}


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_delimiters(delimiter, encoding):
    rows, layout = read(csv_bytes([HEADER, *ROWS], delimiter=delimiter, encoding=encoding))
    assert layout.delimiter == delimiter
    assert rows[3]["name"] == "﨑䶮"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends(ends):
    text = ends.join(",".join(row) for row in [HEADER, *ROWS])
    assert list(read(text.encode())[0]) == [2, 3]
    assert list(read((text + ends).encode())[0]) == [2, 3]


def test_titles_above_the_header_and_row_numbers_of_the_source():
    rows, layout = read(csv_bytes([["平利县人口信息"], [], ["填报单位：公安局", "", "2021年"], HEADER, *ROWS]))
    assert (layout.header_row, list(rows)) == (4, [5, 6])
    assert layout.titles == [["平利县人口信息"], [], ["填报单位：公安局", "", "2021年"]]


def test_row_numbers_with_blank_lines_and_quoted_line_breaks():
    text = '姓名,身份证号,户籍地区划\n王一,1,2\n\n"王\n二",3,"4,5"\n王三,6,7\n'
    rows, _layout = read(text.encode())
    assert {number: row["name"] for number, row in rows.items() if row["name"]} == {2: "王一", 4: "王\n二", 5: "王三"}
    assert rows[4]["region"] == "4,5"


def test_columns_in_any_order_with_other_names_and_extra_ones():
    rows, layout = read(
        csv_bytes([["序号", "户籍地（必填）", "公民身份号码*", " 姓 名 ", "经办人"], [1, "a", "b", "c", "d"]])
    )
    assert rows[2] == {"name": "c", "id_number": "b", "region": "a"}
    assert layout.headers == ["序号", "户籍地（必填）", "公民身份号码*", "姓 名", "经办人"]


@pytest.mark.parametrize(
    "header",
    [
        ["name", "id_number", "region"],
        ["姓名（文本）", "身份证号（18位）", "户籍地区划(12位代码)"],
        ["*姓名", "身份证号【必填】", "★户籍地区划"],
        ["1.姓名", "2.身份证号（必填，18位，文本格式）", "“户籍地区划”："],
    ],
)
def test_names_of_the_fields_and_headers_with_their_format(header):
    rows, _layout = read(csv_bytes([header, ["n", "i", "r"]]))
    assert rows[2] == {"name": "n", "id_number": "i", "region": "r"}


def test_own_header_goes_before_its_synonyms():
    rows, _layout = read(csv_bytes([["证件号码", "姓名", "身份证号", "户籍地区划"], ["x", "n", "y", "r"]]))
    assert rows[2]["id_number"] == "y"


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (["姓名", "户籍地区划", "年龄"], ["身份证号", "姓名、户籍地区划、年龄"]),
        (["姓名", "证件号码", "公民身份号码", "户籍地区划"], ["证件号码、公民身份号码"]),
        (["姓名（户主）", "身份证号", "户籍地区划"], ["姓名"]),
        (["a", "b"], ["姓名、身份证号、户籍地区划", "a、b"]),
    ],
)
def test_a_header_that_does_not_do_is_refused_with_what_was_found(header, named):
    with pytest.raises(FileRefused) as refused:
        read(csv_bytes([header, ["x"] * len(header)]))
    for words in named:
        assert words in str(refused.value)


def test_workbook_with_numbers_and_dates():
    header = ["电子税票号码", "姓名", "身份证号", "参保地区划", "参保年度", "缴费金额", "缴费日期"]
    cells = ["361", "王一", 610926197005060015, 610926102200, 2022, 320.1, date(2021, 11, 5)]
    rows, layout = read(xlsx_bytes([["缴费名单"], header, cells], sheet="缴费"), PAYMENTS)
    assert (layout.format, layout.sheet, layout.header_row) == ("xlsx", "缴费", 2)
    assert rows[3] == {
        "receipt_no": "361",
        "name": "王一",
        "id_number": "6.10926197005060E+17",
        "region": "610926102200",
        "coverage_year": "2022",
        "amount": "320.1",
        "paid_on": "2021-11-05",
    }


def test_large_text_is_read_block_by_block():
    many = [[f"王{i}", f"{i:018d}", "610926102200"] for i in range(200_000)]
    source = open_source(lambda: io.BytesIO(csv_bytes([["标题"], HEADER, *many], encoding="gb18030")), POPULATION)
    blocks = list(source.blocks())
    numbers = pl.concat([block.numbers for block in blocks])
    assert len(blocks) > 1
    assert numbers.to_list() == list(range(3, 200_003))
    assert blocks[-1].cells["c1"][-1] == "000000000000199999"


@pytest.mark.parametrize("content", [b"\xd0\xd5\xc3\xfb,1\n" * 400_000, b"a,b\n" * 1_000_000], ids=["GB18030", "ASCII"])
def test_a_text_without_a_header_is_refused_by_its_beginning(content):
    sizes = []

    class Stream(io.BytesIO):
        def read(self, size=-1):
            sizes.append(len(got := super().read(size)))
            return got

    with pytest.raises(FileRefused):
        open_source(lambda: Stream(content), POPULATION)
    assert sum(sizes) < len(content) / 10


def test_a_quotation_mark_that_is_never_closed_is_told():
    lines = ["姓名,身份证号,户籍地区划", *[",".join(row) for row in ROWS], 'x,"y,z', *[",".join(row) for row in ROWS]]
    with pytest.raises(FileRefused, match="引号"):
        read("\n".join(lines).encode())
    rows, _layout = read("\n".join([*lines[:3], 'x,"y\n1",z', 'a,5"6,c']).encode())
    assert [rows[number]["id_number"] for number in (4, 5)] == ["y\n1", '5"6']


def _workbook(**options):
    memory = io.BytesIO()
    return memory, Workbook(memory, options)


def test_errors_and_formulas_that_nobody_computed_are_not_empty():
    memory, book = _workbook()
    with book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEADER, "状态", "状态日期"])
        sheet.write_row(1, 0, ROWS[0])
        sheet.write_formula(1, 3, "=VLOOKUP(B2,X:Y,2,0)", value="#N/A")
        sheet.write_formula(1, 4, '=A1&"<"', value="")
        sheet.write_row(2, 0, ROWS[1])
        sheet.write_formula(2, 3, "=T(1)", value="死亡")
    rows, _layout = read(memory.getvalue())
    assert [(row["status"], row["status_on"]) for row in rows.values()] == [("#N/A", '=A1&"<"'), ("死亡", "")]


@pytest.mark.parametrize(("from_1904", "serial"), [(False, 44440), (True, 42978)])
def test_days_of_a_mac_count_from_1904(deliver, from_1904, serial):
    memory, book = _workbook(date_1904=from_1904)
    with book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS["population"])
        sheet.write_row(1, 0, ["王小明", make_id_number("610926"), "610926102200", "", "", "死亡"])
        sheet.write_number(1, 6, serial)
    deliver.take("population", memory.getvalue())
    assert Person.objects.get().status_on == date(2021, 9, 1)


@pytest.mark.parametrize("below", [[], [["李四"]]], ids=["header only", "rows"])
def test_a_template_left_beside_the_list_is_passed_over(below):
    memory, book = _workbook()
    with book:
        for rows in ([HEADER, *below], [HEADER, *ROWS]):
            sheet = book.add_worksheet()
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    if below:
        with pytest.raises(FileRefused, match="Sheet1、Sheet2"):
            read(memory.getvalue())
    else:
        assert len(read(memory.getvalue())[0]) == len(ROWS)


def test_a_row_with_too_many_cells_is_marked():
    source = open_source(lambda: io.BytesIO("姓名,身份证号,户籍地区划\na,b,c\na,b,c,d\n".encode()), POPULATION)
    assert [flag for block in source.blocks() for flag in block.ragged] == [False, True]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-09-01", date(2023, 9, 1)),
        ("2023/9/1", date(2023, 9, 1)),
        ("2023.9.1", date(2023, 9, 1)),
        ("20230901", date(2023, 9, 1)),
        ("2023年9月1日", date(2023, 9, 1)),
        ("2023年9月1号", date(2023, 9, 1)),
        ("２０２３年９月１日", date(2023, 9, 1)),
        ("45170", date(2023, 9, 1)),
        ("2023-09-01 08:30:00", date(2023, 9, 1)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_dates_as_people_write_them(text, day):
    assert read_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "9/1/2023",
        "2023-9",
        "昨天",
        "2023/9-1",
        "230901",
        "2023-13-01",
        "2023-09-01 25:61",
        "2023年9月",
        "",
    ],
)
def test_what_is_no_date(text):
    with pytest.raises(ValueError):
        read_day(text)


def test_amounts_keep_every_fen():
    assert [read_fen(text) for text in ("0.01", "-0.29", "1,234,567.89", "19.9")] == [1, -29, 123456789, 1990]
    assert [read_fen(text) for text in ("-¥320.00", "￥-320", "－３２０．００ 元")] == [-32000] * 3


def test_a_column_is_trimmed_and_narrowed_as_its_cells_are():
    texts = ["\u3000王 ", "\ufeffa\u200bb\t", "ＡＢ１２　３", "", "\u00a0x\u00a0"]
    cells = pl.Series(texts)
    assert trim_all(cells).to_list() == [trim(text) for text in texts]
    assert narrow_all(cells).to_list() == [narrow(text) for text in texts]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("'610926197005060015", "610926197005060015"),
        ('="610926197005060015"', "610926197005060015"),
        ("'=1+1", "=1+1"),
        ("'五保'转特困", "'五保'转特困"),
        ("王\u3164小\ufe0f明\u2007", "王小明"),
    ],
)
def test_the_marks_by_which_a_spreadsheet_keeps_text_are_no_part_of_it(cell, said):
    assert trim_all(pl.Series([cell])).to_list() == [said]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        *((f"阿卜杜拉{dot}买买提", "阿卜杜拉·买买提") for dot in "·•‧・．.﹒ꞏ\u0387"),
        ("张〇", "张〇"),
        ("张\u00a0三", "张三"),
        ("J. Smith", "J. Smith"),
        ("﨑 䶮", "﨑䶮"),
    ],
)
def test_names_as_they_are_written(written, read_as):
    parsed = Name().reader("name", None)(pl.Series([written]))
    assert parsed.columns["name"].to_list() == [read_as]
    assert not any(faults.where.any() for faults in parsed.faults)


def test_a_list_of_another_kind_is_told_by_its_columns():
    with pytest.raises(FileRefused) as refused:
        read(csv_bytes([HEADERS["identities"], ["x"] * 8]))
    assert "身份名单" in str(refused.value)
