"""The refused rows come back as they came, mended and sent again they are accepted."""

from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from enrollment.documents import check_digit
from enrollment.models import Person
from exchanges.models import Batch
from tests.deliveries import content_of, csv_bytes, error_rows, xlsx_bytes
from tests.factories import make_id_number

TITLES = [["平利县人口信息表"], []]
HEADER = ["序号", "户籍地区划", "姓名", "备用", "身份证号"]


@pytest.fixture
def rows():
    good, bad = make_id_number("610926", date(1970, 5, 6)), make_id_number("610926", date(1971, 5, 6))
    wrong = bad[:17] + ("0" if bad[17] != "0" else "1")
    third = make_id_number("610926", date(1972, 5, 6))
    return [
        [1, "610926102200", "王小明", "x", good],
        [2, " 老县镇老县村 ", "李　四", '=1+1,"引号"', wrong],
        [3, "没有村", "张*三", "", third],
        ["合计", "", "", "", ""],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_csv_in_the_layout_and_encoding_it_came_in(deliver, rows, encoding):
    batch = deliver.take("population", csv_bytes([*TITLES, HEADER, *rows], encoding=encoding))
    assert (batch.rows, batch.accepted, batch.refused) == (3, 1, 2)
    titles, blank, header, *refused = error_rows(batch)
    assert (titles[0], blank) == ("平利县人口信息表", [])
    assert header == [*HEADER, "行号", "错误原因"]
    assert [row[:6] for row in refused] == [
        [str(rows[1][0]), *rows[1][1:3], f"'{rows[1][3]}", rows[1][4], "5"],
        [*map(str, rows[2]), "6"],
    ]
    assert "身份证号" in refused[0][6]
    assert "户籍地区划" in refused[1][6]
    assert "姓名" in refused[1][6]


def test_xlsx_in_the_layout_it_came_in(deliver, rows):
    batch = deliver.take("population", xlsx_bytes([*TITLES, HEADER, *rows], sheet="人口"), name="人口.xlsx")
    book = CalamineWorkbook.from_filelike(batch.errors_file.open("rb"))
    assert book.sheet_names == ["人口"]
    lines = book.get_sheet_by_index(0).to_python()
    assert lines[0][0] == "平利县人口信息表"
    assert lines[2] == [*HEADER, "行号", "错误原因"]
    assert lines[3][:6] == ["2", " 老县镇老县村 ", "李　四", '=1+1,"引号"', rows[1][4], 5]
    assert len(lines) == 5


def test_mended_and_sent_again_as_it_is(deliver, rows):
    batch = deliver.take("population", csv_bytes([*TITLES, HEADER, *rows]))
    text = content_of(batch.errors_file).decode("utf-8-sig")
    wrong = rows[1][4]
    text = (
        text.replace(wrong, wrong[:17] + check_digit(wrong[:17])).replace("没有村", "老县镇").replace("张*三", "张小三")
    )
    mended = deliver.take("population", text.encode())
    assert (mended.status, mended.accepted, mended.refused) == (Batch.Status.MERGED, 2, 0)
    assert Person.objects.count() == 3


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "@SUM(1)", "＝1+1", "\t=1", "-1+cmd|' /C calc'!A1"])
def test_a_csv_computes_nothing_in_a_spreadsheet_and_comes_back_as_it_was(deliver, rows, name):
    rows[1][2] = name
    batch = deliver.take("population", csv_bytes([HEADER, rows[1]]))
    assert error_rows(batch)[1][2] == f"'{name}"
    again = deliver.take("population", content_of(Batch.objects.get(pk=batch.pk).errors_file))
    assert error_rows(again)[1][2] == f"'{name}", "no second apostrophe"


def test_figures_of_a_csv_stay_figures(deliver, rows):
    rows[1][3] = "-320.00"
    batch = deliver.take("population", csv_bytes([HEADER, rows[1]]))
    assert error_rows(batch)[1][3] == "-320.00"


def test_still_wrong_it_comes_back_with_fresh_columns(deliver, rows):
    batch = deliver.take("population", csv_bytes([HEADER, *rows]))
    again = deliver.take("population", content_of(batch.errors_file))
    assert error_rows(again)[0] == [*HEADER, "行号", "错误原因"]


def test_no_error_file_without_refused_rows(deliver, rows):
    batch = deliver.take("population", csv_bytes([HEADER, rows[0]]))
    assert not batch.errors_file
