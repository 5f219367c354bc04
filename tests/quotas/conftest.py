"""Two areas with their notices, and a quick way to let people of a village pay."""

import csv
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from accounts.queries import system_staff
from enrollment.models import DocumentKind, Payment, Person
from notices.models import Season
from privacy.keyring import blind_index
from quotas.models import Task
from quotas.services import set_task
from regions.models import Level, Region
from tests.factories import PINGLI, ZHUJI, make_id_number

DATA = Path(__file__).parent / "data"
TASKS_SET_ON = date(2021, 10, 22)
_receipts = count(1)


def annex(name: str) -> list[dict[str, str]]:
    """Rows of an annex: pingli_tasks or zhuji_tasks."""
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def system(db):
    return system_staff()


@pytest.fixture
def seasons(tree):
    """Pingli 2022 and Zhuji 2023 are governed by their notices."""
    Season.objects.create(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022")
    Season.objects.create(region=tree[ZHUJI], coverage_year=2023, pack_id="zhuji-2023")


def _complete(tree: dict[str, Region], rows: list[dict[str, str]], name: str, level: Level, parent: str) -> None:
    for row in rows:
        code = row["code12"]
        if code not in tree:
            tree[code] = Region.objects.create(
                code=code, name=row[name], full_name=row[name], level=level, parent_id=parent
            )


@pytest.fixture
def pingli(tree, seasons, system) -> Region:
    """Pingli with the 11 townships of annex 1 and their tasks."""
    rows = annex("pingli_tasks")
    _complete(tree, rows, "town", Level.TOWN, PINGLI)
    for row in rows:
        set_task(
            region=tree[row["code12"]],
            coverage_year=2022,
            target=int(row["task"]),
            milestones={date(2021, 11, 30): int(row["by_nov30"])},
            by=system,
            on=TASKS_SET_ON,
        )
    return tree[PINGLI]


@pytest.fixture
def zhuji(tree, seasons, system) -> Region:
    """Zhuji with the 13 villages of its annex and their tasks."""
    rows = annex("zhuji_tasks")
    _complete(tree, rows, "village", Level.VILLAGE, ZHUJI)
    for row in rows:
        set_task(
            region=tree[row["code12"]],
            coverage_year=2023,
            target=int(row["task"]),
            population=int(row["population"]),
            by=system,
            on=date(2022, 9, 1),
        )
    return tree[ZHUJI]


@pytest.fixture
def small_tasks(zhuji) -> Callable[[dict[str, int]], None]:
    """small_tasks({code: people}): replaces the tasks of Zhuji's villages by small ones; the others have none."""

    def replace(targets: dict[str, int]) -> None:
        Task.objects.filter(coverage_year=2023).delete()
        Task.objects.bulk_create(
            Task(region_id=code, coverage_year=2023, target=people) for code, people in targets.items()
        )

    return replace


@pytest.fixture
def pay(tree) -> Callable[..., list[Payment]]:
    """pay("341323117200", 3, on=date(2022, 11, 1), year=2023): so many people of the village pay."""

    def make(region: str, people: int, *, on: date, year: int, **more) -> list[Payment]:
        made = []
        for _each in range(people):
            sequence = next(_receipts)
            number = make_id_number(region, date(1950 + sequence // 900 % 60, 1, 1), sequence % 900 + 1)
            made.append(
                Person(
                    name="张三",
                    document_kind=DocumentKind.RESIDENT_ID,
                    id_number=number,
                    id_number_index=blind_index(number, purpose="id_number"),
                    birth_date=date(1950, 1, 1),
                    region_id=region,
                )
            )
        Person.objects.bulk_create(made)
        return Payment.objects.bulk_create(
            Payment(
                receipt_no=f"Q{next(_receipts):08}",
                person=person,
                coverage_year=year,
                region_id=region,
                amount_fen=35000,
                paid_on=on,
                **more,
            )
            for person in made
        )

    return make
