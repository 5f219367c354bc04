"""Every address with odd questions and odd forms, as every role: never an error of the server, never a row of others.

Bounded and repeatable: each sample follows from the names of the role and the database, so that the two runs of the
suite ask different things. What a request writes is undone before the next one.
"""

from random import Random

import pytest
from django.db import connection, transaction

from accounts.roles import Role
from tests.accounts import hostile
from tests.accounts.test_urls import MINE, PART, Visit, _named, roles
from tests.factories import PINGLI

FIELDS_AT_MOST = 60


@pytest.fixture
def visit(request, staff, tree, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Visit(request.param, staff, tree)


def ask(visit: Visit, method: str, path: str, data: dict):
    with transaction.atomic():
        answer = getattr(visit.client, method)(path, data)
        visit.shows_nothing(answer, f"{method} {path} {data}")
        transaction.set_rollback(True)
    return answer


@roles
def test_odd_questions_and_odd_forms(visit):
    random = Random(f"{visit.user.role} {connection.vendor}")
    values = hostile.values([PART, visit.other.region.pk])
    for address in _named():
        if address.name == "logout":
            continue
        path = address.of(visit.own)
        page = ask(visit, "get", path, {})
        if page.status_code == 403 or page.streaming:
            continue
        names = [*hostile.names(page), *hostile.ALWAYS][:FIELDS_AT_MOST]
        ask(visit, "get", path, {name: random.choice(values) for name in random.sample(names, min(4, len(names)))})
        form = {name: random.choice(values) for name in names}
        if b'type="file"' in page.content:
            form |= {"file": hostile.upload(random), "import_file": hostile.upload(random)}
        ask(visit, "post", path, form)


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.COUNTY_AGENT, f"/ranking/{MINE}/?year=2022&week=9999-12-31"),
        (Role.COUNTY_AGENT, f"/ranking/{MINE}/circular/?year=0&week=0001-01-01"),
        (Role.COUNTY_AGENT, f"/ranking/{PINGLI}/{10**30}/freeze/"),
        (Role.SYSTEM_ADMIN, "/admin/accounts/bureau/?p=99999999999"),
        (Role.SYSTEM_ADMIN, f"/admin/regions/region/{MINE}/change/?_to_field="),
        (Role.SYSTEM_ADMIN, f"/admin/regions/region/{MINE}/change/?_to_field=password"),
        (Role.COUNTY_AGENT, "/people/?page=99999999999&sort=-no_such_column"),
        (Role.COUNTY_AGENT, f"/exchanges/{2**63}/"),
    ],
)
def test_addresses_that_nobody_is_led_to(client, staff, tree, role, address):
    client.force_login(staff(role, PINGLI))
    assert client.get(address).status_code in {200, 302, 400, 404}
