"""Lists ask the database as often for many rows as for few, and never often."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import PUBLIC
from accounts.roles import Role
from notices.services import set_season
from regions.models import Level, Region
from tests.accounts.addresses import Address, addresses
from tests.accounts.canaries import ON, Place
from tests.factories import PINGLI

AT_MOST = 30
# The workbench counts what waits on every card.
AT_MOST_OF = {"workbench": 44}
TOWN = "610926102000"
ROLES = (
    Role.COUNTY_AGENT,
    Role.AGENCY_APPROVER,
    Role.TAX_CLERK,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
)


def _lists() -> list[Address]:
    """Pages without arguments: the lists, and the forms above them."""
    return [a for a in addresses() if a.name and not a.name.endswith(":") and not a.arguments and a.access != PUBLIC]


def _fill(villages: range) -> None:
    """A row of every model in each of some new villages of one town."""
    for number in villages:
        code = f"6109261023{number:02d}"
        name = f"村{number}"
        made = Region.objects.create(code=code, name=name, full_name=name, level=Level.VILLAGE, parent_id=TOWN)
        Place(made, f"甲{number}").fill()


def _asked(client: Client) -> dict[str, list[str]]:
    """Name of every list that opens → the statements it sends."""
    found = {}
    for address in _lists():
        with CaptureQueriesContext(connection) as queries:
            opened = client.get(f"/{address.route}").status_code == 200
        if opened:
            found[address.name] = [query["sql"] for query in queries.captured_queries]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_queries_do_not_grow_with_the_rows(staff, tree, role):
    user = staff(role, PINGLI, bureau="tax" if role == Role.TAX_CLERK else "agency")
    set_season(region=Region.objects.get(pk=PINGLI), coverage_year=2022, pack_id="pingli-2022", by=user, on=ON)
    client = Client()
    client.force_login(user)
    _fill(range(2))
    _asked(client)
    few = _asked(client)
    _fill(range(2, 8))
    many = _asked(client)
    assert few
    grown = {name: (len(few[name]), len(sent)) for name, sent in many.items() if len(sent) > len(few.get(name, sent))}
    assert not grown, f"queries for two rows and for eight: {grown}"
    dear = {name: len(sent) for name, sent in many.items() if len(sent) > AT_MOST_OF.get(name, AT_MOST)}
    assert not dear
