"""Files of a ledger: what they hold, that nothing in them becomes a formula, and that memory stays flat."""

import csv
import io
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from exchanges.ledgers import Column, Kind
from exchanges.ledgers.rows import blocks
from exchanges.writers import CsvWriter, Formatter, Heading, SealedSpool, XlsxWriter
from exchanges.writers import xlsx_file as xlsx_module
from exchanges.writers.cells import printable, yuan
from exchanges.writers.xlsx_file import column_letters
from privacy.keyring import encrypt

PURPOSE = "enrollment.person.id_number"
COLUMNS = (
    Column("姓名"),
    Column("证件号码", Kind.NUMBER, 20, purpose=PURPOSE),
    Column("金额", Kind.MONEY),
    Column("缴费日期", Kind.DATE),
    Column("人数", Kind.INTEGER),
    Column("参保率", Kind.RATE),
    Column("状态", labels={"normal": "正常"}),
    Column("重复", Kind.FLAG),
)
NUMBER = "610926198001010015"
ROW = ("张三", NUMBER, 35000, date(2021, 12, 3), 7, Decimal("0.8123"), "normal", True)
HEADING = Heading("2022年度参保人员台账", (("地区", "平利县"), ("导出人", "李四")))


def written(writer_class, rows, *, columns=COLUMNS, full_numbers=False, **options) -> bytes:
    sink = io.BytesIO()
    writer = writer_class(sink, HEADING, columns, **options)
    formatter = Formatter(columns, full_numbers=full_numbers)
    for block in blocks(rows, columns):
        writer.write_rows(formatter(block))
    writer.close()
    return sink.getvalue()


def csv_rows(rows, **options):
    data = written(CsvWriter, rows, **options)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet_of(data):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def names(texts):
    """Rows that differ in the name only."""
    return [(text, *ROW[1:]) for text in texts]


def test_a_csv_says_what_it_is_and_shows_numbers_masked():
    title, facts, header, row, foot = csv_rows([ROW])
    assert (title, facts, foot) == (["2022年度参保人员台账"], ["地区：平利县　导出人：李四"], ["共 1 行"])
    assert header == [column.header for column in COLUMNS]
    assert row == ["张三", "610926********0015", "350.00", "2021-12-03", "7", "0.8123", "正常", "是"]


def test_sealed_numbers_leave_in_full_only_when_asked_for():
    rows = [("张三", encrypt(NUMBER.encode(), purpose=PURPOSE), *ROW[2:])]
    assert csv_rows(rows)[3][1] == "610926********0015"
    assert csv_rows(rows, full_numbers=True)[3][1] == NUMBER


def test_a_csv_is_written_as_gb18030_on_request():
    data = written(CsvWriter, names(["﨑山䶮"]), encoding="gb18030")
    assert "﨑山䶮,610926" in data.decode("gb18030")
    assert written(CsvWriter, [ROW]).startswith(b"\xef\xbb\xbf")


RISKY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    " =1+1",
    "　=1+1",
    "\tx",
]


@pytest.mark.parametrize("text", RISKY)
def test_a_text_that_looks_like_a_formula_is_disarmed_in_csv(text):
    cell = csv_rows(names([text]))[3][0]
    assert cell[0] == "'"
    assert cell[1:] == text.replace("\t", " ").replace("\r", " ").replace("\n", " ")


@pytest.mark.parametrize("text", [*RISKY, '=HYPERLINK("http://example.test","x")', "=cmd|' /C calc'!A0"])
def test_a_text_stays_a_text_in_xlsx(text):
    data = written(XlsxWriter, names([text]))
    cell = sheet_of(data)["A4"]
    assert cell.data_type == "s"
    assert cell.number_format == "@"
    assert b"<f" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_negative_amounts_stay_numbers():
    rows = [("张三", NUMBER, -35005, *ROW[3:])]
    assert csv_rows(rows)[3][2] == "-350.05"
    assert sheet_of(written(XlsxWriter, rows))["C4"].value == -350.05


def test_a_delimiter_a_quote_and_a_line_break_stay_in_their_cell():
    texts = ['张,"三"', "李;四", "王\n五", "赵\r\n六"]
    assert [row[0] for row in csv_rows(names(texts))[3:-1]] == ['张,"三"', "李;四", "王 五", "赵  六"]


def test_an_empty_cell_is_empty_in_every_kind():
    rows = [("张三", None, None, None, None, None, None, None)]
    assert csv_rows(rows)[3] == ["张三"] + [""] * 7
    cells = [cell.value for cell in sheet_of(written(XlsxWriter, rows))[4]]
    assert cells[0] == "张三"
    assert all(value in (None, "") for value in cells[1:])


