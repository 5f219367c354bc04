"""Calculations as queued work: asked for once, kept with the state of the rows, redone after a crash."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.services import correct_person
from exchanges import work
from subsidies import reconciliation
from subsidies.models import Calculation
from subsidies.queries.inputs import mark_of_inputs
from subsidies.services import LeaseLost, add_mark, claim
from subsidies.services.calculating import (
    CalculationRefused,
    ask_for_reconciliation,
    run_calculation,
    run_next_calculation,
)
from subsidies.services.runs import LEASE, hold
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, VILLAGE, make_resident

PAID = date(2021, 11, 1)


@pytest.fixture
def clerk(seasons, staff):
    return staff(Role.COUNTY_AGENT, PINGLI)


@pytest.fixture
def ask(seasons, clerk):
    def ask(by=clerk, on=LAST_WEEK):
        return ask_for_reconciliation(region=seasons[PINGLI], coverage_year=2022, on=on, by=by)

    return ask


def never():
    return False


def test_it_is_worked_off_with_the_other_queues(ask, resident, decide_area):
    resident(paid=PAID, dibao=date(2020, 1, 1))
    decide_area()
    asked = ask()
    assert asked.status == "waiting"
    while work.run_one(never):
        pass
    asked.refresh_from_db()
    assert (asked.status, asked.result["ok"], asked.done) == ("done", True, asked.people)
    verbs = list(AuditEntry.objects.filter(model="subsidies.calculation").values_list("verb", flat=True))
    assert verbs == ["subsidies.calculate", "subsidies.ask_for_calculation"]


def test_one_that_is_open_is_not_asked_for_twice(ask):
    first = ask()
    assert ask() == first
    run_next_calculation(never)
    assert ask() != first


def test_only_who_sees_the_whole_area_may_ask(ask, staff):
    with pytest.raises(CalculationRefused):
        ask(by=staff(Role.COUNTY_AGENT, "610926102000"))
    assert not Calculation.objects.exists()


def test_one_whose_worker_died_is_taken_up_again(ask, resident):
    resident(paid=PAID)
    asked = ask()
    assert claim(asked)
    assert not run_next_calculation(never)
    Calculation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    lost = Calculation.objects.get()
    assert run_next_calculation(never)
    done = Calculation.objects.get()
    assert (done.status, done.attempts) == ("done", 2)
    with pytest.raises(LeaseLost):
        hold(lost, done=1)


def test_a_check_that_breaks_is_tried_three_times_and_then_says_so(ask, monkeypatch):
    def broken(asked):
        raise ZeroDivisionError

    monkeypatch.setattr(reconciliation, "CHECKS", (reconciliation.Check("broken", "a", "b", broken),))
    asked = ask()
    for _attempt in range(3):
        assert run_calculation(asked)
    asked.refresh_from_db()
    assert asked.status == "failed"
    assert asked.reason


def test_a_worker_that_ends_gives_it_back(ask):
    asked = ask()
    assert run_calculation(asked, stopping=lambda: True)
    asked.refresh_from_db()
    assert (asked.status, asked.attempts, asked.result) == ("waiting", 0, None)


def test_the_lease_is_renewed_between_checks(ask, monkeypatch):
    leases = []

    def look(asked):
        leases.append(Calculation.objects.get().lease_until)
        Calculation.objects.update(lease_until=timezone.now())
        return reconciliation.Comparison(0, 0, 0)

    checks = tuple(reconciliation.Check(name, name, name, look) for name in "ab")
    monkeypatch.setattr(reconciliation, "CHECKS", checks)
    begun = timezone.now()
    run_calculation(ask())
    assert all(lease >= begun + LEASE for lease in leases)


def test_where_no_notice_governs_it_says_so(tree, staff):
    make_resident(paid=PAID, year=2031)
    asked = ask_for_reconciliation(
        region=tree[PINGLI], coverage_year=2031, on=LAST_WEEK, by=staff(Role.COUNTY_AGENT, PINGLI)
    )
    run_calculation(asked)
    asked.refresh_from_db()
    assert asked.status == "failed"
    assert "2031" in asked.reason


class TestTheMarkOfInputs:
    @pytest.fixture
    def mark(self, seasons):
        def mark(code=PINGLI, on=LAST_WEEK):
            return mark_of_inputs(region=seasons[code], coverage_year=2022, on=on)

        return mark

    def test_it_stays_while_nothing_is_written(self, mark, ask, resident):
        resident()
        before = mark()
        ask()
        run_next_calculation(never)
        assert mark() == before
        assert Calculation.objects.get().inputs == before

    def test_a_step_by_hand_changes_it_here_and_above_and_not_next_door(self, mark, resident, clerk, decide_area):
        person = resident(VILLAGE)
        before = {code: mark(code) for code in (PINGLI, VILLAGE, "610926100001")}
        add_mark(person=person, category="dibao", determined_on=PAID, remark="", why="批复", by=clerk, on=LAST_WEEK)
        changed = {code for code, was in before.items() if mark(code) != was}
        assert changed == {PINGLI, VILLAGE}
        after = mark()
        decide_area()
        assert mark() != after

    def test_a_correction_of_a_person_changes_it(self, mark, resident, clerk):
        person = resident(VILLAGE)
        before = mark()
        correct_person(person=person, by=clerk, on=LAST_WEEK, why="笔误", name="王改名", phone="", residence=None)
        assert mark() != before

    def test_another_day_changes_it(self, mark):
        assert mark() != mark(on=LAST_WEEK + timedelta(days=1))
