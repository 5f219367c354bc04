"""The demonstration season: reproducible, complete, through the real doors."""

import io
import json
import random
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.business_day import today_in
from accounts.models import Staff
from accounts.roles import Role
from demo.accounts import ACCOUNTS, PASSWORD
from demo.deliveries import make_season
from demo.residents import Numbers, check_digit, households
from demo.season import Area, read_targets, spread, yuan
from demo.services import PACKS, real_size
from enrollment.documents import parse
from enrollment.models import Person
from exchanges.models import Batch
from policy import pack
from quotas.models import Task
from refunds.models import Application
from tests.factories import make_person

VILLAGES = [
    ("610926102200", "老县镇老县村委会"),
    ("610926102201", "老县镇蒋家坪村委会"),
    ("610926100001", "城关镇西城社区居委会"),
]


def demo(*arguments):
    out = io.StringIO()
    call_command("demo", *arguments, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def ranking(area, year, on):
    out = io.StringIO()
    call_command("rank", "--area", area, "--year", year, "--on", on, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())["rows"]


@pytest.mark.clause("PL-8.3a")
@pytest.mark.clause("ZJ-2.0")
def test_a_season_from_the_files_to_the_ranking(db):
    # Enough people for a department to have paid, among the first, for one of the township whose refunds wait.
    result = demo("--people", "800")
    assert result["people"] == Person.objects.count() == 800
    towns = ranking("610926000000", "2022", "2021-12-03")
    assert {row["region"]: row["target"] for row in towns} == {
        row["code12"]: int(row["task"]) for row in read_targets("pingli_tasks.csv")
    }
    assert sum(row["target"] for row in towns) == 210_000
    villages = ranking("341323117000", "2023", "2022-12-28")
    assert len(villages) == 13
    assert sum(row["target"] for row in villages) == 41_851
    assert Task.objects.count() == 24
    assert not Batch.objects.exclude(status__in=["merged", "unchanged"]).exists()
    assert Batch.objects.filter(kind="identities", refused__gt=0).exists()
    assert not Batch.objects.filter(kind="payments", refused__gt=0).exists()
    assert set(Application.objects.values_list("status", flat=True)) == {"applied", "taken_in", "approved"}
    assert (today_in("610926102000"), today_in("341323117200")) == (date(2021, 12, 25), date(2022, 12, 31))
    assert {staff.role for staff in Staff.objects.all()} >= set(Role.values)

    batches = Batch.objects.count()
    assert demo("--people", "900") == result
    assert Batch.objects.count() == batches


def test_other_people_are_left_alone(tree):
    make_person("610926102200")
    with pytest.raises(CommandError, match="空库"):
        demo("--people", "400")
    assert Person.objects.count() == 1


def test_production_refuses(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="正式环境"):
        demo("--people", "400")


def _season(seed):
    (region, year), pack_id = next(iter(PACKS.items()))
    area = Area(region, year, pack.load(pack_id), ("610926", "612427"), "pingli_tasks.csv", 300, 1.0953)
    towns = {row["code12"] for row in read_targets("pingli_tasks.csv")}
    villages = VILLAGES + [
        (town[:9] + "999", "村") for town in sorted(towns) if town[:9] not in {v[0][:9] for v in VILLAGES}
    ]
    return make_season(seed=seed, area=area, villages=villages)


def test_the_same_seed_gives_the_same_season():
    assert _season(1).deliveries == _season(1).deliveries
    assert _season(1).deliveries != _season(2).deliveries


def test_payments_come_week_by_week_from_the_first_day_to_the_last():
    season = _season(1)
    files = [delivery for delivery in season.deliveries if delivery.kind == "payments"]
    assert files[-1].on == season.area.last_day == date(2021, 12, 25)
    days = [row[7] for delivery in files for row in delivery.rows[1:-1]]
    assert min(days) >= "20211015"
    assert max(days) <= "20211225"
    for delivery in files:
        assert delivery.rows[-1][6] == yuan(sum(round(float(row[6]) * 100) for row in delivery.rows[1:-1]))


def test_numbers_are_valid_and_never_the_same():
    houses = households(
        rng=random.Random(1), village="610926102200", people=500, numbers=Numbers(("610926",)), on=date(2021, 10, 1)
    )
    people = [person for house in houses for person in house.members]
    assert len({person.id_number for person in people}) == len(people) == 500
    for person in people:
        assert check_digit(person.id_number[:17]) == person.id_number[17]
        assert parse(person.id_number, on=date(2021, 10, 1)).birth_date == person.born


def test_real_size_is_that_of_the_annexes():
    sizes = real_size()
    assert sizes["341323117000"] == 47_547
    assert 229_000 < sizes["610926000000"] < 231_000


@pytest.mark.parametrize("total", [0, 1, 7, 1000])
def test_spread_leaves_nothing_out(total):
    assert sum(spread(total, [3.0, 1.0, 2.5])) == total


def test_an_account_for_every_role():
    assert {account.role for account in ACCOUNTS} == set(Role) - {Role.SYSTEM}
    assert len({account.username for account in ACCOUNTS}) == len(ACCOUNTS)
    assert len(PASSWORD) >= 10
