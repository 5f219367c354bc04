"""The village's public lists: masked, one for each half of the village, never without a trace."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, BusinessDay
from accounts.roles import Role
from enrollment.posting import Posted, PostingRefused, post
from regions.models import Region
from tests.factories import PINGLI, make_payment, make_person

TOWN, VILLAGE, NEXT_VILLAGE, ON = "610926102000", "610926102200", "610926102201", date(2021, 12, 3)


@pytest.fixture
def village(tree, settings):
    BusinessDay.objects.create(region_id=PINGLI, today=ON)
    paid = make_person(VILLAGE, name="王小明")
    make_payment(paid, paid_on=date(2021, 11, 1))
    unpaid = make_person(VILLAGE, name="李大山")
    make_person(NEXT_VILLAGE, name="赵邻村")
    return {"paid": paid, "unpaid": unpaid}


@pytest.fixture
def officer(village, staff, client):
    user = staff(Role.VILLAGE_OFFICER, VILLAGE)
    client.force_login(user)
    return user


@pytest.mark.clause("ZJ-5.3a")
def test_two_lists_of_a_village_masked(officer, village, client):
    url = reverse("enrollment:posting_in", args=[VILLAGE])
    enrolled = client.post(url, {"year": 2022, "list": "enrolled"}).text
    assert "王*明" in enrolled
    assert "李*山" not in enrolled
    not_enrolled = client.post(url, {"year": 2022, "list": "not_enrolled"}).text
    assert "李*山" in not_enrolled
    assert "王*明" not in not_enrolled
    for text in (enrolled, not_enrolled):
        assert "赵" not in text
        for person in village.values():
            assert person.name not in text
            assert person.id_number not in text
            assert f"{person.birth_date:%Y%m%d}" not in text


def test_every_list_leaves_a_trace_and_looking_does_not(officer, client):
    client.get(reverse("enrollment:posting"))
    assert not AuditEntry.objects.exists()
    client.post(reverse("enrollment:posting_in", args=[VILLAGE]), {"year": 2022, "list": "enrolled"})
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.region_id, entry.by) == ("enrollment.post_list", VILLAGE, officer)
    assert entry.after == {"list": "enrolled", "coverage_year": 2022, "rows": 1}


def test_lists_are_of_villages_only(village, staff, client):
    user = staff(Role.TOWNSHIP_OFFICER, TOWN)
    client.force_login(user)
    page = client.get(reverse("enrollment:posting"))
    assert page.context["ready"] is False
    assert reverse("enrollment:posting_in", args=[VILLAGE]) in page.text
    assert client.post(reverse("enrollment:posting_in", args=[TOWN]), {"list": "enrolled"}).status_code == 404
    with pytest.raises(PostingRefused):
        post(region=Region.objects.get(pk=TOWN), coverage_year=2022, which=Posted.ENROLLED, on=ON, by=user)


def test_the_next_village_is_not_there(officer, client):
    url = reverse("enrollment:posting_in", args=[NEXT_VILLAGE])
    assert client.get(url).status_code == 404
    assert client.post(url, {"list": "enrolled"}).status_code == 404


def test_a_list_that_there_is_none_of(officer, client):
    assert client.post(reverse("enrollment:posting_in", args=[VILLAGE]), {"list": "dead"}).status_code == 404


def test_nobody_enrolled_is_said(officer, village, client):
    village["paid"].payments.update(reversed_on=ON)
    page = client.post(reverse("enrollment:posting_in", args=[VILLAGE]), {"year": 2022, "list": "enrolled"})
    assert "本村尚无人参保" in page.text
