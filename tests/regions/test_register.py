"""A register with what belongs to it: areas, spellings, the seasons of the shipped notices; a fresh database."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings

from accounts.queries import system_staff
from notices.models import Season
from notices.services import set_season
from regions.register import load_register
from tests.factories import PINGLI

ON = date(2021, 9, 1)


@pytest.fixture
def manage(tmp_path):
    """Runs `manage.py` as a scheduler would, on a SQLite database of its own."""
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/fresh.sqlite3", "MEDIA_ROOT": str(tmp_path)}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
        )

    return run


def test_each_shipped_notice_governs_the_area_it_was_issued_for(db):
    first = load_register(by=system_staff(), on=ON)
    assert (first["rows"], first["created"], first["areas"], first["aliases"], first["seasons"]) == (
        15277,
        15277,
        1,
        3,
        5,
    )
    assert set(Season.objects.values_list("region_id", "coverage_year", "pack_id")) == {
        ("220000000000", 2023, "jilin-2023"),
        ("341323117000", 2023, "zhuji-2023"),
        ("500152000000", 2023, "tongnan-2023"),
        ("610926000000", 2022, "pingli-2022"),
        ("611000000000", 2024, "shangluo-2024"),
    }
    again = load_register(by=system_staff(), on=ON)
    assert (again["created"], again["changed"], again["seasons"]) == (0, 0, 0)


def test_a_season_that_was_set_stays(tree):
    set_season(region=tree[PINGLI], coverage_year=2022, pack_id="shangluo-2024", by=system_staff(), on=ON)
    load_register(by=system_staff(), on=ON)
    assert Season.objects.get(region=PINGLI, coverage_year=2022).pack_id == "shangluo-2024"


def test_a_database_that_is_not_made_yet_is_said_in_one_line(manage):
    done = manage("rank", "--area", PINGLI, "--year", "2022", "--on", "2021-12-03", "--json")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "migrate" in done.stderr


def test_the_first_command_of_a_fresh_database_finds_the_register_and_the_notices(manage, tmp_path):
    assert manage("migrate", "--verbosity", "0").returncode == 0
    tasks = tmp_path / "任务.csv"
    tasks.write_text("名称,任务数\n老县镇,18800\n", encoding="utf-8")
    area = ("--area", PINGLI, "--year", "2022")
    done = manage("receive", "tasks", str(tasks), *area, "--json")
    assert (done.returncode, json.loads(done.stdout)["accepted"]) == (0, 1), done.stderr
    frozen = manage("snapshot", *area, "--on", "2021-11-05", "--json")
    assert json.loads(frozen.stdout)["target"] == 18800
