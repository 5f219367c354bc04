"""Pages of the ledgers: who may export what, and what is kept of it."""

import hashlib
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AuditEntry, BusinessDay
from accounts.roles import Role
from exchanges.ledgers import Column, Ledger, registry
from exchanges.models import LedgerExport
from tests.factories import PINGLI, make_payment

TOWN, VILLAGE, NEXT_VILLAGE = "610926102000", "610926102201", "610926102200"


@pytest.fixture(autouse=True)
def chinese(tree):
    BusinessDay.objects.create(region_id=PINGLI, today=date(2021, 12, 3))
    with override("zh-hans"):
        yield


@pytest.fixture
def sign_in(client, staff):
    def sign_in(role=Role.TOWNSHIP_OFFICER, region=TOWN):
        user = staff(role, region)
        client.force_login(user)
        return user

    return sign_in


def export(client, ledger="enrolled", /, **changes):
    given = {"area": VILLAGE, "year": "2022", "format": "csv", "encoding": "utf-8", **changes}
    # The year is offered by the notice; ?year= offers it where none is set.
    return client.post(f"{reverse('exchanges:ledger', args=[ledger])}?year=2022", given)


def body(answer):
    return b"".join(answer.streaming_content)


def test_the_download_is_what_the_audit_trail_says(client, sign_in, person):
    officer = sign_in()
    make_payment(person(VILLAGE, name="张三"))
    answer = export(client)
    data = body(answer)
    kept = LedgerExport.objects.get()
    assert answer.streaming
    assert int(answer["Content-Length"]) == len(data)
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert (kept.by, kept.rows, kept.on) == (officer, 1, date(2021, 12, 3))
    assert AuditEntry.objects.get(verb="exchanges.export_ledger").by == officer
    assert "张三" in data.decode("utf-8-sig")
    assert "filename*=UTF-8''%E5%8F%82" in answer["Content-Disposition"]


def test_a_workbook_opens(client, sign_in, person, tmp_path):
    sign_in()
    make_payment(person(VILLAGE, name="张三"))
    (tmp_path / "it.xlsx").write_bytes(body(export(client, format="xlsx")))
    assert openpyxl.load_workbook(tmp_path / "it.xlsx").worksheets[0]["A4"].value == "张三"


def test_a_village_officer_exports_the_own_village_only(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    make_payment(person(VILLAGE, name="本村人"))
    make_payment(person(NEXT_VILLAGE, name="邻村人"))
    text = body(export(client, area=PINGLI)).decode("utf-8-sig")
    assert "本村人" in text
    assert "邻村人" not in text


def test_a_hidden_place_answers_as_one_that_does_not_exist(client, sign_in):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    answers = [export(client, area=area) for area in (NEXT_VILLAGE, "610926999999", "没有这个村")]
    errors = [answer.context["form"].errors["area"] for answer in answers]
    assert {answer.status_code for answer in answers} == {422}
    assert errors[0] == errors[1] == errors[2]
    assert not LedgerExport.objects.exists()


def test_a_name_that_is_two_places_names_only_those_one_may_see(client, sign_in, tree):
    from regions.models import Level, Region

    for code, parent in (("610926100300", "610926100000"), ("610926102300", TOWN)):
        Region.objects.create(
            code=code, name="同名村", full_name=f"{tree[parent].full_name}同名村", level=Level.VILLAGE, parent_id=parent
        )
    sign_in(Role.COUNTY_AGENT, PINGLI)
    assert "610926100300" in str(export(client, area="同名村").context["form"].errors["area"])
    sign_in()
    assert body(export(client, area="同名村"))
    assert LedgerExport.objects.get().region_id == "610926102300"


def test_full_numbers_are_offered_to_those_who_may_and_need_a_reason(client, sign_in, person):
    someone = person(VILLAGE)
    make_payment(someone)
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    assert "full_numbers" not in client.get(reverse("exchanges:ledger", args=["enrolled"])).context["form"].fields
    assert someone.id_number not in body(export(client, full_numbers="on", why="核对")).decode("utf-8-sig")
    sign_in()
    refused = export(client, full_numbers="on")
    assert "why" in refused.context["form"].errors
    assert someone.id_number in body(export(client, full_numbers="on", why="报税务核对")).decode("utf-8-sig")
    assert LedgerExport.objects.get(full_numbers=True).why == "报税务核对"


def test_a_role_without_the_right_is_not_let_in(client, sign_in):
    sign_in(Role.TAX_CLERK, PINGLI)
    assert client.get(reverse("exchanges:ledgers")).status_code == 403
    assert export(client).status_code == 403


def test_an_unknown_ledger_does_not_exist(client, sign_in):
    sign_in()
    assert client.get(reverse("exchanges:ledger", args=["nonsense"])).status_code == 404


def test_exporting_is_not_done_by_following_a_link(client, sign_in, person):
    sign_in()
    make_payment(person(VILLAGE))
    client.get(reverse("exchanges:ledger", args=["enrolled"]), {"area": VILLAGE, "year": "2022", "format": "csv"})
    assert not LedgerExport.objects.exists()


def test_exports_of_others_stay_hidden(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, NEXT_VILLAGE)
    body(export(client, area=NEXT_VILLAGE))
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    assert client.get(reverse("exchanges:ledgers")).context["exports"] == []
    sign_in()
    assert len(client.get(reverse("exchanges:ledgers")).context["exports"]) == 1


def test_nothing_is_recorded_or_sent_when_the_rows_break_off(client, sign_in, monkeypatch):
    def broken(*asked):
        yield from [("张三",)] * 3000
        raise ConnectionError("the database went away")

    ledger = Ledger("broken", "坏台账", (Column("姓名"),), broken, "enrollment.view_person")
    monkeypatch.setitem(registry._ledgers, "broken", ledger)
    sign_in()
    with pytest.raises(ConnectionError):
        export(client, "broken")
    assert not LedgerExport.objects.exists()
