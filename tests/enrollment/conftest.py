"""A day in Pingli and Zhuji, somebody who is enrolled, and staff who are signed in."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import BusinessDay
from accounts.roles import Role
from enrollment.models import Entitlement, Registration
from notices.models import Season
from tests.factories import PINGLI, ZHUJI, make_id_number


@pytest.fixture
def december(tree):
    """Both areas stand on 3 December 2021."""
    for code in (PINGLI, ZHUJI):
        BusinessDay.objects.create(region_id=code, today=date(2021, 12, 3))


@pytest.fixture
def sign_in(client, staff):
    """sign_in(Role.COUNTY_AGENT, code): the client works as this member of staff, else as the officer of a township."""

    def sign_in(role=Role.TOWNSHIP_OFFICER, region="610926102000"):
        user = staff(role, region)
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def season(tree):
    return Season.objects.create(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022")


@pytest.fixture
def enrolled(person, season):
    """A person enrolled for 2022, with benefits for the year."""
    village = "610926102200"
    someone = person(village, name="王小明", born=date(1970, 5, 6))
    Registration.objects.create(person=someone, coverage_year=2022, region_id=village, registered_on=date(2021, 11, 5))
    Entitlement.objects.create(
        person=someone,
        coverage_year=2022,
        region_id=village,
        starts_on=date(2022, 1, 1),
        ends_on=date(2022, 12, 31),
        clauses="PL-4.1",
        recorded_on=date(2022, 1, 1),
    )
    return someone


def desk(client, **changes):
    """What the registration desk answers about somebody whom nobody knows."""
    given = {
        "name": "王五",
        "document": make_id_number(born=date(1990, 5, 1)),
        "region": "610926102201",
        "enrol_at": "hukou",
        "situation": "general",
        "student": "none",
        "tier": "1",
    }
    return client.post(f"{reverse('enrollment:register')}?year=2022", {**given, **changes})
