import json
import subprocess
import sys
from datetime import date
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.audit import record
from accounts.cli import CommandRefused, JsonCommand
from accounts.models import AuditEntry, BusinessDay
from accounts.roles import Role
from tests.factories import PINGLI


class Count(JsonCommand):
    """Says what it was asked, for the tests below."""

    def handle_json(self, *, by, area, year, on, **options):
        if year == 1999:
            raise CommandRefused("1999 年\n没有数据")
        self.say("working")
        record(by=by, on=on, verb="tests.count", subject=by, region=area)
        return {"area": area.pk, "year": year, "on": on, "by": by.username}, 0 if year != 2001 else 1


def run(*args, command=Count):
    out, err = StringIO(), StringIO()
    call_command(command(stdout=out, stderr=err), *args)
    return out.getvalue(), err.getvalue()


def test_json_alone_on_standard_output(tree):
    out, err = run("--area", PINGLI, "--year", "2022", "--on", "2021-12-03", "--json")
    assert json.loads(out) == {"area": PINGLI, "year": 2022, "on": "2021-12-03", "by": "system"}
    assert err == "working\n"


def test_plain_summary_without_json(tree):
    out, _ = run("--area", PINGLI, "--year", "2022")
    assert f"area：{PINGLI}" in out


def test_business_date_of_the_area_by_default(tree):
    BusinessDay.objects.create(region=tree[PINGLI], today=date(2021, 12, 3))
    out, _ = run("--area", PINGLI, "--year", "2022", "--json")
    assert json.loads(out)["on"] == "2021-12-03"


def test_writes_carry_the_command_as_origin(tree):
    run("--area", PINGLI, "--year", "2022")
    assert AuditEntry.objects.get(verb="tests.count").origin == f"manage.py {Count.__module__.rpartition('.')[2]}"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--area", "61092600000", "--year", "2022"), "不是12位"),
        (("--area", "999999000000", "--year", "2022"), "999999000000"),
        (("--area", PINGLI, "--year", "22"), "四位"),
        (("--area", PINGLI, "--year", "0000"), "四位"),
        (("--area", PINGLI, "--year", "2022", "--on", "3.12.2021"), "YYYY-MM-DD"),
        (("--area", PINGLI, "--year", "2022", "--as", "nobody"), "nobody"),
        (("--area", PINGLI, "--year", "1999"), "1999 年 没有数据"),
    ],
)
def test_refusals_are_one_line_with_status_2(tree, args, says):
    with pytest.raises(CommandRefused) as refused:
        run(*args)
    assert refused.value.returncode == 2
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_other_exit_status_after_the_output(tree):
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(Count(stdout=out, stderr=StringIO()), "--area", PINGLI, "--year", "2001", "--json")
    assert ended.value.code == 1
    assert json.loads(out.getvalue())["year"] == 2001


def test_in_a_persons_name_only_their_part_of_the_tree(staff):
    officer = staff(Role.TOWNSHIP_OFFICER, "610926102000", username="officer")
    out, _ = run("--area", PINGLI, "--year", "2022", "--as", "officer", "--json")
    assert json.loads(out)["by"] == officer.username
    with pytest.raises(CommandRefused, match="管辖范围"):
        run("--area", "341323117000", "--year", "2022", "--as", "officer")


def test_in_a_persons_name_only_with_the_permission(staff):
    staff(Role.VILLAGE_OFFICER, "610926102200", username="village")

    class Guarded(Count):
        permission = "quotas.freeze"

    with pytest.raises(CommandRefused, match="权限"):
        run("--area", PINGLI, "--year", "2022", "--as", "village", command=Guarded)


def test_nobody_works_as_the_system_by_name(tree):
    run("--area", PINGLI, "--year", "2022")
    with pytest.raises(CommandRefused):
        run("--area", PINGLI, "--year", "2022", "--as", "system")


def test_wrong_arguments_of_the_process(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "load_divisions", "--no-such-option"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
