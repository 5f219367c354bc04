"""`decide` and `reconcile` as docs/commands.md promises them."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.roles import Role
from tests.factories import PINGLI
from tests.subsidies.conftest import make_mark

PAID = date(2021, 11, 1)
AREA = ("--area", PINGLI, "--year", "2022")


def run(name, *arguments):
    out, err = StringIO(), StringIO()
    status = 0
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as ending:
        status = ending.code
    return out.getvalue(), err.getvalue(), status


def test_decide_prints_one_object_and_speaks_on_standard_error(resident):
    resident(paid=PAID, dibao=date(2020, 1, 1))
    resident()
    out, err, status = run("decide", *AREA, "--on", "2021-12-20", "--json")
    assert json.loads(out) == {
        "people": 2,
        "decided": 2,
        "undetermined": 0,
        "changed": 2,
        "assistance": {"medical_assistance": "160.00"},
        "fiscal_subsidy": {"central": "464.00", "city": "5.80", "county": "52.20", "province": "58.00"},
    }
    assert "2 / 2" in err
    assert status == 0
    assert json.loads(run("decide", *AREA, "--on", "2021-12-20", "--json")[0])["changed"] == 0


def test_decide_without_a_notice_is_refused_in_one_line(resident):
    resident()
    with pytest.raises(CommandError) as refusal:
        run("decide", "--area", PINGLI, "--year", "2030", "--on", "2029-12-20")
    assert refusal.value.returncode == 2
    assert "2030" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_decide_in_the_name_of_somebody_needs_the_right(resident, staff):
    officer = staff(Role.TOWNSHIP_OFFICER, PINGLI)
    with pytest.raises(CommandError) as refusal:
        run("decide", *AREA, "--as", officer.username)
    assert refusal.value.returncode == 2


@pytest.mark.clause("SL-6.3")
def test_reconcile_says_by_its_status_whether_all_agrees(resident):
    person = resident(paid=PAID)
    run("decide", *AREA, "--on", "2021-12-20")
    out, _err, status = run("reconcile", *AREA, "--on", "2021-12-20", "--json")
    assert (json.loads(out)["ok"], status) == (True, 0)
    make_mark(person, "dibao", date(2020, 1, 1))
    out, err, status = run("reconcile", *AREA, "--on", "2021-12-20", "--json")
    told = json.loads(out)
    check = next(each for each in told["checks"] if each["name"] == "marks_decisions")
    assert (told["ok"], status) == (False, 1)
    assert check == {
        "name": "marks_decisions",
        "ok": False,
        "left": "160.00",
        "right": "0.00",
        "difference": "160.00",
        "rows": 1,
    }
    assert "不一致" in err
