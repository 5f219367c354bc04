"""`snapshot` and `rank` keep to docs/commands.md."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import BusinessDay
from accounts.roles import Role
from exchanges import ledgers
from exchanges.ledgers.export import export_ledger
from quotas.models import Snapshot
from tests.factories import PINGLI, ZHUJI

FRIDAY = date(2021, 12, 3)


def run(name, **options):
    out, err = io.StringIO(), io.StringIO()
    options = {"area": PINGLI, "year": "2022", "on": FRIDAY.isoformat(), "json": True, **options}
    call_command(name, **{key: value for key, value in options.items() if value is not None}, stdout=out, stderr=err)
    return json.loads(out.getvalue()) if options["json"] else out.getvalue(), err.getvalue()


def test_snapshot_tells_what_it_froze_and_the_same_day_again_the_same(pingli, pay):
    BusinessDay.objects.create(region=pingli, today=FRIDAY)
    pay("610926100001", 2, on=FRIDAY, year=2022)
    first, said = run("snapshot")
    assert first == {"regions": 16, "enrolled": 2, "target": 210_000}
    assert said == ""
    pay("610926100001", 1, on=FRIDAY, year=2022)
    again, said = run("snapshot")
    assert again == first
    assert "内容不变" in said
    assert Snapshot.objects.count() == 1


def test_rank_prints_the_eleven_towns_with_their_tasks(pingli, pay):
    pay("610926100001", 2, on=FRIDAY, year=2022)
    run("snapshot")
    found, _said = run("rank")
    assert found["week"] == "2021-11-29"
    assert len(found["rows"]) == 11
    assert sum(row["target"] for row in found["rows"]) == 210_000
    assert found["rows"][0] == {
        "region": "610926100000",
        "name": "城关镇",
        "target": 48000,
        "enrolled": 2,
        "rate": "0.0000",
        "rank": 1,
        "weeks_behind": 0,
        "flags": ["milestone_missed"],
    }
    others = found["rows"][1:]
    assert [row["region"] for row in others] == sorted(row["region"] for row in others)
    assert {row["rank"] for row in others} == {2}
    assert others[0]["flags"] == ["milestone_missed", "last"]


def test_rank_takes_the_latest_snapshot_of_the_days_week(pingli, pay):
    run("snapshot", on="2021-11-30")
    pay("610926100001", 2, on=date(2021, 12, 2), year=2022)
    run("snapshot", on="2021-12-02")
    for day in ("2021-11-29", "2021-12-01", "2021-12-05"):
        assert run("rank", on=day)[0]["rows"][0]["enrolled"] == 2


def test_rank_without_a_snapshot_in_the_week_names_the_weeks_there_are(pingli):
    run("snapshot", on="2021-11-26")
    run("snapshot", on="2021-12-03")
    with pytest.raises(CommandError) as refused:
        run("rank", on="2021-12-06")
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    for week in ("2021-12-06～2021-12-12", "2021-11-22～2021-11-28", "2021-11-29～2021-12-05"):
        assert week in str(refused.value)


def test_rank_before_any_snapshot_says_so(pingli):
    with pytest.raises(CommandError) as refused:
        run("rank")
    assert refused.value.returncode == 2


def test_snapshot_of_an_area_without_a_notice_is_refused(tree):
    with pytest.raises(CommandError) as refused:
        run("snapshot")
    assert refused.value.returncode == 2


def test_rank_where_nothing_below_has_a_task_is_empty_and_says_so(pingli):
    run("snapshot")
    found, said = run("rank", area="610926102000")
    assert found == {"week": "2021-11-29", "rows": []}
    assert "没有" in said


def test_snapshot_of_a_day_to_come_warns(pingli):
    BusinessDay.objects.create(region=pingli, today=FRIDAY)
    assert "2021-12-10" in run("snapshot", on="2021-12-10")[1]


def test_commands_in_a_persons_name_keep_to_role_and_area(pingli, staff):
    run("snapshot")
    staff(Role.TOWNSHIP_OFFICER, "610926102000", username="township")
    staff(Role.COUNTY_AGENT, "610926102000", username="part")
    assert len(run("rank", acting_as="township")[0]["rows"]) == 11
    for username in ("township", "part"):
        with pytest.raises(CommandError):
            run("snapshot", acting_as=username, on="2021-12-04")


def test_due_freezes_what_is_due(pingli, zhuji):
    BusinessDay.objects.create(region=pingli, today=FRIDAY)
    BusinessDay.objects.create(region=zhuji, today=date(2022, 9, 1))
    found, _said = run("snapshot", due=True, area=None, year=None, on=None)
    assert found == {"frozen": [{"area": PINGLI, "year": 2022, "on": "2021-12-03"}]}
    assert run("snapshot", due=True, area=None, year=None, on=None)[0] == {"frozen": []}


def test_without_json_the_ranking_reads_as_lines(pingli):
    run("snapshot")
    text, _said = run("rank", json=False)
    assert "城关镇" in text
    assert len(text.splitlines()) == 12


def test_the_ledger_of_tasks_counts_as_a_snapshot_of_the_day(zhuji, pay, system, staff):
    pay("341323117200", 3, on=date(2022, 12, 30), year=2023)
    pay("341323117200", 2, on=date(2023, 1, 2), year=2023)
    on = date(2023, 1, 6)
    ledger = ledgers.by_name("tasks")
    rows = {row[0]: row for row in ledger.rows(system, zhuji, 2023, on)}
    assert len(rows) == 13
    assert rows["341323117200"][2:] == (5367, 4723, "", 3, rows["341323117200"][6], 4720)
    assert str(rows["341323117200"][6]) == "0.0006"
    officer = staff(Role.VILLAGE_OFFICER, "341323117200")
    assert [row[0] for row in ledger.rows(officer, zhuji, 2023, on)] == ["341323117200"]
    export = export_ledger(
        ledger=ledger, area=zhuji, coverage_year=2023, on=on, format="csv", sink=io.BytesIO(), by=system
    )
    assert export.rows == 13
    assert export.region_id == ZHUJI
