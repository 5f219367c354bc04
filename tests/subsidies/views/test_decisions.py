"""The pages of decisions: asking before, progress, result, who sees what."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import BusinessDay
from accounts.roles import Role
from notices.services import set_season
from subsidies.models import DecisionRun
from subsidies.services import run_next
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, NEXT_VILLAGE, VILLAGE

PAID = date(2021, 11, 1)


@pytest.fixture
def clerk(seasons, staff, client):
    BusinessDay.objects.create(region_id=PINGLI, today=LAST_WEEK)
    user = staff(Role.COUNTY_AGENT, PINGLI)
    client.force_login(user)
    return user


def page(client, name, *args, **query):
    return client.get(reverse(f"subsidies:{name}", args=args), {"year": 2022, **query})


def test_before_the_first_run_the_page_says_what_to_do(clerk, client):
    response = page(client, "decisions")
    assert response.status_code == 200
    assert response.context["last"] is None
    assert reverse("subsidies:decide", args=[PINGLI]) in response.text


def test_deciding_asks_first_and_says_for_how_many(clerk, client, resident):
    resident(paid=PAID)
    resident()
    asked = page(client, "decide", PINGLI)
    assert (asked.context["residents"], asked.context["enrolled"]) == (2, 1)
    assert asked.context["pack"].id == "pingli-2022"
    assert not DecisionRun.objects.exists()


def test_the_button_queues_a_run_and_a_worker_does_it(clerk, client, resident):
    resident(paid=PAID, dibao=date(2020, 1, 1))
    response = client.post(reverse("subsidies:decide", args=[PINGLI]), {"year": 2022})
    run = DecisionRun.objects.get()
    assert (response.url, run.status, run.by) == (reverse("subsidies:run", args=[run.pk]), "waiting", clerk)
    waiting = client.get(response.url)
    assert "data-progress-url" in waiting.text
    assert client.get(reverse("subsidies:run_progress", args=[run.pk])).json()["final"] is False
    assert run_next(lambda: False)
    done = client.get(response.url)
    assert "data-progress-url" not in done.text
    assert "160.00" in done.text
    state = client.get(reverse("subsidies:run_progress", args=[run.pk])).json()
    assert (state["final"], state["done"], state["total"]) == (True, 1, 1)


def test_pressing_twice_queues_one_run(clerk, client, resident):
    resident()
    urls = {client.post(reverse("subsidies:decide", args=[PINGLI]), {"year": 2022}).url for _ in range(2)}
    assert (len(urls), DecisionRun.objects.count()) == (1, 1)


def test_a_place_without_a_notice_says_so(clerk, client):
    response = client.get(reverse("subsidies:decide", args=[PINGLI]), {"year": 2030})
    assert response.status_code == 409
    assert "2030" in response.text
    assert not DecisionRun.objects.exists()


def test_a_failed_run_says_why(clerk, client, seasons):
    run = DecisionRun.objects.create(
        region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=clerk, status="failed", reason="没有通知"
    )
    assert "没有通知" in client.get(reverse("subsidies:run", args=[run.pk])).text


def test_sums_are_those_of_the_place(clerk, client, resident, decide_area):
    resident(paid=PAID, dibao=date(2020, 1, 1))
    resident(NEXT_VILLAGE, paid=PAID, dibao=date(2020, 1, 1))
    decide_area()
    assert "320.00" in page(client, "decisions").text
    village = page(client, "decisions_in", VILLAGE)
    assert ("参保资助", [("医疗救助资金", 16_000)], 16_000) in village.context["sums"]


def test_assisted_people_by_category(clerk, client, resident, decide_area):
    resident(paid=PAID, dibao=date(2020, 1, 1), name="低保甲")
    resident(paid=PAID, unstable_exit=date(2020, 1, 1), name="监测乙")
    decide_area()
    everyone = page(client, "assisted").text
    assert "低保甲" in everyone
    assert "监测乙" in everyone
    only = page(client, "assisted", category="dibao").text
    assert "低保甲" in only
    assert "监测乙" not in only


@pytest.mark.clause("TN-4.3")
def test_undetermined_people_with_the_reason(clerk, client, tree, system, resident, decide_area):
    set_season(region=tree[PINGLI], coverage_year=2023, pack_id="tongnan-2023", by=system, on=LAST_WEEK)
    resident(paid=date(2022, 11, 1), year=2023, dibao=date(2020, 1, 1), name="潼南甲")
    decide_area(year=2023, on=date(2022, 12, 20))
    response = page(client, "undetermined", year=2023)
    assert "潼南甲" in response.text
    assert "TN-4.3" in [clause.id for clause in response.context["clauses"]]


@pytest.mark.parametrize("name", ["decisions_in", "assisted_in", "undetermined_in", "marks_in", "reconciliation_in"])
def test_another_area_answers_like_one_that_does_not_exist(clerk, client, name):
    hidden, missing = (page(client, name, code) for code in ("341323117000", "999999999999"))
    assert hidden.status_code == missing.status_code == 404


def test_a_run_of_another_area_is_not_there(clerk, client, seasons, system):
    run = DecisionRun.objects.create(region=seasons["341323117000"], coverage_year=2023, on=LAST_WEEK, by=system)
    assert client.get(reverse("subsidies:run", args=[run.pk])).status_code == 404
    assert client.get(reverse("subsidies:run_progress", args=[run.pk])).status_code == 404


def test_a_township_officer_sees_and_does_not_decide(seasons, staff, client):
    client.force_login(staff(Role.TOWNSHIP_OFFICER, "610926102000"))
    assert page(client, "decisions").status_code == 200
    assert page(client, "decide", "610926102000").status_code == 403
    assert client.post(reverse("subsidies:decide", args=["610926102000"])).status_code == 403


def test_the_workbench_counts_what_waits(clerk, client, resident, decide_area):
    resident(paid=PAID, amount=300)
    decide_area()
    cards = {str(card.title): count for card, count in client.get(reverse("workbench")).context["waiting"]}
    assert 1 in cards.values()
