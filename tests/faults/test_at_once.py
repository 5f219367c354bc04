"""Several workers at the same work."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.queries import system_staff
from enrollment.kinds import POPULATION
from enrollment.models import Person
from exchanges import services
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


def test_a_list_is_stopped_by_staff_while_it_is_checked(deliver, monkeypatch):
    """Whoever stops it does not wait for the check to end, which takes minutes for a large list."""
    batch = deliver.send("population", csv_bytes(listed(people(20))))
    seen = []

    def stop() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        seen.append(Batch.objects.get(pk=batch.pk).status)
        services.cancel_batch(batch_id=batch.pk, by=system_staff(), on=batch.business_on)
        connection.close()

    def stopped_meanwhile(staging) -> None:
        with ThreadPoolExecutor(1) as other:
            other.submit(stop).result()

    monkeypatch.setitem(POPULATION.__dict__, "checks", (*POPULATION.checks, stopped_meanwhile))
    ended = services.run_batch(batch_id=batch.pk)
    assert (seen, ended.status, Person.objects.count()) == ([Batch.Status.CHECKING], Batch.Status.CANCELLED, 0)


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