def test_openpyxl_and_calamine_read_the_same_workbook():
    data = written(XlsxWriter, [ROW, ("<b>&王五</b>", *ROW[1:])])
    sheet = sheet_of(data)
    assert [cell.value for cell in sheet[3]] == [column.header for column in COLUMNS]
    values = [cell.value for cell in sheet[4]]
    assert values[:3] == ["张三", "610926********0015", 350]
    assert values[3].date() == date(2021, 12, 3)
    assert values[4:] == [7, 0.8123, "正常", "是"]
    assert sheet["A5"].value == "<b>&王五</b>"
    assert sheet["A6"].value == "共 2 行"
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:H5"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "2022年度参保人员台账"
    assert rows[3] == ["张三", "610926********0015", 350.0, date(2021, 12, 3), 7.0, 0.8123, "正常", "是"]
    assert rows[4][0] == "<b>&王五</b>"


def test_control_characters_do_not_break_the_xml():
    texts = ["张\x00三", "李\x0b四", "王\x1f五", "赵\x7f六", "钱\ufffe七", "孙\ud800八", "周\x1e九"]
    read = [sheet_of(written(XlsxWriter, names(texts)))[f"A{row}"].value for row in range(4, 11)]
    assert read == ["张 三", "李 四", "王 五", "赵 六", "钱 七", "孙 八", "周 九"]
    assert [row[0] for row in csv_rows(names(texts))[3:-1]] == read


@pytest.mark.parametrize("sign", ["\x1e", "\x1f"])
def test_a_separator_within_a_text_moves_no_cell(sign):
    assert [row[:1] for row in csv_rows(names([f"张{sign}三", "李四"]))[3:]] == [["张 三"], ["李四"], ["共 2 行"]]
    assert len(csv_rows(names([f"张{sign}三"]))[3]) == len(COLUMNS)


def test_a_full_sheet_is_followed_by_another(monkeypatch):
    monkeypatch.setattr(xlsx_module, "ROWS_A_SHEET", 1500)
    data = written(XlsxWriter, names(f"第{number}人" for number in range(3200)))
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert len(book.sheet_names) == 3
    sheets = [book.get_sheet_by_index(place).to_python() for place in range(3)]
    people = [row[0] for sheet in sheets for row in sheet[3:] if row[0].startswith("第")]
    assert people == [f"第{number}人" for number in range(3200)]
    assert sheets[2][-1][0] == "共 3200 行"
    assert len(openpyxl.load_workbook(io.BytesIO(data)).worksheets) == 3


def test_a_sheet_is_full_before_its_entry_needs_zip64(monkeypatch):
    monkeypatch.setattr(xlsx_module, "BYTES_A_SHEET", 200_000)
    data = written(XlsxWriter, names(["张三"] * 3000))
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names) > 1


@pytest.mark.parametrize("writer_class", [CsvWriter, XlsxWriter])
def test_memory_does_not_grow_with_the_rows(writer_class):
    class Nowhere(io.RawIOBase):
        def write(self, data):
            return len(data)

    def peak(rows):
        writer = writer_class(Nowhere(), HEADING, COLUMNS)
        formatter = Formatter(COLUMNS, full_numbers=False)
        tracemalloc.start()
        try:
            for block in blocks((ROW for _ in range(rows)), COLUMNS):
                writer.write_rows(formatter(block))
            writer.close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(5_000), peak(100_000)
    assert large < small * 1.5
    assert large < 20_000_000


def test_a_row_that_does_not_fit_its_columns_is_an_error():
    with pytest.raises(ValueError, match="2 cells for 8 columns"):
        written(CsvWriter, [("张三", NUMBER)])


def test_a_spool_gives_back_what_it_took_and_keeps_it_sealed():
    spool = SealedSpool()
    piece = ("张三" * 1000).encode()
    for _ in range(400):
        spool.write(piece)
    spool._file.seek(0)
    assert "张三".encode() not in spool._file.read()
    assert spool.size == 400 * len(piece)
    assert b"".join(spool.chunks()) == piece * 400
    assert spool._file.closed


@pytest.mark.parametrize(
    ("fen", "text"), [("35000", "350.00"), ("5", "0.05"), ("-5", "-0.05"), ("0", "0.00"), ("", "")]
)
def test_fen_become_yuan(fen, text):
    assert yuan(fen) == text


def test_column_letters():
    assert [column_letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_names_with_rare_characters_are_left_alone():
    assert printable("买买提·阿不都　𠮷") == "买买提·阿不都　𠮷"
