"""Headers in two lines: groups of columns above their names, names that are merged downwards."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from enrollment.kinds import POPULATION
from enrollment.models import Person
from exchanges.models import Batch
from exchanges.reading import FileRefused, open_source
from tests.deliveries import content_of, csv_bytes, error_rows
from tests.exchanges.old_excel import xls_bytes
from tests.factories import make_id_number

TITLE = ["平利县人口信息表"]
UPPER = ["序号", "参保人信息", "", "户籍信息", "", "监护人信息", "", "备注"]
LOWER = ["", "姓名", "身份证号", "户籍地区划", "户号", "姓名", "身份证号", ""]
MERGED = [(0, 0, 0, 7), (1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 1, 4), (1, 5, 1, 6), (1, 7, 2, 7)]


def _row(place: int, name: str, number: str) -> list[str]:
    guardian = make_id_number("610926", date(1950, 1, 1))
    return [str(place), name, number, "610926102200", f"H{place}", "李监护", guardian, ""]


@pytest.fixture
def rows():
    good, bad = make_id_number("610926", date(2010, 5, 6)), make_id_number("610926", date(2011, 5, 6))
    return [_row(1, "王小一", good), _row(2, "王小二", bad[:17] + ("0" if bad[17] != "0" else "1"))]


def merged_xlsx(lines: list[list[str]], merged: list[tuple[int, int, int, int]]) -> bytes:
    memory = io.BytesIO()
    with Workbook(memory) as book:
        sheet = book.add_worksheet("人口")
        for line, row in enumerate(lines):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(line, place, cell)
        for top, left, bottom, right in merged:
            sheet.merge_range(top, left, bottom, right, lines[top][left])
    return memory.getvalue()


def columns_of(lines: list[list[str]], merged=()) -> dict[str, int]:
    content = merged_xlsx(lines, merged) if merged else csv_bytes(lines)
    return open_source(lambda: io.BytesIO(content), POPULATION).layout.columns


def made(format: str, rows: list[list[str]]) -> bytes:
    lines = [TITLE, UPPER, LOWER, *rows]
    if format == "xlsx":
        return merged_xlsx(lines, MERGED)
    return xls_bytes(lines) if format == "xls" else csv_bytes(lines)


@pytest.mark.parametrize("format", ["xlsx", "xls", "csv"])
def test_the_insured_are_read_and_their_guardians_are_not(deliver, rows, format):
    batch = deliver.take("population", made(format, rows), name=f"人口.{format}")
    assert (batch.status, batch.rows, batch.accepted, batch.refused) == (Batch.Status.MERGED, 2, 1, 1)
    person = Person.objects.get()
    assert (person.name, person.id_number, person.household) == ("王小一", rows[0][2], "H1")
    assert batch.row_errors.get().row_number == 5


def test_refused_rows_come_back_below_both_lines_of_a_csv_and_go_in_again(deliver, rows):
    batch = deliver.take("population", made("csv", rows))
    title, upper, lower, refused = error_rows(batch)
    assert (title, upper) == (TITLE, UPPER)
    assert lower == [*LOWER, "行号", "错误原因"]
    assert refused[:9] == [*rows[1], "5"]
    right = make_id_number("610926", date(2011, 5, 6))
    batch.refresh_from_db()
    mended = content_of(batch.errors_file).decode("utf-8-sig").replace(rows[1][2], right)
    again = deliver.take("population", mended.encode())
    assert (again.status, again.accepted, again.refused) == (Batch.Status.MERGED, 1, 0)


def test_refused_rows_come_back_below_both_lines_of_a_workbook_and_go_in_again(deliver, rows):
    batch = deliver.take("population", made("xlsx", rows), name="人口.xlsx")
    book = CalamineWorkbook.from_filelike(batch.errors_file.open("rb"))
    sheet = book.get_sheet_by_index(0)
    title, upper, lower, refused = sheet.to_python()
    assert (title[0], upper[:8], lower) == (TITLE[0], UPPER, [*LOWER, "行号", "错误原因"])
    assert refused[:9] == [*rows[1], 5]
    assert {(*first, *last) for first, last in sheet.merged_cell_ranges} == set(MERGED)
    batch.refresh_from_db()
    again = deliver.take("population", content_of(batch.errors_file), name="人口.errors.xlsx")
    assert (again.rows, again.refused) == (1, 1)
    assert again.row_errors.get().field == "id_number"


def test_names_that_are_merged_downwards():
    lines = [["姓名", "证件信息", "", "户籍地区划"], ["", "证件类型", "身份证号", ""], ["王一", "居民身份证", "1", "2"]]
    expected = {"name": 0, "id_number": 2, "region": 3}
    assert columns_of(lines) == expected
    assert columns_of(lines, [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3)]) == expected


def test_a_second_line_that_ends_early():
    content = "姓名,身份证号,户籍信息,,户号\n,,户籍地区划,详细地址\n王一,1,2,路,H1\n"
    source = open_source(lambda: io.BytesIO(content.encode()), POPULATION)
    assert source.layout.columns == {"name": 0, "id_number": 1, "region": 2, "household": 4}
    assert [row for block in source.blocks() for row in block.cells.iter_rows()] == [("王一", "1", "2", "路", "H1")]


def test_a_merge_tells_where_a_group_ends():
    upper, lower = ["监护人", "", "", "", ""], ["姓名", "电话", "姓名", "身份证号", "户籍地区划"]
    assert columns_of([upper, lower], [(0, 0, 0, 1)]) == {"name": 2, "id_number": 3, "region": 4}


@pytest.mark.parametrize("own", ["参保人", "参保人员基本信息", "本人"])
def test_a_group_of_the_insured_goes_before_others(own):
    upper, lower = ["家庭", "", own, "", ""], ["姓名", "身份证号", "姓名", "证件号码", "户籍地区划"]
    assert columns_of([upper, lower]) == {"name": 2, "id_number": 3, "region": 4}


def test_equal_names_below_groups_that_say_nothing_are_not_guessed():
    lines = [["家庭", "", "成员", "", ""], ["姓名", "户籍地区划", "姓名", "身份证号", "户号"]]
    with pytest.raises(FileRefused) as refused:
        columns_of(lines)
    assert "家庭｜姓名、成员｜姓名" in str(refused.value)


def test_a_synonym_below_another_group_is_not_passed_over():
    lines = [["家庭", "", "成员", ""], ["身份证号", "户籍地区划", "姓名", "证件号码"]]
    with pytest.raises(FileRefused) as refused:
        columns_of(lines)
    assert "家庭｜身份证号、成员｜证件号码" in str(refused.value)


@pytest.mark.parametrize("of_others", ["监护人", "户主信息", "代办人员情况", "联系人"])
def test_the_name_of_somebody_else_is_not_taken_for_the_missing_one(of_others):
    lines = [["证件", "", of_others, ""], ["身份证号", "户籍地区划", "姓名", "电话"]]
    with pytest.raises(FileRefused) as refused:
        columns_of(lines)
    assert "缺少" in str(refused.value)
    assert f"{of_others}｜姓名" in str(refused.value)


@pytest.mark.parametrize(
    "title",
    [["平利县人口信息表"], ["经办人：", "张三"], ["填报单位：公安局", "", "2021年10月"], ["", "", "单位：人"]],
)
def test_a_title_is_no_group(title):
    lines = [title, ["姓名", "身份证号", "户籍地区划"], ["王一", "1", "2"]]
    source = open_source(lambda: io.BytesIO(csv_bytes(lines)), POPULATION)
    assert (source.layout.header_row, source.layout.columns) == (2, {"name": 0, "id_number": 1, "region": 2})


def test_an_empty_row_below_the_header_is_no_part_of_it():
    content = csv_bytes([["姓名", "身份证号", "户籍地区划"], ["", "", ""], ["王一", "1", "2"]])
    layout = open_source(lambda: io.BytesIO(content), POPULATION).layout
    assert (layout.header_row, layout.titles) == (1, [])
    assert layout.headers == ["姓名", "身份证号", "户籍地区划"]
