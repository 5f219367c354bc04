"""The calendar of the exchange on a phone: what is overdue is found, and a list of ours is made after a question."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Bureau, BusinessDay
from accounts.roles import Role
from exchanges.models import Delivery
from notices.models import Season
from tests import factories
from tests.browser.conftest import DESK, PHONE, runs_off_sideways
from tests.factories import PINGLI

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_from_what_is_overdue_to_the_list_that_is_made(signed_in, tree, settings, tmp_path, viewport):
    settings.MEDIA_ROOT = tmp_path
    Season.objects.create(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022")
    Bureau.objects.create(name="平利县税务局", kind="tax", region_id=PINGLI)
    BusinessDay.objects.create(region_id=PINGLI, today=date(2021, 11, 10))
    page = signed_in(factories.make_staff(Role.COUNTY_AGENT, PINGLI, bureau="agency"), viewport=viewport)
    page.goto(page.base + "/")
    page.locator(".waiting__card", has_text="逾期未报送的名单").click()
    page.wait_for_url("**state=overdue")
    assert not runs_off_sideways(page)
    table = page.locator("table.table tbody").inner_text()
    assert "共 2 期" in table
    assert "逾期 10 天" in table
    page.locator(".calendar__make button").click()
    assert not Delivery.objects.exists()
    page.locator("dialog[open] [data-confirm-yes]").click()
    page.wait_for_url(f"**{reverse('exchanges:deliveries')}*/")
    assert Delivery.objects.get().occurrence == "2021-W45"
