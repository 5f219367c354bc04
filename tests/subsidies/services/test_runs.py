"""Runs that broke off, were taken over or wait: nothing is done twice."""

from datetime import date, timedelta

import pytest

from enrollment.models import Entitlement
from subsidies.models import Decision, DecisionRun
from subsidies.services import DecisionInProgress, LeaseLost, carry_out, claim, deciding
from subsidies.services.runs import LEASE
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK

PAID = date(2021, 11, 1)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(deciding, "CHUNK", 2)


def _break_after(chunks):
    """A progress callback that raises when so many chunks are done."""
    calls = []

    def progress(done, people):
        calls.append(done)
        if len(calls) > chunks:
            raise ConnectionResetError

    return progress


def test_a_run_that_broke_off_goes_on_with_the_next_chunk(resident, seasons, system, small_chunks):
    for _ in range(5):
        resident(paid=PAID)
    area = {"region": seasons[PINGLI], "coverage_year": 2022, "on": LAST_WEEK, "by": system}
    with pytest.raises(ConnectionResetError):
        deciding.decide(**area, progress=_break_after(2))
    broken = DecisionRun.objects.get()
    assert (broken.status, broken.done, Decision.objects.count()) == ("waiting", 4, 4)
    run = deciding.decide(**area)
    assert (run.pk, run.people, run.decided, run.undetermined, run.changed) == (broken.pk, 5, 5, 0, 5)
    assert run.attempts == 2
    assert Decision.objects.count() == 5
    assert Entitlement.objects.count() == 5


def test_a_worker_that_lost_its_lease_writes_nothing(resident, seasons, system):
    resident(paid=PAID)
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    assert claim(run)
    DecisionRun.objects.filter(pk=run.pk).update(fence=run.fence + 1)
    with pytest.raises(LeaseLost):
        carry_out(run)
    assert not Decision.objects.exists()


def test_a_run_that_is_held_is_not_taken_by_another(resident, seasons, system, decide_area):
    resident()
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    assert claim(run)
    assert not claim(DecisionRun.objects.get(pk=run.pk))
    with pytest.raises(DecisionInProgress):
        decide_area()


def test_a_lease_that_ran_out_or_lies_in_the_future_holds_nothing(seasons, system):
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    for shift in (-2 * LEASE, timedelta(hours=1)):
        assert claim(run)
        DecisionRun.objects.filter(pk=run.pk).update(lease_until=run.lease_until + shift)


def test_three_deaths_set_a_run_aside(seasons, system, resident):
    resident()
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system, attempts=3)
    assert deciding.run_next(lambda: False)
    run.refresh_from_db()
    assert (run.status, bool(run.reason)) == ("failed", True)
    assert not deciding.run_next(lambda: False)


def test_the_worker_takes_runs_from_the_queue_and_stops_when_asked(seasons, system, resident, small_chunks):
    for _ in range(5):
        resident(paid=PAID)
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    asked = iter([False, False, True])
    assert deciding.run_next(lambda: next(asked))
    run.refresh_from_db()
    assert (run.status, run.attempts, run.done) == ("waiting", 0, 4)
    assert deciding.run_next(lambda: False)
    run.refresh_from_db()
    assert (run.status, run.decided) == ("done", 5)


def test_another_day_replaces_a_run_that_waits(seasons, system, resident, decide_area):
    resident()
    waiting = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=date(2021, 12, 1), by=system)
    run = decide_area()
    waiting.refresh_from_db()
    assert (waiting.status, run.on, run.status) == ("failed", LAST_WEEK, "done")
