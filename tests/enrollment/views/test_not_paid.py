"""Who has not paid and why, who paid another amount, who paid twice."""

from datetime import date

import pytest

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment import panels
from enrollment.models import NotEnrolledReason
from tests.enrollment.views.conftest import NEXT_VILLAGE, VILLAGE, page, post
from tests.factories import PINGLI, make_payment


def test_who_has_paid_leaves_the_list(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    make_payment(person(VILLAGE, name="已缴费"))
    person(VILLAGE, name="未缴费")
    answer = page(client, "not_paid")
    assert [row.name for row in answer.context["table"].data] == ["未缴费"]
    assert answer.context["total"] == 1


def test_a_county_leads_down_by_counts(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    person(VILLAGE)
    person(NEXT_VILLAGE)
    person("610926100001")
    answer = page(client, "not_paid")
    assert "table" not in answer.context
    assert {region.name: people for region, people in answer.context["below"]} == {"老县镇": 2, "城关镇": 1}


def test_a_reason_is_recorded_corrected_and_withdrawn(client, sign_in, person):
    officer = sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    someone = person(VILLAGE)
    post(client, "record_reason", someone.pk, reason="migrant_work", evidence="务工证明")
    post(client, "record_reason", someone.pk, reason="healthy", waiver_signed_on="2021-12-02")
    first, second = NotEnrolledReason.objects.order_by("pk")
    assert (first.withdrawn_on, second.withdrawn_on) == (date(2021, 12, 3), None)
    assert (second.reason, second.waiver_signed_on, second.recorded_by) == ("healthy", date(2021, 12, 2), officer)
    assert "身体健康" in page(client, "not_paid").content.decode()
    post(client, "withdraw_reason", second.pk)
    post(client, "withdraw_reason", second.pk)
    assert not NotEnrolledReason.objects.filter(withdrawn_on=None).exists()
    assert AuditEntry.objects.filter(verb="enrollment.withdraw_reason").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "other"}, "detail"),
        ({"reason": "schooling", "waiver_signed_on": "2021-12-02"}, "waiver_signed_on"),
        ({"reason": "healthy", "waiver_signed_on": "2021-12-04"}, "waiver_signed_on"),
        ({"reason": "nonsense"}, "reason"),
        ({}, "reason"),
    ],
)
def test_a_reason_that_cannot_be_is_refused_at_its_field(client, sign_in, person, given, field):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    answer = post(client, "record_reason", person(VILLAGE).pk, **given)
    assert answer.status_code == 422
    assert field in answer.context["reason_form"].errors
    assert not NotEnrolledReason.objects.exists()


def test_no_reason_is_recorded_for_who_has_paid(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    someone = person(VILLAGE)
    make_payment(someone)
    assert post(client, "record_reason", someone.pk, reason="healthy").status_code == 422


@pytest.mark.clause("ZJ-5.6b")
def test_differing_amounts_are_those_the_room_that_knows_names(client, sign_in, person, monkeypatch):
    from django.db.models import Value

    sign_in()
    make_payment(person(VILLAGE, name="多缴"), amount_fen=38_000)
    make_payment(person(VILLAGE, name="正好"))
    monkeypatch.setattr(panels, "_amounts_due", [])
    assert len(page(client, "amounts").context["table"].rows) == 0
    panels.set_amounts_due(
        lambda payments, year, on: payments.annotate(due_fen=Value(32_000)).exclude(amount_fen=32_000)
    )
    text = page(client, "amounts").content.decode()
    assert "多缴" in text
    assert "正好" not in text
    assert "60.00" in text


@pytest.mark.clause("SL-5.3")
def test_duplicates_are_listed_within_the_scope(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    for village, name in ((VILLAGE, "缴两次"), (NEXT_VILLAGE, "邻村两次")):
        twice = person(village, name=name)
        make_payment(twice)
        make_payment(twice)
    make_payment(person(VILLAGE, name="一次"))
    rows = page(client, "duplicates").context["table"].data
    assert {row.person.name for row in rows} == {"缴两次"}
