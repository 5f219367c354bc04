"""Names that are markup, formulas or lines of a header: shown as text on every page, inert in every file."""

import csv
import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.roles import Role
from tests.accounts.canaries import Place
from tests.accounts.test_urls import MINE, _named
from tests.factories import PINGLI

MARKUP = "=1+<b onload=x>'\"&{{7|add:7}}</script>\r\nX-Evil: 1"


def answers(client, place):
    for address in _named():
        if address.name != "logout":
            yield address, client.get(address.of(place))


@pytest.mark.parametrize(
    "role",
    [Role.COUNTY_AGENT, Role.AGENCY_APPROVER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.TAX_CLERK],
)
def test_names_are_text(staff, tree, settings, tmp_path, role):
    settings.MEDIA_ROOT = tmp_path
    place = Place(tree[MINE], MARKUP)
    place.fill()
    client = Client()
    client.force_login(staff(role, PINGLI, bureau="agency"))
    shown = 0
    for address, answer in answers(client, place):
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert not any("\r" in value or "\n" in value for _name, value in answer.items()), address.name
        assert "X-Evil" not in answer.headers, address.name
        kind = answer.get("Content-Type", "")
        if kind.startswith("text/html"):
            page = body.decode()
            shown += "&lt;b onload=x&gt;" in page
            assert "<b onload" not in page, address.name
            assert "&amp;14" not in page, f"{address.name} computes what it shows"
        elif kind.startswith("text/csv"):
            for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
                assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row), address.name
        elif "spreadsheetml" in kind and answer.status_code == 200:
            for sheet in load_workbook(io.BytesIO(body)):
                formulas = [cell.coordinate for row in sheet for cell in row if cell.data_type == "f"]
                assert not formulas, address.name
    assert shown > 2
