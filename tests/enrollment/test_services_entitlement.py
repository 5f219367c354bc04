"""The entitlement record: one current version, its history, and the set-based run."""

from datetime import date

import pytest
from django.db.models import DateField, F, Value
from django.db.models.functions import Cast

from accounts.models import AuditEntry
from accounts.queries import system_staff
from enrollment.models import Entitlement, Payment, Registration
from enrollment.services import end_registration, record_entitlement, record_entitlements, reopen_registration
from tests.factories import make_payment

VILLAGE = "610926102201"
YEAR = {"coverage_year": 2022}
DAY = date(2021, 12, 3)


@pytest.fixture
def by(db):
    return system_staff()


def current(person):
    return Entitlement.objects.get(person=person, coverage_year=2022, superseded_on=None)


def record(person, by, *, ends_on=date(2022, 12, 31), on=DAY):
    return record_entitlement(
        person=person,
        region=person.region,
        starts_on=date(2022, 1, 1),
        ends_on=ends_on,
        payment=None,
        clauses="PL-4.0",
        by=by,
        on=on,
        **YEAR,
    )


def source(*, starts_on=date(2022, 1, 1), clauses="PL-4.0"):
    """The rows a decision run hands over, made from the payments."""
    return Payment.objects.filter(coverage_year=2022).values(
        "person_id",
        "region_id",
        starts_on=Cast(Value(starts_on), DateField()),
        ends_on=Value(date(2022, 12, 31)),
        payment_id=F("pk"),
        clauses=Value(clauses),
    )


def run(by, rows, *, on=DAY):
    return record_entitlements(source=rows, by=by, on=on, subject=by, **YEAR)


def test_a_changed_record_keeps_its_history(person, by):
    someone = person(VILLAGE)
    first = record(someone, by)
    second = record(someone, by, ends_on=date(2022, 6, 30), on=date(2022, 5, 1))
    first.refresh_from_db()
    assert first.superseded_on == date(2022, 5, 1)
    assert current(someone) == second
    trail = AuditEntry.objects.filter(verb="enrollment.record_entitlement").first()
    assert (trail.before["ends_on"], trail.after["ends_on"]) == ("2022-12-31", "2022-06-30")


def test_the_same_again_changes_nothing_and_leaves_no_trace(person, by):
    someone = person(VILLAGE)
    first = record(someone, by)
    trail = AuditEntry.objects.count()
    assert record(someone, by, on=date(2022, 5, 1)) == first
    assert AuditEntry.objects.count() == trail


def test_a_run_records_everyone_once(person, by):
    people = [person(VILLAGE, name=name) for name in ("甲一", "甲二", "甲三")]
    for someone in people:
        make_payment(someone)
    assert run(by, source()) == (3, 0)
    assert run(by, source()) == (0, 0)
    assert {version.payment.person for version in Entitlement.objects.select_related("payment__person")} == set(people)
    assert AuditEntry.objects.filter(verb="enrollment.record_entitlements").count() == 1


def test_a_run_supersedes_what_differs(person, by):
    make_payment(person(VILLAGE))
    run(by, source())
    assert run(by, source(clauses="PL-4.0 PL-3.1.2"), on=date(2021, 12, 10)) == (1, 1)
    old, new = Entitlement.objects.order_by("pk")
    assert (old.superseded_on, new.superseded_on) == (date(2021, 12, 10), None)
    assert new.clauses == "PL-4.0 PL-3.1.2"


def test_a_row_without_a_start_ends_the_record(person, by):
    someone = person(VILLAGE)
    make_payment(someone)
    run(by, source())
    assert run(by, source(starts_on=None)) == (0, 1)
    assert not Entitlement.objects.filter(person=someone, superseded_on=None).exists()


@pytest.mark.clause("PL-7.5")
def test_an_ended_registration_cuts_the_benefits_and_a_run_does_not_restore_them(person, by):
    someone = person(VILLAGE)
    make_payment(someone)
    registration = Registration.objects.create(
        person=someone, region_id=VILLAGE, registered_on=date(2021, 11, 1), **YEAR
    )
    run(by, source())
    ended = {"registration": registration, "by": by, "on": date(2022, 3, 5)}
    assert end_registration(reason="death", ended_on=date(2022, 3, 2), clause="PL-7.5", **ended)
    assert not end_registration(reason="death", ended_on=date(2022, 3, 2), clause="PL-7.5", **ended)
    assert current(someone).ends_on == date(2022, 3, 1)
    assert current(someone).clauses == "PL-4.0 PL-7.5"
    assert run(by, source()) == (0, 0)

    registration.refresh_from_db()
    assert reopen_registration(registration=registration, by=by, on=date(2022, 3, 6), why="录入错误")
    assert run(by, source()) == (1, 1)
    assert current(someone).ends_on == date(2022, 12, 31)


@pytest.mark.clause("PL-7.5")
def test_a_registration_that_ends_before_the_benefits_begin_leaves_none(person, by):
    someone = person(VILLAGE)
    registration = Registration.objects.create(
        person=someone, region_id=VILLAGE, registered_on=date(2021, 11, 1), **YEAR
    )
    record(someone, by)
    end_registration(registration=registration, reason="enlisted", ended_on=date(2021, 12, 20), by=by, on=DAY)
    assert not Entitlement.objects.filter(person=someone, superseded_on=None).exists()
