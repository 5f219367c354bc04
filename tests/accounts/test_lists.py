import django_tables2
import pytest
from django.test import Client, RequestFactory

from accounts.lists import ListConfig
from accounts.roles import Role
from tests.factories import PINGLI


class Numbers(django_tables2.Table):
    number = django_tables2.Column()


def shown(address, rows=5):
    table = Numbers([{"number": number} for number in range(12)])
    ListConfig(RequestFactory().get(address), paginate={"per_page": rows}).configure(table)
    return table


@pytest.mark.parametrize(
    ("address", "page"),
    [("/", 1), ("/?page=2", 2), ("/?page=0", 3), ("/?page=999999", 3), ("/?page=abc", 1), ("/?page=", 1)],
)
def test_a_page_that_there_is_not_shows_the_nearest(address, page):
    assert shown(address).page.number == page


@pytest.mark.parametrize("asked", ["-1", "0", "1000000", "abc"])
def test_the_address_does_not_say_how_many_rows_a_page_has(asked):
    assert len(shown(f"/?per_page={asked}").page.object_list) == 5


def test_a_list_without_pages_is_whole():
    table = Numbers([{"number": number} for number in range(12)])
    ListConfig(RequestFactory().get("/?page=2"), paginate=False).configure(table)
    assert len(table.rows) == 12


def test_a_list_is_ordered_by_its_columns_alone():
    assert next(row.get_cell("number") for row in shown("/?sort=-number").page.object_list) == 11
    assert next(row.get_cell("number") for row in shown("/?sort=password").page.object_list) == 0


def test_an_address_with_a_nul_names_nothing(staff):
    client = Client()
    client.force_login(staff(Role.SYSTEM_ADMIN, PINGLI))
    for address in ("/admin/regions/region/?level__exact=%00", "/people/in/%00/", "/?%00=1"):
        assert client.get(address).status_code == 404
    assert client.get("/admin/regions/region/").status_code == 200
