"""Several workers at the same work."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from enrollment.models import Person
from exchanges.models import Batch
from exchanges.tasks import run_batch
from tests.deliveries import csv_bytes
from tests.factories import PINGLI
from tests.faults.conftest import assert_exact, listed, people, work_off

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def _told(batch_id: int) -> None:
    try:
        run_batch(batch_id)
    finally:
        connection.close()


def test_the_same_message_five_times_to_two_workers(deliver):
    rows = people(1_000)
    batch = deliver.send("population", csv_bytes(listed(rows)))
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(_told, [batch.pk] * 5))
    assert_exact(batch, rows)
    batch.refresh_from_db()
    assert batch.attempts == 1


def test_two_lists_of_the_same_people_in_opposite_order_at_once(deliver, monkeypatch):
    monkeypatch.setattr("exchanges.services.run.ROWS_A_CHUNK", 100)
    rows = people(2_000)
    first = deliver.send("population", csv_bytes(listed(rows)))
    # Of another area, so that neither waits for the other.
    second = deliver.send("population", csv_bytes(listed(rows[::-1])), area=PINGLI[:6] + "102000")
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(_told, [first.pk, second.pk]))
    work_off()
    batches = Batch.objects.order_by("id")
    assert {batch.status for batch in batches} <= {Batch.Status.MERGED, Batch.Status.UNCHANGED}
    assert sum(batch.changed for batch in batches) == len(rows) == Person.objects.count()
    assert [batch.accepted for batch in batches] == [len(rows)] * 2
