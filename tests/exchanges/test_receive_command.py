"""`manage.py receive` as commands.md says it."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.cli import CommandRefused
from accounts.models import Bureau
from exchanges.kinds import by_name
from exchanges.models import Batch, RowError
from exchanges.senders import sender_named
from tests.deliveries import HEADERS, csv_bytes, xlsx_bytes
from tests.factories import make_id_number


@pytest.fixture
def receive(deliver, tmp_path):
    """Runs the command on a file of these rows; returns (JSON, exit status, standard error)."""

    def run(kind, rows, *more, name="名单.csv", content=None):
        path = tmp_path / name
        path.write_bytes(content if content is not None else csv_bytes([HEADERS[kind], *rows]))
        out, err, status = io.StringIO(), io.StringIO(), 0
        arguments = [kind, str(path), "--area", "610926000000", "--year", "2022", "--json", *more]
        try:
            call_command("receive", *arguments, stdout=out, stderr=err)
        except SystemExit as ending:
            status = ending.code
        lines = out.getvalue().splitlines()
        assert len(lines) == 1
        return json.loads(lines[0]), status, err.getvalue()

    return run


def row(number=None, place="610926102200"):
    return ["王小明", number or make_id_number("610926", date(1970, 5, 6)), place, "", "", "", ""]


def test_merged(receive):
    result, status, err = receive("population", [row()])
    batch = Batch.objects.get()
    assert (status, err) == (0, "")
    assert result == {
        "batch": batch.pk,
        "status": "merged",
        "rows": 1,
        "accepted": 1,
        "refused": 0,
        "changed": 1,
        "reason": None,
        "errors_file": None,
    }


def test_unchanged(receive):
    rows = [row()]
    receive("population", rows)
    result, status, _err = receive("population", rows, name="又.csv")
    assert (status, result["status"], result["changed"], result["rows"]) == (0, "unchanged", 0, 1)


@pytest.mark.parametrize("name", ["名单.csv", "名单.xlsx"])
def test_refused_rows_leave_it_merged_and_stand_beside_the_file(receive, tmp_path, name):
    table = [HEADERS["population"], row(), row(number="123")]
    content = csv_bytes(table) if name.endswith("csv") else xlsx_bytes(table)
    result, status, _err = receive("population", [], name=name, content=content)
    assert (status, result["status"], result["accepted"], result["refused"]) == (0, "merged", 1, 1)
    path = Path(result["errors_file"])
    assert path == tmp_path / f"名单.errors{Path(name).suffix}"
    if name.endswith("csv"):
        lines = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
        assert lines[1][1] == "123"
        assert lines[1][-2] == "3"


def test_the_error_file_goes_where_it_is_wanted(receive, tmp_path):
    result, _status, _err = receive("population", [row(number="123")], "--errors-dir", str(tmp_path / "错误"))
    assert Path(result["errors_file"]).parent == tmp_path / "错误"


def test_a_file_that_is_refused(receive):
    result, status, err = receive("population", [], content=csv_bytes([["姓名", "年龄"], ["王", "3"]]))
    assert (status, result["status"], result["errors_file"]) == (2, "refused", None)
    assert "身份证号" in result["reason"]
    assert err.strip() == result["reason"]
    assert "\n" not in err.strip()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense", "x.csv"], "nonsense"),
        (["population", "x.csv"], "x.csv"),
        (["population", "{file}", "--sender", "某某公司"], "某某公司"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(deliver, tmp_path, arguments, words):
    file = tmp_path / "a.csv"
    file.write_text("x")
    with pytest.raises(CommandRefused, match=words) as refused:
        call_command(
            "receive",
            *(argument.format(file=file) for argument in arguments),
            "--area",
            "610926000000",
            "--year",
            "2022",
        )
    assert refused.value.returncode == 2


def test_sender_is_found_by_name_or_entered_with_it(receive):
    Bureau.objects.create(name="平利县公安局", kind="police", region_id="610926000000")
    receive("population", [row()], "--sender", "公安局")
    assert Batch.objects.get().sender.name == "平利县公安局"
    receive("tasks", [["老县镇", "", "5", "", ""]], "--sender", "县人民政府")
    assert Batch.objects.first().sender.kind == "government"
    assert Bureau.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "name", "meant"),
    [
        ("identities", "民政局", "civil_affairs"),
        ("identities", "县乡村振兴局", "rural_revitalization"),
        ("identities", "卫健局", "health"),
        ("identities", "残联", "disabled_federation"),
        ("identities", "退役军人事务局", "veterans"),
        ("payments", "国家税务总局平利县税务局", "tax"),
        ("employee_cover", "职工医保经办", "employee_insurance"),
        ("population", "公安局", "police"),
        ("students", "教育局", "education"),
        ("students", "县教科局", "education"),
        ("students", "科教体局", "education"),
        ("tasks", "县区人民政府", "government"),
        ("tasks", "镇人民政府", "government"),
    ],
)
def test_every_sender_of_the_formats_is_known_by_its_name(tree, kind, name, meant):
    bureau = sender_named(name, kind=kind, region=tree["610926000000"])
    assert bureau.kind == meant
    assert bureau.kind in by_name(kind).senders


def test_business_date(receive):
    receive("population", [row()], "--on", "2021-11-30")
    assert Batch.objects.get().business_on == date(2021, 11, 30)


def test_the_same_rows_in_another_format_and_spelling_are_recognised(receive):
    number = make_id_number("610926", date(1970, 5, 6))
    typed = [["A", "王小明", number, 610926102200, 2022, 1, 320, date(2021, 11, 5), ""]]
    spelt = [["A", "王小明", number, "老县镇老县村", "2022年", "一档", "￥320.00", "2021.11.5", ""]]
    first, _status, _err = receive("payments", [], name="缴费.xlsx", content=xlsx_bytes([HEADERS["payments"], *typed]))
    again, status, _err = receive("payments", spelt)
    assert (first["changed"], again["status"], again["changed"], status) == (1, "unchanged", 0, 0)


def test_no_whole_number_is_kept_in_a_reason(receive):
    number = make_id_number("610926", date(1970, 5, 6))
    receive("population", [row(place=f"某村{number}"), ["王小明", number, "610926102200", "", number, number, number]])
    for detail in RowError.objects.values_list("detail", flat=True):
        assert number[6:14] not in detail
