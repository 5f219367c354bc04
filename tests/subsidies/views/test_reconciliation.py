"""The page of reconciliation: asked for, under way, kept, out of date, and who may see it."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import BusinessDay
from accounts.roles import Role
from subsidies.models import Calculation
from subsidies.services import add_mark
from subsidies.services.calculating import run_next_calculation
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK

PAID = date(2021, 11, 1)
PAGE = "/assistance/reconciliation/"


@pytest.fixture
def clerk(seasons, staff, client):
    BusinessDay.objects.create(region_id=PINGLI, today=LAST_WEEK)
    user = staff(Role.COUNTY_AGENT, PINGLI)
    client.force_login(user)
    return user


@pytest.fixture
def reconciled(clerk, client):
    def reconciled():
        asked = client.post(reverse("subsidies:reconciliation_in", args=[PINGLI]), {"year": 2022})
        assert asked.status_code == 302
        assert run_next_calculation(lambda: False)
        return client.get(PAGE, {"year": 2022})

    return reconciled


def test_before_the_first_one_the_page_says_what_to_do(clerk, client):
    assert "last" in client.get(PAGE).context
    assert client.get(PAGE).context["last"] is None


def test_asking_shows_progress_and_then_the_result(clerk, client, resident, decide_area):
    person = resident(paid=PAID, name="对账甲")
    decide_area()
    answer = client.post(PAGE, {"year": 2022}, follow=True)
    asked = Calculation.objects.get()
    assert answer.context["running"] == asked
    progress = reverse("subsidies:reconciliation_progress", args=[asked.pk])
    assert progress in answer.text
    assert client.get(progress).json()["final"] is False
    run_next_calculation(lambda: False)
    assert client.get(progress).json()["final"] is True
    shown = client.get(PAGE, {"year": 2022})
    assert (shown.context["running"], shown.context["ok"], shown.context["outdated"]) == (None, True, False)
    person.payments.update(reversed_on=date(2021, 12, 1))
    client.post(PAGE, {"year": 2022})
    run_next_calculation(lambda: False)
    again = client.get(PAGE, {"year": 2022})
    assert again.context["ok"] is False
    assert "对账甲" in again.text
    assert len(again.context["earlier"]) == 1


def test_a_result_says_that_data_have_changed_since(clerk, client, resident, decide_area, reconciled):
    person = resident(paid=PAID)
    decide_area()
    assert reconciled().context["outdated"] is False
    add_mark(person=person, category="dibao", determined_on=PAID, remark="", why="批复", by=clerk, on=LAST_WEEK)
    assert client.get(PAGE, {"year": 2022}).context["outdated"] is True
    assert reconciled().context["outdated"] is False


def test_what_a_worker_could_not_do_is_said(clerk, client):
    client.post(reverse("subsidies:reconciliation_in", args=[PINGLI]), {"year": 2022})
    Calculation.objects.update(status="failed", reason="没有通知")
    assert "没有通知" in client.get(PAGE, {"year": 2022}).text


def test_another_area_sees_no_result_and_may_not_ask(clerk, client, staff, reconciled):
    reconciled()
    done = Calculation.objects.get()
    client.force_login(staff(Role.SUPERVISOR, "341323117000"))
    assert client.get(reverse("subsidies:reconciliation_progress", args=[done.pk])).status_code == 404
    assert client.get(reverse("subsidies:reconciliation_in", args=[PINGLI])).status_code == 404


def test_who_sees_a_part_of_the_area_is_shown_nothing_of_the_whole(client, staff, reconciled):
    reconciled()
    client.force_login(staff(Role.SUPERVISOR, "610926102000"))
    page = client.get(reverse("subsidies:reconciliation_in", args=[PINGLI]), {"year": 2022})
    assert page.context["whole"] is False
    assert "checked" not in page.context
    client.post(reverse("subsidies:reconciliation_in", args=[PINGLI]), {"year": 2022})
    assert Calculation.objects.count() == 1
