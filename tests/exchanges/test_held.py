"""Lists that the brake holds wait on the workbench of those who may release them."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.navigation import waiting_for
from accounts.roles import Role
from exchanges.models import Batch
from exchanges.queries import held
from tests.factories import PINGLI, ZHUJI


@pytest.fixture
def hold(tree, staff):
    def hold(by, region=PINGLI):
        return Batch.objects.create(
            kind="identities",
            region_id=region,
            coverage_year=2022,
            business_on=date(2021, 12, 1),
            file_name=f"{region}.csv",
            size=1,
            sha256="0" * 64,
            status=Batch.Status.HELD,
            uploaded_by=by,
        )

    return hold


def card(user):
    return next((count for each, count in waiting_for(user) if each.query == "show=held"), None)


def test_the_reviewer_finds_it_on_the_workbench(client, staff, hold):
    clerk, reviewer = staff(Role.COUNTY_AGENT, PINGLI), staff(Role.AGENCY_APPROVER, PINGLI)
    waiting = hold(clerk)
    hold(clerk, ZHUJI)
    assert (card(reviewer), card(clerk)) == (1, None)
    client.force_login(reviewer)
    assert "待复核放行的名单" in client.get(reverse("workbench")).content.decode()
    listed = client.get(reverse("exchanges:batches"), {"show": "held"})
    assert [row.pk for row in listed.context["table"].data] == [waiting.pk]


def test_what_one_handed_in_oneself_waits_for_somebody_else(staff, hold):
    reviewer = staff(Role.AGENCY_APPROVER, PINGLI)
    hold(reviewer)
    assert (card(reviewer), list(held(reviewer))) == (0, [])
    assert card(staff(Role.AGENCY_APPROVER, PINGLI)) == 1
