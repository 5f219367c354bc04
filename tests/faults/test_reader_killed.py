"""The process that reads a workbook is ended from outside while its worker lives: the list is tried again."""

import os
import signal

import psutil
import pytest

from exchanges import services
from exchanges.models import Batch
from tests.deliveries import xlsx_bytes
from tests.faults.conftest import assert_exact, let_leases_run_out, listed, people, work_off

pytestmark = pytest.mark.django_db


class Killer:
    """Asked between the steps of a worker whether it is to stop: at one of them, ends the process that reads."""

    def __init__(self, step: int, by: signal.Signals) -> None:
        self.left, self.by = step, by

    def __call__(self) -> bool:
        self.left -= 1
        if self.left == 0:
            (reader,) = [
                each for each in psutil.Process().children() if "exchanges.workbooks" in " ".join(each.cmdline())
            ]
            reader.send_signal(self.by)
            # Its end is left for the worker to find.
            os.waitid(os.P_PID, reader.pid, os.WEXITED | os.WNOWAIT)
        return False


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_before_the_first_row(deliver, by):
    rows = people(50)
    batch = deliver.send("population", xlsx_bytes(listed(rows)), name="人口.xlsx")
    services.run_batch(batch_id=batch.pk, stopping=Killer(1, by))
    batch.refresh_from_db()
    assert (batch.status, batch.attempts) == (Batch.Status.RECEIVED, 1)
    assert by.name in batch.reason
    work_off()
    assert_exact(batch, rows)


def test_between_two_blocks_of_rows(deliver):
    rows = people(500)
    # Empty rows in the middle, so that the last row is in another block than the first.
    spread = [*rows[:-1], *[[]] * 20_000, rows[-1]]
    batch = deliver.send("population", xlsx_bytes(listed(spread)), name="人口.xlsx")
    assert services.run_batch(batch_id=batch.pk, stopping=Killer(2, signal.SIGKILL)).status == Batch.Status.RECEIVED
    work_off()
    assert_exact(batch, rows)


def test_three_times_sets_the_list_aside(deliver):
    batch = deliver.send("population", xlsx_bytes(listed(people(5))), name="人口.xlsx")
    for expected in (Batch.Status.RECEIVED, Batch.Status.RECEIVED, Batch.Status.FAILED):
        let_leases_run_out()
        assert services.run_batch(batch_id=batch.pk, stopping=Killer(1, signal.SIGKILL)).status == expected
