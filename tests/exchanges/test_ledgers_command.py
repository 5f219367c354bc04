"""`manage.py ledger`, as the command-line contract says."""

import hashlib
import json
import subprocess
import sys
from datetime import date

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import AuditEntry
from exchanges.models import LedgerExport
from tests.factories import PINGLI, make_payment

VILLAGE, NEXT_VILLAGE = "610926102201", "610926102200"


@pytest.fixture
def run(tree, capsys, tmp_path):
    def run(name="enrolled", *arguments, out="台账.csv", area=PINGLI, on="2021-12-03"):
        target = tmp_path / out
        call_command("ledger", name, "--area", area, "--year", "2022", "--out", str(target), "--on", on, "--json",
                     *arguments)  # fmt: skip
        return json.loads(capsys.readouterr().out), target

    return run


def refusal(run, *arguments, **options):
    with pytest.raises(CommandError) as refused:
        run(*arguments, **options)
    assert refused.value.returncode == 2
    return str(refused.value)


def test_the_answer_is_the_file_that_was_written(run, person):
    make_payment(person(VILLAGE, name="张三"))
    answer, target = run()
    data = target.read_bytes()
    assert answer == {
        "ledger": "enrolled",
        "rows": 1,
        "file": str(target),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    text = data.decode("utf-8-sig")
    assert text.splitlines()[0] == "2022年度参保人员台账"
    assert "地区：陕西省安康市平利县　参保年度：2022　业务日期：2021-12-03　导出人：系统" in text
    assert "张三,610926********" in text
    assert text.endswith("共 1 行\r\n")


def test_the_ending_says_xlsx(run, person):
    make_payment(person(VILLAGE, name="=1+1"))
    answer, target = run(out="台账.xlsx")
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert sheet["A4"].value == "=1+1"
    assert sheet["A4"].data_type == "s"
    assert answer["rows"] == 1


def test_each_export_is_recorded_and_audited(run, person):
    make_payment(person(VILLAGE))
    answer, _ = run()
    export = LedgerExport.objects.get()
    assert (export.ledger, export.rows, export.sha256) == ("enrolled", 1, answer["sha256"])
    assert (export.on, export.region_id, export.full_numbers) == (date(2021, 12, 3), PINGLI, False)
    assert AuditEntry.objects.get(verb="exchanges.export_ledger").after["sha256"] == answer["sha256"]


def test_full_numbers_need_a_reason_that_is_kept(run, person):
    someone = person(VILLAGE)
    make_payment(someone)
    assert "--why" in refusal(run, "enrolled", "--full-numbers")
    assert not LedgerExport.objects.exists()
    _, target = run("enrolled", "--full-numbers", "--why", "报送税务核对")
    assert someone.id_number in target.read_text("utf-8-sig")
    assert LedgerExport.objects.get().why == "报送税务核对"


def test_full_numbers_need_the_permission(run, person, staff):
    make_payment(person(VILLAGE))
    staff("village_officer", VILLAGE, username="cun")
    staff("township_officer", "610926102000", username="zhen")
    why = ["--full-numbers", "--why", "核对"]
    assert "权限" in refusal(run, "enrolled", *why, "--as", "cun", area=VILLAGE)
    assert run("enrolled", *why, "--as", "zhen", area=VILLAGE)[0]["rows"] == 1


def test_a_user_exports_the_part_that_is_theirs(run, person, staff):
    make_payment(person(VILLAGE, name="本村人"))
    make_payment(person(NEXT_VILLAGE, name="邻村人"))
    staff("village_officer", VILLAGE, username="cun")
    answer, target = run("enrolled", "--as", "cun")
    text = target.read_text("utf-8-sig")
    assert answer["rows"] == 1
    assert "本村人" in text
    assert "邻村人" not in text
    assert "范围：仅含导出人管辖的部分" in text


def test_an_unknown_ledger_lists_those_there_are(run):
    message = refusal(run, "paid")
    assert "paid" in message
    assert all(name in message for name in ("enrolled", "not_enrolled", "duplicates", "waivers"))


def test_an_unknown_ending_is_refused(run, tmp_path):
    assert ".xlsx 或 .csv" in refusal(run, out="台账.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_refused(run):
    assert "不存在" in refusal(run, out="没有/台账.csv")


def test_gb18030_on_request(run, person):
    make_payment(person(VILLAGE, name="张䶮"))
    _, target = run("enrolled", "--encoding", "gb18030")
    assert "张䶮" in target.read_bytes().decode("gb18030")


def test_an_empty_ledger_is_a_file_with_its_header(run):
    answer, target = run("waivers")
    assert answer["rows"] == 0
    assert target.read_text("utf-8-sig").splitlines()[-1] == "共 0 行"


def test_from_the_command_line_a_refusal_is_one_line_and_status_two():
    done = subprocess.run(
        [sys.executable, "manage.py", "ledger", "enrolled", "--year", "2022", "--out", "x.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
