"""A season in Pingli and Zhuji, with makers of marks and payments."""

from datetime import date
from itertools import count

import pytest

from accounts.queries import system_staff
from enrollment.models import Payment, Registration
from notices.services import set_season
from subsidies.models import IdentityMark
from subsidies.services import decide
from tests.factories import PINGLI, ZHUJI, make_person

VILLAGE, NEXT_VILLAGE, ZHUJI_VILLAGE = "610926102200", "610926102201", "341323117205"
LAST_WEEK = date(2021, 12, 20)
_receipts = count(1)


@pytest.fixture
def system(db):
    return system_staff()


@pytest.fixture
def seasons(tree, system):
    """Pingli 2022 and Zhuji 2023 with their notices."""
    set_season(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022", by=system, on=LAST_WEEK)
    set_season(region=tree[ZHUJI], coverage_year=2023, pack_id="zhuji-2023", by=system, on=LAST_WEEK)
    return tree


@pytest.fixture
def resident(seasons):
    """Makes a person with marks and a payment: resident(VILLAGE, dibao=date(…), paid=date(…), amount=320)."""
    return make_resident


@pytest.fixture
def decide_area(seasons, system):
    """Decides: decide_area(PINGLI, 2022, on=date(…)) → the run."""

    def decide_area(area=PINGLI, year=2022, on=LAST_WEEK):
        return decide(region=seasons[area], coverage_year=year, on=on, by=system)

    return decide_area


def make_resident(region=VILLAGE, *, paid=None, amount=320, year=2022, paid_at=None, registration=None, **more):
    marks = {name: more.pop(name) for name in list(more) if isinstance(more[name], date) and name != "born"}
    person = make_person(region, **more)
    for category, determined_on in marks.items():
        make_mark(person, category, determined_on)
    if registration is not None:
        Registration.objects.create(
            person=person,
            coverage_year=year,
            region_id=registration.pop("region", region),
            registered_on=date(year - 1, 10, 15),
            **registration,
        )
    if paid:
        make_payment(person, paid, amount=amount, year=year, region=paid_at or region)
    return person


def make_mark(person, category, determined_on, *, marked_on=None, ended_on=None):
    return IdentityMark.objects.create(
        person=person,
        region_id=person.region_id,
        category=category,
        determined_on=determined_on,
        marked_on=marked_on or determined_on,
        ended_on=ended_on,
    )


def make_payment(person, paid_on, *, amount=320, year=2022, region=None, **more):
    return Payment.objects.create(
        receipt_no=f"T{next(_receipts):08d}",
        person=person,
        coverage_year=year,
        region_id=region or person.region_id,
        amount_fen=amount * 100,
        paid_on=paid_on,
        **more,
    )
