"""Areas with their notices, the bureaus in them, and the calendar as lines that can be compared."""

from datetime import date

import pytest

from accounts.models import Bureau, BureauKind
from exchanges.calendar.board import rows_of
from exchanges.models import Batch
from notices.models import Season
from tests.factories import PINGLI

CITY = "610900000000"


@pytest.fixture
def season(tree):
    """season("shangluo-2024", 2024): the notice governs the county of Pingli in the year."""

    def set_it(pack_id, year, *, area=PINGLI):
        return Season.objects.create(region=tree[area], coverage_year=year, pack_id=pack_id)

    return set_it


@pytest.fixture
def bureau(tree):
    """bureau("civil_affairs"): one bureau of the kind in Pingli."""

    def make(kind, *, area=PINGLI, name=""):
        return Bureau.objects.get_or_create(name=name or f"{BureauKind(kind).label}@{area}", kind=kind, region_id=area)[
            0
        ]

    return make


@pytest.fixture
def came(tree, staff):
    """came(bureau, date(2022, 11, 18)): a list of the bureau that came on the day, in any state."""
    by = staff("county_agent", PINGLI)

    def make(sender, on, *, kind="identities", year=2023, area=PINGLI, **more):
        given = {"status": Batch.Status.MERGED, "rows": 3, "accepted": 3, "reason": "x", **more}
        return Batch.objects.create(
            kind=kind,
            sender=sender,
            region_id=area,
            coverage_year=year,
            business_on=on,
            file_name="名单.xlsx",
            size=1,
            sha256="0" * 64,
            uploaded_by=by,
            **given,
        )

    return make


@pytest.fixture
def lines(tree):
    """lines(2023, date(…)): the dated lines as (bureau kind, key, state, days), in the order of the page."""

    def read(year, on, *, user=None, area=PINGLI):
        found = rows_of([tree[area]], [year], on=on, user=user)
        return [(row.duty.bureau_kind, row.occurrence.key, str(row.state), row.days) for row in found if row.occurrence]

    return read


def day(text: str) -> date:
    return date.fromisoformat(text)
