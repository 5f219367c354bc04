"""What surrounds the worker fails: the clock, the file itself."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from enrollment.models import Person
from exchanges import services
from exchanges.models import Batch
from tests.deliveries import csv_bytes
from tests.faults.conftest import assert_exact, listed, people, work_off


@pytest.mark.django_db
def test_a_stored_file_that_was_cut_off_is_set_aside_without_a_row(deliver):
    batch = deliver.send("population", csv_bytes(listed(people(20))))
    with open(batch.file.path, "r+b") as stored:
        stored.truncate(200)
    work_off()
    batch.refresh_from_db()
    assert batch.status in {Batch.Status.FAILED, Batch.Status.REFUSED}
    assert batch.reason
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_the_clock_goes_back_an_hour_while_a_list_is_worked_off(deliver, monkeypatch):
    monkeypatch.setattr("exchanges.services.run.ROWS_A_CHUNK", 10)
    rows = people(40)
    batch = deliver.send("population", csv_bytes(listed(rows)))
    with time_machine.travel(timezone.now(), tick=True) as clock:
        steps = []

        def stopping() -> bool:
            steps.append(timezone.now())
            if len(steps) == 4:
                clock.shift(timedelta(hours=-1))
            return False

        services.run_batch(batch_id=batch.pk, stopping=stopping)
    assert min(steps) < steps[0]
    assert_exact(batch, rows)
    assert batch.business_on == date(2021, 12, 1)
