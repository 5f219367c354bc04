"""Ledger against ledger: agrees after deciding, and says what does not."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import F

from enrollment.models import Entitlement
from subsidies import reconciliation
from subsidies.models import Decision
from subsidies.reconciliation import Check, Comparison, reconcile
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, make_mark, make_payment

PAID = date(2021, 11, 1)


@pytest.fixture
def check(seasons, system):
    def check():
        found = reconcile(area=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, user=system)
        return {each.check.name: each.result for each in found}

    return check


@pytest.fixture
def county(resident, decide_area):
    people = [
        resident(paid=PAID, dibao=date(2020, 1, 1)),
        resident(paid=PAID, unstable_exit=date(2020, 1, 1)),
        resident(paid=PAID),
        resident(),
    ]
    decide_area()
    return people


@pytest.mark.clause("SL-6.2b")
@pytest.mark.clause("SL-6.3")
def test_everything_agrees_after_deciding(county, check):
    found = check()
    assert all(result.ok for result in found.values())
    assert found["marks_decisions"].left == found["ledgers"].left == Decimal("230.00")
    assert found["subsidy_funds"].left == Decimal("1740.00")
    assert found["decisions_payments"].left == found["payments_enrolments"].right == 3


def test_a_new_mark_shows_until_it_is_decided(county, check, decide_area):
    make_mark(county[2], "dibao", date(2020, 1, 1))
    found = check()["marks_decisions"]
    assert (found.left, found.right, found.difference, found.rows) == (
        Decimal("390.00"),
        Decimal("230.00"),
        Decimal("160.00"),
        1,
    )
    assert found.people == (county[2].pk,)
    decide_area()
    assert check()["marks_decisions"].ok


def test_differences_that_cancel_each_other_out_are_found(county, check):
    county[2].payments.update(reversed_on=date(2021, 12, 1))
    make_payment(county[3], PAID)
    found = check()["decisions_payments"]
    assert (found.difference, found.rows, found.ok) == (0, 2, False)
    assert set(found.people) == {county[2].pk, county[3].pk}


def test_a_missing_entitlement_is_found(county, check):
    Entitlement.objects.filter(person=county[0]).update(superseded_on=LAST_WEEK)
    found = check()["payments_enrolments"]
    assert (found.left, found.right, found.rows) == (3, 2, 1)


def test_a_decision_that_was_lost_is_found(county, check):
    Decision.objects.filter(person=county[1]).update(superseded_by=F("run"))
    found = check()
    assert [name for name, result in found.items() if not result.ok] == [
        "marks_decisions",
        "decisions_payments",
        "payments_enrolments",
    ]


def test_a_room_above_adds_its_check(county, check, monkeypatch):
    monkeypatch.setattr(reconciliation, "_checks", [])
    reconciliation.add_check(Check("snapshot", "a", "b", lambda asked: Comparison(asked.coverage_year, 2022, 0)))
    assert check()["snapshot"].ok
    with pytest.raises(ValueError, match="snapshot"):
        reconciliation.add_check(Check("snapshot", "c", "d", lambda asked: Comparison(0, 0, 0)))
