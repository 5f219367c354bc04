"""Workers that die and connections that break at any moment: the next one brings the list to its end, once."""

import os
import random
import signal
import threading
from datetime import timedelta

import psutil
import psycopg
import pytest
from django.db import connection

from accounts.queries import system_staff
from enrollment.models import Person
from exchanges import queries, services
from exchanges.models import Batch
from tests.deliveries import csv_bytes, xlsx_bytes
from tests.faults.conftest import assert_exact, let_leases_run_out, listed, people, work_off

pytestmark = pytest.mark.django_db(transaction=True)
# The worker of worker.py needs more statements than this for any list of these.
STATEMENTS = 140


def _killed(worker, group):
    """Kills the worker where it waits, alone or with what it has started; what that was."""
    assert worker.stdout.readline() == b"here\n"
    below = psutil.Process(worker.pid).children(recursive=True)
    (os.killpg if group else os.kill)(worker.pid, signal.SIGKILL)
    worker.wait()
    return below


@pytest.mark.parametrize("seed", range(10))
def test_kill_9_at_a_random_moment(deliver, start_worker, seed):
    rows = people(2_000)
    content = csv_bytes(listed(rows)) if seed < 5 else xlsx_bytes(listed(rows))
    batch = deliver.send("population", content)
    worker = start_worker(random.Random(seed).randint(1, STATEMENTS))
    below = _killed(worker, group=seed > 7)
    work_off()
    assert_exact(batch, rows)
    assert psutil.wait_procs(below, timeout=30)[1] == []


@pytest.mark.parametrize("group", [False, True])
def test_kill_9_while_a_workbook_is_read(deliver, start_worker, group):
    """The process that parses the workbook ends with the worker, whether it is killed too or left alone."""
    rows = people(2_000)
    batch = deliver.send("population", xlsx_bytes(listed(rows)))
    below = _killed(start_worker("parsing"), group=group)
    assert below
    assert psutil.wait_procs(below, timeout=30)[1] == []
    work_off()
    assert_exact(batch, rows)


def test_a_list_that_takes_its_worker_with_it_each_time_is_set_aside(deliver, start_worker):
    """The line stands still and says so; once staff have stopped that list, the next one goes on."""
    rows = people(500)
    poison = deliver.send("population", csv_bytes(listed(rows)))
    later = deliver.send("population", csv_bytes(listed(rows)))
    for _attempt in range(3):
        _killed(start_worker(20), group=True)
        let_leases_run_out()
    work_off()
    poison.refresh_from_db()
    assert (poison.status, bool(poison.reason)) == (Batch.Status.FAILED, True)
    later.refresh_from_db()
    assert later.status == Batch.Status.RECEIVED
    services.cancel_batch(batch_id=poison.pk, by=system_staff(), on=poison.business_on)
    work_off()
    assert_exact(later, rows)


@pytest.mark.postgresql
def test_a_worker_that_stands_still_holds_no_row_for_long(deliver, start_worker, environment):
    """Rows of its chunk are in and not committed: the next worker would wait for them without end."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20s'")
        cursor.execute("SELECT current_setting('idle_in_transaction_session_timeout')::interval")
        (patience,) = cursor.fetchone()
    assert timedelta(0) < patience < queries.LEASE
    rows = people(300)
    batch = deliver.send("population", csv_bytes(listed(rows)))
    environment["DJANGO_SETTINGS_MODULE"] = "tests.faults.impatient_settings"
    worker = start_worker("entered")
    assert worker.stdout.readline() == b"here\n"
    work_off()
    assert_exact(batch, rows)
    worker.stdin.write(b"\n")
    worker.stdin.flush()
    assert worker.wait(timeout=60) == 0
    assert_exact(batch, rows)
    connection.close()


@pytest.mark.postgresql
def test_a_backend_that_is_killed_while_rows_are_copied(deliver):
    rows = people(8_000)
    batch = deliver.send("population", csv_bytes(listed(rows)))
    connection.ensure_connection()
    ours = connection.connection.info
    address = psycopg.conninfo.make_conninfo(
        host=ours.host, port=ours.port, user=ours.user, password=ours.password, dbname=ours.dbname
    )
    pid = ours.backend_pid

    def kill() -> None:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND query LIKE 'COPY staged%%'"
        with psycopg.connect(address, autocommit=True) as other:
            while not other.execute(query, [pid]).fetchone():
                pass

    killer = threading.Thread(target=kill)
    killer.start()
    broken = services.run_batch(batch_id=batch.pk)
    killer.join()
    assert "数据库" in broken.reason
    # It was waited for until the database answered, so it need not rest.
    assert (broken.status, queries.next_batch()) == (Batch.Status.RECEIVED, batch)
    assert not Person.objects.exists()
    work_off()
    assert_exact(batch, rows)
