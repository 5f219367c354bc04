"""What surrounds the worker fails: the clock, the file itself."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from accounts.queries import system_staff
from enrollment.models import Person
from exchanges import services
from exchanges.models import Batch
from tests.deliveries import csv_bytes, xlsx_bytes
from tests.faults.conftest import assert_exact, listed, people, work_off


@pytest.mark.django_db
@pytest.mark.parametrize("make", [csv_bytes, xlsx_bytes])
@pytest.mark.parametrize("harm", [lambda path: os.truncate(path, 200), os.remove, lambda path: os.truncate(path, 2)])
def test_a_stored_file_that_is_damaged_or_gone_is_set_aside_with_the_remedy(deliver, make, harm):
    rows = people(20)
    batch = deliver.send("population", make(listed(rows)))
    backup = Path(batch.file.path).read_bytes()
    harm(batch.file.path)
    work_off()
    batch.refresh_from_db()
    assert (batch.status, batch.attempts) == (Batch.Status.FAILED, 3)
    assert "从备份恢复" in batch.reason
    assert not Person.objects.exists()
    Path(batch.file.path).write_bytes(backup)
    services.retry_batch(batch_id=batch.pk, by=system_staff(), on=batch.business_on)
    work_off()
    assert_exact(batch, rows)


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)], ids=["back", "ahead"])
def test_the_clock_jumps_an_hour_while_a_list_is_worked_off(deliver, monkeypatch, jump):
    monkeypatch.setattr("exchanges.services.run.ROWS_A_CHUNK", 10)
    rows = people(40)
    batch = deliver.send("population", csv_bytes(listed(rows)))
    with time_machine.travel(timezone.now(), tick=True) as clock:
        steps = []

        def stopping() -> bool:
            steps.append(timezone.now())
            if len(steps) == 4:
                clock.shift(jump)
            return False

        services.run_batch(batch_id=batch.pk, stopping=stopping)
    assert abs(steps[4] - steps[3]) > timedelta(minutes=59)
    assert_exact(batch, rows)
    assert batch.business_on == date(2021, 12, 1)
