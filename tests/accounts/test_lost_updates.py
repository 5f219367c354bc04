"""Two tabs, or two officers, on the same record of the administration: nobody's change is overwritten unseen."""

import re

import pytest
from django.test import Client

from accounts.models import AuditEntry, BusinessDay
from accounts.roles import Role
from exchanges.models import Brake
from tests.factories import PINGLI

pytestmark = pytest.mark.django_db


def opened(client, path):
    page = client.get(path).content.decode()
    return re.search(r'name="_opened_at" value="(\d+)"', page)[1]


@pytest.fixture
def two(staff):
    clients = []
    for name in ("first", "second"):
        clients.append(Client())
        clients[-1].force_login(staff(Role.SYSTEM_ADMIN, PINGLI, username=name))
    return clients


def test_the_later_form_is_not_saved_over_the_earlier_one(two, tree):
    day = BusinessDay.objects.create(region=tree[PINGLI], today="2021-12-01")
    path = f"/admin/accounts/businessday/{day.pk}/change/"
    states = [opened(client, path) for client in two]
    form = {"region": PINGLI, "today": "2021-12-02", "_opened_at": states[0]}
    assert two[0].post(path, form).url == "/admin/accounts/businessday/"
    answer = two[1].post(path, {**form, "today": "2021-12-09"}, follow=True)
    assert "修改此记录" in answer.content.decode()
    day.refresh_from_db()
    assert str(day.today) == "2021-12-02"
    assert AuditEntry.objects.filter(verb="accounts.change_businessday").count() == 1
    again = {**form, "today": "2021-12-09", "_opened_at": opened(two[1], path)}
    assert two[1].post(path, again).status_code == 302
    day.refresh_from_db()
    assert str(day.today) == "2021-12-09"


@pytest.mark.parametrize("odd", ["", "x", "9" * 40, "\0"])
def test_a_state_that_never_was_saves_nothing(two, tree, odd):
    day = BusinessDay.objects.create(region=tree[PINGLI], today="2021-12-01")
    path = f"/admin/accounts/businessday/{day.pk}/change/"
    two[0].post(path, {"region": PINGLI, "today": "2021-12-02", "_opened_at": odd})
    day.refresh_from_db()
    assert str(day.today) == "2021-12-01"


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SYSTEM, Role.SYSTEM_ADMIN}])
def test_who_sends_or_releases_lists_sets_no_brake(staff, tree, role):
    """Otherwise one person lifts the brake of an area, sends the list that it would have held and applies it."""
    client = Client()
    client.force_login(staff(role, PINGLI))
    form = {"region": PINGLI, "most_ended_percent": "100", "from_marks": "1000000"}
    assert client.post("/admin/exchanges/brake/add/", form).status_code == 403
    assert not Brake.objects.exists()
