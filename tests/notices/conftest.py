"""The five notices as seasons: Pingli and Zhuji in the tree of the factories, the others at places of their own."""

from datetime import date

import pytest

from accounts.roles import Role
from notices import amendments, impact
from notices.services import set_season
from policy.pack import load
from regions.models import Level, Region
from subsidies.services.calculating import run_next_calculation
from tests import factories

TONGNAN = "500152000000"


@pytest.fixture
def seasons(tree):
    """Sets the seasons of Pingli 2022, Zhuji 2023 and Tongnan 2023."""
    Region.objects.create(code=TONGNAN, name="潼南区", full_name="重庆市潼南区", level=Level.COUNTY)
    by = factories.make_staff(Role.SYSTEM_ADMIN, factories.PINGLI)
    for pack_id, code in (
        ("pingli-2022", factories.PINGLI),
        ("zhuji-2023", factories.ZHUJI),
        ("tongnan-2023", TONGNAN),
    ):
        set_season(
            region=Region.objects.get(pk=code),
            coverage_year=load(pack_id).coverage_year,
            pack_id=pack_id,
            by=by,
            on=date(2021, 10, 1),
        )


@pytest.fixture
def clerk(seasons):
    return factories.make_staff(Role.COUNTY_AGENT, TONGNAN)


@pytest.fixture
def reviewer(seasons):
    return factories.make_staff(Role.AGENCY_APPROVER, TONGNAN)


def look(*, amendment, by, on):
    """Has the impact reckoned by a worker, and sees it."""
    impact.ask(amendment=amendment, by=by, on=on)
    while run_next_calculation(lambda: False):
        pass
    before, after = amendments.reading_before_and_after(amendment)
    return impact.see(amendment=amendment, before=before, after=after, by=by, on=on)


def approve(*, amendment, by, on, why=""):
    """As the page does it: sees what the amendment changes, then approves."""
    look(amendment=amendment, by=by, on=on)
    return amendments.approve(amendment=amendment, by=by, on=on, why=why)
