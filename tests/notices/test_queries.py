"""Which notice governs whom, and how it reads on a day."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from accounts.queries import system_staff
from accounts.roles import Role
from notices.amendments import propose, reject
from notices.models import PackVersion
from notices.queries import NoNotice, NoticeFinder, governing, pack_for, pack_of
from notices.services import keep_version, set_season
from policy.pack import PackError, load
from regions.models import AreaMember, Level, Region
from tests.factories import PINGLI
from tests.notices.conftest import approve

TOWN, VILLAGE = "610926102000", "610926102200"
ON = date(2021, 12, 20)
STANDARD = next(iter(load("pingli-2022").contributions))


@pytest.fixture
def season(tree):
    def season(code, pack_id="pingli-2022", year=2022):
        return set_season(
            region=Region.objects.get(pk=code), coverage_year=year, pack_id=pack_id, by=system_staff(), on=ON
        )

    return season


@pytest.fixture
def amended(tree, staff):
    """Another standard from a day on, proposed by one person and settled by another."""

    def amended(code=PINGLI, *, settle=approve, effective_on=ON):
        amendment = propose(
            region=Region.objects.get(pk=code),
            pack_id="pingli-2022",
            changes={f"contributions.{STANDARD}.amount": "325.00"},
            effective_on=effective_on,
            document_number="平医保〔2021〕9号",
            reason="更正",
            by=staff(Role.COUNTY_AGENT, PINGLI),
            on=ON,
        )
        if settle:
            settle(amendment=amendment, by=staff(Role.AGENCY_APPROVER, PINGLI), on=ON, why="核对无误")

    return amended


def test_the_season_of_the_place_or_of_what_is_above_it(season):
    county = season(PINGLI)
    assert governing(VILLAGE, 2022) == governing(TOWN, 2022) == governing(PINGLI, 2022) == county


def test_the_deepest_region_with_a_season_governs(season):
    season(PINGLI)
    town = season(TOWN, "zhuji-2023")
    assert governing(VILLAGE, 2022) == town
    assert governing("610926100001", 2022).pack_id == "pingli-2022"


def test_without_a_season_the_error_names_area_year_and_remedy(season):
    season(PINGLI)
    with pytest.raises(NoNotice) as refusal:
        governing(VILLAGE, 2023)
    assert all(part in str(refusal.value) for part in (VILLAGE, "2023", "老县村委会"))
    with pytest.raises(NoNotice, match="999999999999"):
        governing("999999999999", 2022)


def test_an_area_outside_the_register_stands_above_its_members(season):
    area = Region.objects.create(code="22CBS0000000", name="长白山", full_name="长白山保护开发区", level=Level.AREA)
    AreaMember.objects.create(area=area, member_id=TOWN)
    season(PINGLI)
    of_area = season(area.pk, "jilin-2023")
    assert governing(VILLAGE, 2022) == governing(area.pk, 2022) == of_area
    assert governing("610926100001", 2022).pack_id == "pingli-2022"


def test_any_number_of_places_by_few_queries(season):
    season(PINGLI)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        finder = NoticeFinder(2022, on=ON)
        packs = {finder.pack(code).version for code in (VILLAGE, TOWN, "610926100001", PINGLI)}
    assert len(packs) == 1
    assert len(queries) <= 4


def test_a_notice_without_amendments_is_the_packaged_one(season):
    season(PINGLI)
    assert pack_for(VILLAGE, 2022, on=ON) == load("pingli-2022")


def test_approved_amendments_count_from_their_day(season, amended):
    season(PINGLI)
    amended(effective_on=date(2021, 12, 1))
    before, after = (pack_for(VILLAGE, 2022, on=day) for day in (date(2021, 11, 30), date(2021, 12, 1)))
    assert before == load("pingli-2022")
    assert after.contributions[STANDARD].amount == 32_500
    assert after.version != before.version


@pytest.mark.parametrize("settle", [None, reject])
def test_what_is_not_approved_changes_nothing(season, amended, settle):
    season(PINGLI)
    amended(settle=settle)
    assert pack_for(VILLAGE, 2022, on=ON) == load("pingli-2022")


def test_an_amendment_of_another_town_changes_nothing_here(season, amended):
    season(PINGLI)
    amended("610926100000")
    assert pack_for(VILLAGE, 2022, on=ON) == load("pingli-2022")
    assert pack_for("610926100001", 2022, on=ON) != load("pingli-2022")


def test_a_kept_version_is_the_same_notice(season):
    pack = load("zhuji-2023")
    version = keep_version(pack)
    assert keep_version(pack) == version
    assert PackVersion.objects.count() == 1
    kept = pack_of(PackVersion.objects.get())
    assert (kept.version, list(kept.assistance.classes)) == (pack.version, list(pack.assistance.classes))


def test_setting_a_season_leaves_a_trace_and_the_same_again_none(season):
    first = season(PINGLI)
    assert season(PINGLI) == first
    season(PINGLI, "zhuji-2023")
    entries = AuditEntry.objects.filter(verb="notices.set_season").order_by("id")
    assert [(entry.before, entry.after["pack_id"]) for entry in entries] == [
        (None, "pingli-2022"),
        ({"pack_id": "pingli-2022"}, "zhuji-2023"),
    ]


def test_a_notice_that_there_is_not_governs_nobody(season):
    with pytest.raises(PackError):
        season(PINGLI, "atlantis-2022")
