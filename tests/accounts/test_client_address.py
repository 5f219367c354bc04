import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory

from accounts.client_address import NOBODY_KNOWS, client_address
from accounts.models import AuditEntry
from accounts.roles import Role
from tests.factories import PINGLI


def asked(forwarded=None, address="10.0.0.1"):
    headers = {"x-forwarded-for": forwarded} if forwarded is not None else {}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=address)


def test_without_a_proxy_nothing_that_the_client_writes_is_believed(settings):
    settings.PROXY_COUNT = 0
    assert client_address(asked("203.0.113.9")) == "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (1, "<script>", NOBODY_KNOWS),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_behind_proxies_the_outermost_of_them_says_who_asks(settings, proxies, forwarded, address):
    settings.PROXY_COUNT = proxies
    assert client_address(asked(forwarded)) == address


def test_the_trail_and_the_lock_know_the_client_behind_the_proxy(settings, staff):
    settings.PROXY_COUNT = 1
    client = Client(headers={"x-forwarded-for": "198.51.100.1, 203.0.113.9"})
    client.post("/login/", {"username": "nobody", "password": "wrong"})
    assert AccessAttempt.objects.get().ip_address == "203.0.113.9"
    client.force_login(staff(Role.SYSTEM_ADMIN, PINGLI))
    client.post("/admin/accounts/businessday/add/", {"region": PINGLI, "today": "2021-12-03"})
    assert AuditEntry.objects.get().origin == "203.0.113.9"
