"""Two frozen weeks of Pingli and of Zhuji, and staff who are signed in."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import BusinessDay
from quotas.models import Task
from quotas.services import freeze_snapshot

CHENGGUAN, LAOXIAN = "610926100000", "610926102000"
LAOXIAN_VILLAGE, NEXT_VILLAGE = "610926102200", "610926102201"
ZHUJI_VILLAGE, SHUANGYANG = "341323117200", "341323117205"
FIRST, SECOND = date(2021, 11, 26), date(2021, 12, 3)


@pytest.fixture
def frozen(pingli, pay, system):
    """Two weeks of Pingli; Laoxian comes second, Chengguan first."""
    pay("610926100001", 10, on=date(2021, 11, 20), year=2022)
    pay(LAOXIAN_VILLAGE, 1, on=date(2021, 11, 21), year=2022)
    freeze_snapshot(region=pingli, coverage_year=2022, on=FIRST, by=system)
    pay(LAOXIAN_VILLAGE, 2, on=date(2021, 12, 1), year=2022)
    freeze_snapshot(region=pingli, coverage_year=2022, on=SECOND, by=system)
    BusinessDay.objects.create(region=pingli, today=SECOND)
    return pingli


@pytest.fixture
def frozen_zhuji(zhuji, pay, system):
    for place, code in enumerate(sorted(Task.objects.filter(coverage_year=2023).values_list("region_id", flat=True))):
        pay(code, place + 1, on=date(2022, 11, 20), year=2023)
    freeze_snapshot(region=zhuji, coverage_year=2023, on=date(2022, 11, 25), by=system)
    freeze_snapshot(region=zhuji, coverage_year=2023, on=date(2022, 12, 2), by=system)
    BusinessDay.objects.create(region=zhuji, today=date(2022, 12, 2))
    return zhuji


@pytest.fixture
def sign_in(client, staff):
    """sign_in(Role.TOWNSHIP_OFFICER, code): the client works as a new member of staff."""

    def make(role, *codes, **more):
        user = staff(role, *codes, **more)
        client.force_login(user)
        return user

    return make


def page(client, code="", **query):
    address = reverse("quotas:area", args=[code]) if code else reverse("quotas:ranking")
    return client.get(address, query)


def json_of(code, year, on):
    out = io.StringIO()
    call_command("rank", area=code, year=str(year), on=on.isoformat(), json=True, stdout=out)
    return json.loads(out.getvalue())
