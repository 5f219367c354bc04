"""The page of a week: what it shows, and what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from accounts.roles import Role
from quotas.services import freeze_snapshot
from regions.models import Region
from tests.factories import PINGLI, ZHUJI
from tests.quotas.views.conftest import CHENGGUAN, FIRST, LAOXIAN, LAOXIAN_VILLAGE, SECOND, page


def test_the_page_counts_who_has_not_paid_in_the_villages_of_a_town(client, sign_in, frozen, person):
    person(region=LAOXIAN_VILLAGE)
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    response = page(client, LAOXIAN)
    assert response.context["unpaid_here"] == 1
    assert response.context["others"].unpaid == {LAOXIAN_VILLAGE: 1}
    people = reverse("enrollment:not_paid_in", args=[LAOXIAN_VILLAGE]) + "?year=2022"
    assert people in response.content.decode()
    assert "张三" in client.get(people).content.decode()


def test_an_earlier_week_can_be_chosen(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    response = page(client, PINGLI, year=2022, week="2021-11-22")
    found = response.context["found"]
    assert found.snapshot.on == FIRST
    assert found.before is None
    assert found.line(LAOXIAN).trend == ((FIRST, 1),)


def test_a_week_without_a_snapshot_shows_the_newest_and_says_so(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    response = page(client, PINGLI, year=2022, week="2021-10-18")
    assert response.context["found"].snapshot.on == SECOND
    assert "2021-11-22～2021-11-28" in response.context["missing_week"]


def test_nonsense_in_the_address_is_passed_over(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    for query in ({"week": "x"}, {"week": "2021-13-01"}, {"year": "٢٠٢٢"}, {"year": "20222"}, {"sort": "nothing"}):
        assert page(client, PINGLI, **query).status_code == 200


def test_before_the_first_snapshot_the_page_says_what_comes(client, sign_in, pingli):
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    response = page(client)
    assert response.status_code == 200
    assert response.context["found"] is None


def test_change_against_last_week_in_people_and_places(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    found = page(client).context["found"]
    line = found.line(LAOXIAN)
    assert (line.enrolled_change, line.rank_change) == (2, 0)
    assert found.line(CHENGGUAN).enrolled_change == 0
    assert found.total.enrolled_change == 2
    assert line.trend == ((FIRST, 1), (SECOND, 3))


@pytest.mark.clause("ZJ-2.0")
def test_the_page_says_that_the_text_of_zhuji_gives_another_total(client, sign_in, frozen_zhuji):
    sign_in(Role.TOWNSHIP_OFFICER, ZHUJI)
    response = page(client)
    assert response.context["area"].code == ZHUJI
    text = response.content.decode()
    assert "41,850" in text
    assert "41,851" in text
    tasks = client.get(reverse("quotas:tasks")).content.decode()
    assert "41,850" in tasks
    assert "41,851" in tasks
    assert "47,547" in tasks


def test_a_notice_that_agrees_with_its_annex_needs_no_word(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    assert page(client).context["stated"] is None
    assert not client.get(reverse("quotas:tasks"), {"year": 2022}).context["disagrees"]


def test_a_ranking_page_costs_the_same_queries_whatever_its_size(client, sign_in, frozen, system, pay):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page(client)
    with CaptureQueriesContext(connection) as small:
        page(client)
    for week in range(1, 4):
        freeze_snapshot(region=frozen, coverage_year=2022, on=SECOND + timedelta(7 * week), by=system)
    for number in range(20):
        code = f"6109262{number:02}000"
        Region.objects.create(code=code, name=f"镇{number}", full_name=f"镇{number}", level="town", parent=frozen)
    with CaptureQueriesContext(connection) as large:
        page(client)
    assert len(large) == len(small)
    assert len(small) <= 30


def test_a_name_with_markup_stays_text(client, sign_in, frozen):
    Region.objects.filter(pk=CHENGGUAN).update(name="<script>alert(1)</script>")
    sign_in(Role.COUNTY_AGENT, PINGLI)
    assert "<script>alert" not in page(client).content.decode()


def test_the_workbench_tells_an_officer_what_the_place_lacks(client, sign_in, frozen):
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    assert escape("15037") in client.get(reverse("workbench")).content.decode().replace(",", "")
