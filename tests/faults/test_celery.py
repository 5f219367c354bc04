"""Real Celery workers on a real Redis, and `manage.py worker`, which does the same without."""

import os
import signal

import psutil
import pytest

from accounts.queries import system_staff
from exchanges import services
from exchanges.models import Batch, BatchChunk
from tests.deliveries import csv_bytes
from tests.faults.conftest import assert_exact, let_leases_run_out, listed, people, until, work_off

pytestmark = [pytest.mark.postgresql, pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def _ended() -> bool:
    return not Batch.objects.filter(status__in=Batch.OPEN).exists()


@pytest.fixture
def send(deliver):
    """Hands the same 3,000 people in; (batch, rows)."""
    rows = people(3_000)
    return lambda: (deliver.send("population", csv_bytes(listed(rows))), rows)


@pytest.fixture
def merging(table_lock, message):
    """Has a worker told of a batch, and holds it in the midst of the merge: some chunks are in, the next one waits."""

    def start(batch, *, by_message=True):
        if by_message:
            message("exchanges.run_batch", batch.pk)
        until(lambda: BatchChunk.objects.filter(batch=batch).count() > 1)
        table_lock.take()
        until(table_lock.waiting)
        batch.refresh_from_db()
        assert batch.status == Batch.Status.MERGING
        return table_lock

    return start


def test_the_same_message_five_times_to_two_workers(deliver, start_celery, message):
    rows = people(2_000)
    first = deliver.send("population", csv_bytes(listed(rows[:1_000])))
    second = deliver.send("population", csv_bytes(listed(rows)))
    start_celery(2)
    for _time in range(5):
        message("exchanges.run_batch", second.pk)
        message("exchanges.run_batch", first.pk)
    until(_ended)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.changed, first.attempts) == (Batch.Status.MERGED, 1_000, 1)
    assert (second.status, second.changed, second.attempts) == (Batch.Status.MERGED, 1_000, 1)
    assert first.finished_at < second.started_at


def test_beat_twice_at_once(send, start_celery, message):
    batch, rows = send()
    start_celery(2)
    for _beat in range(2):
        message("exchanges.run_waiting")
    until(_ended)
    assert_exact(batch, rows)
    assert Batch.objects.get().attempts == 1


def test_a_worker_that_was_only_slow_cannot_commit(send, start_celery, message, merging):
    batch, rows = send()
    start_celery(2)
    lock = merging(batch)
    let_leases_run_out()
    message("exchanges.run_waiting")
    until(lambda: lock.waiting() == 2)
    lock.let_go()
    until(_ended)
    assert_exact(batch, rows)
    batch.refresh_from_db()
    assert batch.attempts == 2


def test_stopped_and_resumed_by_staff_in_the_midst_of_merging(send, start_celery, merging):
    batch, rows = send()
    start_celery()
    lock = merging(batch)
    services.cancel_batch(batch_id=batch.pk, by=system_staff(), on=batch.business_on)
    services.retry_batch(batch_id=batch.pk, by=system_staff(), on=batch.business_on)
    services.cancel_batch(batch_id=batch.pk, by=system_staff(), on=batch.business_on)
    before = BatchChunk.objects.count()
    lock.let_go()
    until(lambda: not lock.waiting())
    batch.refresh_from_db()
    assert (batch.status, BatchChunk.objects.count()) == (Batch.Status.CANCELLED, before)
    services.retry_batch(batch_id=batch.pk, by=system_staff(), on=batch.business_on)
    work_off()
    until(_ended)
    assert_exact(batch, rows)


@pytest.mark.parametrize("command", ["celery", "manage.py"])
def test_sigterm_ends_a_worker_after_its_chunk_and_is_no_attempt(send, start_celery, run_program, merging, command):
    batch, rows = send()
    by_message = command == "celery"
    worker = start_celery()[0] if by_message else run_program("tests/faults/worker.py", "0", ready="ready")
    lock = merging(batch, by_message=by_message)
    worker.send_signal(signal.SIGTERM)
    before = BatchChunk.objects.count()
    lock.let_go()
    assert worker.wait(timeout=60) == 0
    batch.refresh_from_db()
    assert (batch.status, batch.lease_until, batch.attempts) == (Batch.Status.RECEIVED, None, 0)
    assert BatchChunk.objects.count() <= before + 1
    work_off()
    assert_exact(batch, rows)


def test_kill_9_of_a_process_of_the_pool(send, start_celery, message, merging):
    batch, rows = send()
    worker = start_celery()[0]
    lock = merging(batch)
    (child,) = psutil.Process(worker.pid).children()
    os.kill(child.pid, signal.SIGKILL)
    lock.let_go()
    psutil.wait_procs([child], timeout=30)
    let_leases_run_out()
    message("exchanges.run_waiting")
    until(_ended)
    assert_exact(batch, rows)
    assert worker.poll() is None
