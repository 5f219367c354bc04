"""A season in Pingli, a payment to be paid back, and the people of the chain."""

from dataclasses import dataclass
from datetime import date

import pytest

from accounts.models import Staff
from accounts.roles import Role
from enrollment.models import Entitlement, Registration
from notices.services import set_season
from refunds import services
from regions.models import Region
from tests import factories
from tests.factories import make_payment

PAID_ON, APPLIED_ON = date(2021, 11, 1), date(2021, 12, 1)
ACCOUNT = "6222021234567890123"


@dataclass(frozen=True)
class Desk:
    """Who works on refunds in Pingli."""

    clerk: Staff
    tax: Staff
    approver: Staff
    cashier: Staff
    township: Staff


@pytest.fixture
def season(tree):
    by = factories.make_staff(Role.SYSTEM_ADMIN, factories.PINGLI)
    set_season(
        region=Region.objects.get(pk=factories.PINGLI),
        coverage_year=2022,
        pack_id="pingli-2022",
        by=by,
        on=date(2021, 10, 1),
    )


@pytest.fixture
def desk(season):
    return make_desk()


def make_desk(place: str = factories.PINGLI) -> Desk:
    return Desk(
        clerk=factories.make_staff(Role.COUNTY_AGENT, place),
        tax=factories.make_staff(Role.TAX_CLERK, place),
        approver=factories.make_staff(Role.AGENCY_APPROVER, place),
        cashier=factories.make_staff(Role.AGENCY_CASHIER, place),
        township=factories.make_staff(Role.TOWNSHIP_OFFICER, place),
    )


@pytest.fixture
def payment(person):
    """A payment of a person of 西城社区 with registration and benefits for 2022."""
    resident = person("610926100001")
    paid = make_payment(resident)
    Registration.objects.create(
        person=resident, coverage_year=2022, region_id=resident.region_id, registered_on=PAID_ON
    )
    Entitlement.objects.create(
        person=resident,
        coverage_year=2022,
        region_id=resident.region_id,
        starts_on=date(2022, 1, 1),
        ends_on=date(2022, 12, 31),
        payment=paid,
        clauses="PL-4.1",
        recorded_on=PAID_ON,
    )
    return paid


@pytest.fixture
def apply(desk, payment):
    """Enters an application: apply(reason="duplicate", on=…)."""

    def enter(**more):
        given = {
            "payment": payment,
            "reason": "duplicate",
            "account": ACCOUNT,
            "account_holder": "张三",
            "by": desk.clerk,
            "on": APPLIED_ON,
            **more,
        }
        return services.apply(**given)

    return enter
