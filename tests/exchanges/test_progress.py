"""How far a list has come: rows, rate and time left while it is read and merged, also after a crash."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from enrollment.kinds import POPULATION
from exchanges import queries, services
from exchanges.models import Batch
from exchanges.services import run
from tests.deliveries import csv_bytes, xlsx_bytes
from tests.factories import PINGLI
from tests.faults.conftest import assert_exact, let_leases_run_out, listed, people

pytestmark = pytest.mark.django_db


class Watcher:
    """Asked before each step; a second passes, then it notes what the page would show."""

    def __init__(self, batch: Batch, clock) -> None:
        self.batch, self.clock = batch, clock
        self.seen: dict[str, list[queries.Progress]] = {}

    def __call__(self) -> bool:
        self.clock.shift(timedelta(seconds=1))
        self.batch.refresh_from_db()
        self.seen.setdefault(self.batch.status, []).append(queries.progress(self.batch))
        return False


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(run, "ROWS_A_CHUNK", 250)
    monkeypatch.setattr("exchanges.reading.text._BLOCK_BYTES", 16 * 1024)


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_rows_rate_and_time_left_of_each_step(deliver, format):
    rows = people(1_000)
    if format == "xlsx":
        # Its blocks are of so many rows that most of them are empty here.
        content = xlsx_bytes(listed([*rows[:-1], *[[]] * 40_000, rows[-1]]))
    else:
        content = csv_bytes(listed(rows))
    batch = deliver.send("population", content)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        watcher = Watcher(batch, clock)
        services.run_batch(batch_id=batch.pk, stopping=watcher)
    assert_exact(batch, rows)
    reading = [each for each in watcher.seen[Batch.Status.STAGING] if each.done]
    assert len(reading) > 2
    assert [each.done for each in reading] == sorted(each.done for each in reading)
    for each in reading:
        assert each.done <= each.total
        assert each.rate == pytest.approx(each.done / (reading.index(each) + 2))
        assert each.left == pytest.approx((each.total - each.done) / each.rate)
    if format == "csv":
        assert all(abs(each.total - 1_000) < 100 for each in reading)
    merging = watcher.seen[Batch.Status.MERGING]
    assert [(each.done, each.total) for each in merging[1:4]] == [(250, 1_000), (500, 1_000), (750, 1_000)]
    assert [each.left for each in merging[1:4]] == [pytest.approx(3 * 2), pytest.approx(2 * 1.5), pytest.approx(4 / 3)]


@pytest.mark.usefixtures("small_steps")
def test_after_a_crash_the_rate_is_that_of_the_new_attempt(deliver):
    rows = people(1_000)
    batch = deliver.send("population", csv_bytes(listed(rows)))
    merge, calls = POPULATION.merge, []

    def breaks(chunk):
        calls.append(chunk.number)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return merge(chunk)

    object.__setattr__(POPULATION, "merge", breaks)
    try:
        with pytest.raises(KeyboardInterrupt):
            services.run_batch(batch_id=batch.pk)
    finally:
        object.__setattr__(POPULATION, "merge", merge)
    let_leases_run_out()
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False) as clock:
        watcher = Watcher(batch, clock)
        services.run_batch(batch_id=batch.pk, stopping=watcher)
    assert_exact(batch, rows)
    first = watcher.seen[Batch.Status.STAGING][0]
    assert (first.done, first.rate) == (0, None)
    merged = [each for each in watcher.seen[Batch.Status.MERGING] if each.done]
    # Two chunks were there already; the third took the first seconds of this attempt.
    assert (merged[0].done, merged[0].total) == (750, 1_000)
    assert merged[0].rate == pytest.approx(250 / 2)
    assert merged[0].left == pytest.approx(2)


def test_the_page_says_so_and_asks_on(deliver, staff, client):
    agent = staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
    batch = deliver.send("population", csv_bytes(listed(people(5))), by=agent)
    Batch.objects.filter(pk=batch.pk).update(
        status=Batch.Status.STAGING, done=400, total=1_000, step_at=timezone.now() - timedelta(seconds=10)
    )
    client.force_login(agent)
    told = client.get(reverse("exchanges:progress", args=[batch.pk])).json()
    assert (told["done"], told["total"], told["final"]) == (400, 1_000, False)
    assert told["rate"] == pytest.approx(40, rel=0.2)
    assert told["left"] == pytest.approx(15, rel=0.2)
    page = client.get(reverse("exchanges:batch", args=[batch.pk])).text
    assert 'data-rate="每秒 %rate% 行"' in page
    assert 'max="1000" value="400"' in page
