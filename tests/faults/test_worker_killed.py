"""Workers that die and connections that break at any moment: the next one brings the list to its end, once."""

import os
import random
import signal
import subprocess
import threading

import psycopg
import pytest
from django.db import connection

from enrollment.models import Person
from exchanges import services
from exchanges.models import Batch
from tests.deliveries import csv_bytes, xlsx_bytes
from tests.faults.conftest import assert_exact, listed, people, work_off

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("seed", range(10))
def test_kill_9_at_a_random_moment(deliver, start_worker, seed):
    rows = people(5_000)
    # A workbook has a process of its own below the worker; the last seeds kill both at once.
    content = csv_bytes(listed(rows)) if seed < 5 else xlsx_bytes(listed(rows))
    batch = deliver.send("population", content)
    worker = start_worker()
    try:
        worker.wait(timeout=random.Random(seed).uniform(0, 1.5))
    except subprocess.TimeoutExpired:
        (os.killpg if seed > 7 else os.kill)(worker.pid, signal.SIGKILL)
        worker.wait()
    work_off()
    assert_exact(batch, rows)


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
    assert (broken.status, broken.lease_until) == (Batch.Status.RECEIVED, None)
    assert not Person.objects.exists()
    work_off()
    assert_exact(batch, rows)
