"""The registration desk, ends of registrations, corrections."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.models import Person, Registration
from tests.enrollment.conftest import desk
from tests.enrollment.views.conftest import VILLAGE, post
from tests.factories import PINGLI, make_id_number


@pytest.mark.clause("PL-7.2")
def test_the_desk_registers_someone_unknown(client, sign_in):
    sign_in()
    answer = desk(client)
    registration = Registration.objects.select_related("person").get()
    assert answer["Location"] == reverse("enrollment:person", args=[registration.person_id])
    assert (registration.region_id, registration.coverage_year) == (VILLAGE, 2022)
    assert registration.person.birth_date == date(1990, 5, 1)
    assert AuditEntry.objects.filter(verb="enrollment.register_person").count() == 1


@pytest.mark.clause("PL-7.1")
def test_the_place_of_enrolment_is_hukou_or_residence_and_in_the_officers_area(client, sign_in):
    sign_in()
    away = desk(client, region="341323117200", residence=VILLAGE, enrol_at="residence")
    assert away.status_code == 302
    assert Registration.objects.get().region_id == VILLAGE
    assert desk(client, region="341323117200").context["form"].non_field_errors()
    assert desk(client, enrol_at="residence").context["form"].errors["residence"]
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document": "610926199005010010"}, "document"),
        ({"document": "E12345678"}, "birth_date"),
        ({"document": "H12345678", "birth_date": "1990-05-01"}, "document_kind"),
        ({"document": "H12345678", "birth_date": "1990-05-01", "document_kind": "01"}, "document_kind"),
        ({"situation": "employee_lapsed"}, "employee_cover_ended_on"),
        ({"region": "没有这个村"}, "region"),
        ({"name": ""}, "name"),
    ],
)
def test_the_desk_says_which_field_is_wrong(client, sign_in, changes, field):
    sign_in()
    answer = desk(client, **changes)
    assert field in answer.context["form"].errors
    assert not Person.objects.exists()


@pytest.mark.clause("ZJ-1.1")
@pytest.mark.parametrize(
    ("document", "chosen", "kind"),
    [
        ("H12345678", "04", "04"),
        ("M12345678", "08", "08"),
        ("12345678", "06", "06"),
        (make_id_number(born=date(1990, 5, 1)), "04", "01"),
    ],
)
def test_a_number_that_does_not_say_its_document_is_registered_as_the_officer_says(
    client, sign_in, document, chosen, kind
):
    sign_in()
    desk(client, document=document, document_kind=chosen, birth_date="1990-05-01")
    assert Person.objects.get().document_kind == kind


def test_a_known_number_is_the_same_person(client, sign_in, person):
    sign_in()
    someone = person(VILLAGE, name="王五")
    desk(client, document=someone.id_number)
    assert Registration.objects.get().person == someone
    assert "name" in desk(client, document=someone.id_number, name="赵六").context["form"].errors
    assert desk(client, document=someone.id_number).context["form"].non_field_errors()
    assert Person.objects.count() == 1


def test_a_registration_is_ended_and_reopened(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    registration = Registration.objects.create(
        person=person(VILLAGE), coverage_year=2022, region_id=VILLAGE, registered_on=date(2021, 11, 1)
    )
    early = post(client, "end", registration.pk, reason="death", ended_on="2021-10-01")
    assert "ended_on" in early.context["form"].errors
    post(client, "end", registration.pk, reason="death", ended_on="2021-12-01")
    registration.refresh_from_db()
    assert (registration.ended_on, registration.end_reason) == (date(2021, 12, 1), "death")
    post(client, "reopen", registration.pk)
    registration.refresh_from_db()
    assert (registration.ended_on, registration.end_reason) == (None, "")


def test_a_correction_keeps_before_and_after_masked(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    someone = person(VILLAGE, name="张三", phone="13800001111")
    post(client, "correct", someone.pk, name="张珊", phone="", residence="", why="户口簿核对")
    someone.refresh_from_db()
    assert (someone.name, someone.phone) == ("张珊", "13800001111")
    post(client, "correct", someone.pk, name="张珊", phone="13900002222", residence="", why="本人要求")
    entry = AuditEntry.objects.filter(verb="enrollment.correct_person").first()
    assert entry.before == {"phone": "138****1111"}
    assert entry.after == {"phone": "139****2222"}
    post(client, "correct", someone.pk, name="张珊", phone="", forget_phone="on", residence="", why="本人要求")
    someone.refresh_from_db()
    assert someone.phone is None
