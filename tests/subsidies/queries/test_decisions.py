"""Amounts that are not what was due, what waits to be decided again, who is assisted."""

from datetime import date

import pytest

from enrollment.panels import differing_amounts
from enrollment.queries import standing_payments
from regions.queries import code_ranges
from subsidies.models import IdentityMark
from subsidies.queries.decisions import (
    arrived_since_last_run,
    assisted,
    differing_payments,
    fallen_payments,
    undecided_payments,
)
from subsidies.services import add_mark
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, make_payment

PAID = date(2021, 11, 1)


@pytest.fixture
def area(seasons):
    return {"coverage_year": 2022, "ranges": code_ranges(seasons[PINGLI])}


def differing(area):
    return {each.person: (each.amount_fen, each.due_fen) for each in differing_payments(**area, on=LAST_WEEK)}


@pytest.mark.clause("PL-6.1")
@pytest.mark.clause("PL-6.2")
def test_payments_are_compared_with_what_was_due(resident, decide_area, area):
    resident(paid=PAID)
    resident(paid=PAID, dibao=date(2020, 1, 1))
    too_little = resident(paid=PAID, amount=160, dibao=date(2020, 1, 1))
    paid_herself = resident(paid=PAID, tekun=date(2020, 1, 1))
    by_roster = resident(tekun=date(2020, 1, 1))
    make_payment(by_roster, PAID, by_roster=True)
    roster_short = resident(tekun=date(2020, 1, 1))
    make_payment(roster_short, PAID, amount=300, by_roster=True)
    decide_area()
    assert differing(area) == {
        too_little: (16_000, 32_000),
        paid_herself: (32_000, 0),
        roster_short: (30_000, 32_000),
    }
    seen = differing_amounts(standing_payments(coverage_year=2022, on=LAST_WEEK), coverage_year=2022, on=LAST_WEEK)
    assert seen.count() == 3


@pytest.mark.clause("PL-4.1")
def test_a_payment_when_nobody_may_enrol_is_on_the_list(resident, decide_area, area):
    late = resident(paid=date(2022, 3, 1))
    decide_area(on=date(2022, 3, 5))
    found = differing_payments(**area, on=date(2022, 3, 5))
    assert [(each.person, each.due_fen) for each in found] == [(late, 0)]


def test_a_payment_that_nobody_decided_on_is_not_compared(resident, area):
    resident(paid=PAID, amount=1)
    assert differing(area) == {}


def test_payments_without_decision_and_decisions_without_payment(resident, decide_area, area):
    fell, late = resident(paid=PAID), resident()
    decide_area()
    fell.payments.update(reversed_on=date(2021, 12, 1))
    make_payment(late, date(2021, 12, 10))
    assert [each.person for each in undecided_payments(**area, on=LAST_WEEK)] == [late]
    assert [each.person for each in fallen_payments(**area, on=LAST_WEEK)] == [fell]


@pytest.mark.clause("PL-3.1.4")
def test_assisted_people_have_paid_and_get_something(resident, decide_area, area):
    one = resident(paid=PAID, unstable_exit=date(2020, 1, 1))
    resident(paid=PAID, poverty_exit=date(2020, 1, 1))
    resident(paid=PAID)
    resident(tekun=date(2020, 1, 1))
    decide_area()
    assert [each.person for each in assisted(**area)] == [one]


def test_a_step_by_hand_waits_until_the_next_run(resident, decide_area, area, system):
    person = resident(paid=PAID)
    decide_area()
    assert arrived_since_last_run(**area) == 0
    add_mark(person=person, category="dibao", determined_on=date(2020, 1, 1), why="文", by=system, on=LAST_WEEK)
    assert IdentityMark.objects.count() == arrived_since_last_run(**area) == 1
    decide_area()
    assert arrived_since_last_run(**area) == 0
