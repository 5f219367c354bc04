"""Full numbers are shown one by one: nobody reads a whole town that way."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.models import NumberReveal
from enrollment.services import reveal_number
from tests.factories import PINGLI

VILLAGE = "610926102201"


@pytest.fixture
def officer(staff, settings):
    settings.REVEALS_A_DAY = 2
    return staff(Role.COUNTY_AGENT, PINGLI)


def test_the_limit_of_a_day(officer, person, staff, client):
    people = [person(VILLAGE) for _ in range(3)]
    for each in people[:2]:
        assert reveal_number(person=each, why="电话核对", by=officer, on=timezone.localdate()) == each.id_number
    with pytest.raises(ValidationError):
        reveal_number(person=people[2], why="电话核对", by=officer, on=timezone.localdate())
    client.force_login(officer)
    page = client.post(reverse("enrollment:reveal", args=[people[2].pk]), {"why": "电话核对"})
    assert page.status_code == 422
    assert "24小时内" in page.content.decode()
    assert people[2].id_number not in page.content.decode()
    assert NumberReveal.objects.count() == AuditEntry.objects.filter(verb="enrollment.reveal_number").count() == 2
    other = staff(Role.COUNTY_AGENT, PINGLI)
    assert reveal_number(person=people[2], why="电话核对", by=other, on=timezone.localdate())


def test_yesterday_s_are_not_counted(officer, person):
    people = [person(VILLAGE) for _ in range(3)]
    for each in people[:2]:
        reveal_number(person=each, why="电话核对", by=officer, on=timezone.localdate())
    NumberReveal.objects.update(at=timezone.now() - timedelta(days=1))
    assert reveal_number(person=people[2], why="电话核对", by=officer, on=timezone.localdate())
