"""The life of a batch: claimed once, resumed after a crash, fenced, cancelled, tried again."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.queries import system_staff
from enrollment.kinds import POPULATION
from enrollment.models import Payment, Person
from exchanges import queries, services
from exchanges.models import Batch, BatchChunk
from exchanges.services import run
from tests.deliveries import HEADERS, csv_bytes
from tests.factories import make_id_number

TODAY = date(2021, 12, 1)


@pytest.fixture
def people():
    """Rows of 10 people."""
    return [
        [f"王小{name}", make_id_number("610926", date(1970, 1, 1 + place)), "610926102200", "", "", "", ""]
        for place, name in enumerate("一二三四五六七八九十")
    ]


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(run, "ROWS_A_CHUNK", 4)


def population(rows):
    return csv_bytes([HEADERS["population"], *rows])


def test_every_step_leaves_its_trail(deliver, people):
    batch = deliver("population", people)
    entries = AuditEntry.objects.filter(model="exchanges.batch", object_id=str(batch.pk)).order_by("id")
    assert [entry.verb for entry in entries] == ["exchanges.receive", "exchanges.merge"]
    assert entries[1].after["changed"] == 10
    assert entries[1].region_id == batch.region_id


def test_the_stored_file_is_sealed(deliver, people):
    batch = deliver("population", people)
    with open(batch.file.path, "rb") as raw:
        stored = raw.read()
    assert people[0][1].encode() not in stored
    assert people[0][0].encode() not in stored


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\名单\\a.csv", "a.csv"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
    ],
)
def test_a_file_name_is_only_a_name(deliver, people, given, shown):
    from exchanges.services.receive import shown_name

    assert shown_name(given) == shown


def test_a_batch_is_taken_by_one_worker(deliver, people):
    batch = deliver.send("population", population(people))
    Batch.objects.filter(pk=batch.pk).update(
        status=Batch.Status.MERGING, lease_until=timezone.now() + timedelta(minutes=5)
    )
    with pytest.raises(services.NotTaken):
        services.run_batch(batch_id=batch.pk)
    assert not services.run_next()


def test_a_final_batch_is_not_taken_again(deliver, people):
    batch = deliver("population", people)
    with pytest.raises(services.NotTaken):
        services.run_batch(batch_id=batch.pk)


def test_a_worker_that_lost_its_batch_while_it_checked_refuses_no_row(deliver, people, monkeypatch):
    batch = deliver.send("population", population([*people, people[0]]))

    def taken_over(staging):
        assert staging.batch.row_errors.exists()
        Batch.objects.filter(pk=batch.pk).update(fence=99)

    monkeypatch.setitem(POPULATION.__dict__, "checks", (*POPULATION.checks, taken_over))
    services.run_batch(batch_id=batch.pk)
    assert not batch.row_errors.exists()


@pytest.mark.usefixtures("small_chunks")
def test_after_a_crash_the_merged_chunks_are_not_merged_again(deliver, people, monkeypatch):
    batch = deliver.send("population", population(people))
    merge, calls = POPULATION.merge, []

    def breaks_at_the_second(chunk):
        calls.append(chunk.number)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return merge(chunk)

    object.__setattr__(POPULATION, "merge", breaks_at_the_second)
    try:
        with pytest.raises(KeyboardInterrupt):
            services.run_batch(batch_id=batch.pk)
        assert Person.objects.count() == 4
        Batch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert services.run_next()
    finally:
        object.__setattr__(POPULATION, "merge", merge)
    batch.refresh_from_db()
    assert (batch.status, batch.accepted, batch.changed, batch.attempts) == (Batch.Status.MERGED, 10, 10, 2)
    assert calls == [1, 2, 2, 3]
    assert Person.objects.count() == 10


def test_a_lease_from_before_the_clock_went_back_holds_nothing(deliver, people):
    batch = deliver.send("population", population(people))
    Batch.objects.filter(pk=batch.pk).update(
        status=Batch.Status.STAGING, lease_until=timezone.now() + timedelta(hours=1)
    )
    assert services.run_next()
    batch.refresh_from_db()
    assert batch.status == Batch.Status.MERGED


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=1), timedelta(minutes=5)])
def test_a_lease_of_a_machine_whose_clock_is_ahead_holds(deliver, people, ahead):
    batch = deliver.send("population", population(people))
    Batch.objects.filter(pk=batch.pk).update(
        status=Batch.Status.STAGING, lease_until=timezone.now() + queries.LEASE + ahead
    )
    assert not services.run_next()


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_that_lost_its_batch_cannot_commit(deliver, people):
    batch = deliver.send("population", population(people))
    merge = POPULATION.merge

    def taken_over(chunk):
        changed = merge(chunk)
        if chunk.number == 2:
            Batch.objects.filter(pk=batch.pk).update(fence=99)
        return changed

    object.__setattr__(POPULATION, "merge", taken_over)
    try:
        services.run_batch(batch_id=batch.pk)
    finally:
        object.__setattr__(POPULATION, "merge", merge)
    assert list(BatchChunk.objects.values_list("number", flat=True)) == [1]
    assert Person.objects.count() == 4


def test_an_error_is_tried_three_times_with_rests_between_and_then_set_aside(deliver, people):
    batch = deliver.send("population", population(people))
    merge, seen = POPULATION.merge, []
    object.__setattr__(POPULATION, "merge", lambda chunk: 1 // 0)
    try:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for rest in (timedelta(minutes=1), timedelta(minutes=5), timedelta(days=1)):
                assert services.run_next()
                batch.refresh_from_db()
                assert f"第{batch.attempts}次" in batch.reason
                seen.append((batch.status, f"{timezone.localtime() + rest:%H:%M:%S}" in batch.reason))
                clock.shift(rest)
                assert not services.run_next()
                clock.shift(timedelta(seconds=1))
    finally:
        object.__setattr__(POPULATION, "merge", merge)
    assert seen == [(Batch.Status.RECEIVED, True), (Batch.Status.RECEIVED, True), (Batch.Status.FAILED, False)]
    assert "ZeroDivisionError" in batch.reason
    services.retry_batch(batch_id=batch.pk, by=system_staff(), on=TODAY)
    assert services.run_batch(batch_id=batch.pk).changed == 10


def test_a_batch_whose_worker_dies_each_time_is_set_aside(deliver, people):
    batch = deliver.send("population", population(people))
    Batch.objects.filter(pk=batch.pk).update(attempts=3, status=Batch.Status.STAGING)
    with pytest.raises(services.NotTaken):
        services.run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.status == Batch.Status.FAILED
    assert AuditEntry.objects.get(verb="exchanges.fail").why == batch.reason


@pytest.mark.usefixtures("small_chunks")
def test_cancelled_half_way_what_was_merged_stays_and_a_retry_goes_on(deliver, people):
    batch = deliver.send("population", population(people))
    merge = POPULATION.merge

    def cancelled(chunk):
        if chunk.number == 2:
            services.cancel_batch(batch_id=batch.pk, by=system_staff(), on=TODAY)
            raise AssertionError("the chunk of a cancelled batch") if not connection.in_atomic_block else run.LostLease
        return merge(chunk)

    object.__setattr__(POPULATION, "merge", cancelled)
    try:
        services.run_batch(batch_id=batch.pk)
    finally:
        object.__setattr__(POPULATION, "merge", merge)
    services.cancel_batch(batch_id=batch.pk, by=system_staff(), on=TODAY)
    assert (Batch.objects.get().status, Person.objects.count()) == (Batch.Status.CANCELLED, 4)
    services.retry_batch(batch_id=batch.pk, by=system_staff(), on=TODAY)
    again = services.run_batch(batch_id=batch.pk)
    assert (again.status, again.changed, Person.objects.count()) == (Batch.Status.MERGED, 10, 10)


def test_what_is_done_cannot_be_cancelled(deliver, people):
    batch = deliver("population", people)
    with pytest.raises(services.BatchIsFinal):
        services.cancel_batch(batch_id=batch.pk, by=system_staff(), on=TODAY)
    with pytest.raises(services.BatchIsFinal):
        services.retry_batch(batch_id=batch.pk, by=system_staff(), on=TODAY)


def test_a_worker_that_is_asked_to_end_puts_the_batch_back(deliver, people):
    batch = deliver.send("population", population(people))
    batch = services.run_batch(batch_id=batch.pk, stopping=lambda: True)
    assert (batch.status, batch.attempts, batch.lease_until) == (Batch.Status.RECEIVED, 0, None)
    assert services.run_batch(batch_id=batch.pk).changed == 10


def test_the_lists_of_a_department_are_taken_in_the_order_in_which_they_came(deliver, people):
    first = deliver.send("population", population(people[:5]))
    second = deliver.send("population", population(people[5:]))
    assert queries.next_batch() == first
    Batch.objects.filter(pk=first.pk).update(
        status=Batch.Status.MERGING, lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert queries.next_batch() is None
    Batch.objects.filter(pk=first.pk).update(status=Batch.Status.MERGED)
    assert queries.next_batch() == second


@pytest.mark.postgresql
def test_the_planner_is_told_of_a_table_that_has_grown_fourfold(deliver, people):
    """Also of a small one: nothing may have looked at it before the pages join it."""

    def known():
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'enrollment_person'::regclass")
            return cursor.fetchone()[0]

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE enrollment_person")
    assert known() == 0
    deliver("population", people[:8])
    assert known() == 8
    deliver("population", people)
    assert known() == 8


class TestTheSameAgain:
    def test_under_another_name_format_and_order_of_columns(self, deliver, people):
        first = deliver("population", people)
        order = [2, 1, 0]
        content = csv_bytes(
            [["标题"], *([row[place] for place in order] for row in [HEADERS["population"], *people])],
            encoding="gb18030",
        )
        again = deliver.take("population", content, name="别的.csv")
        assert (again.status, again.changed) == (Batch.Status.UNCHANGED, 0)
        assert str(first.pk) in again.reason

    def test_with_refused_rows_is_read_again_and_tells_them_again(self, deliver, people):
        rows = [*people, ["张三", "123", "610926102200", "", "", "", ""]]
        deliver("population", rows)
        again = deliver("population", rows)
        assert (again.status, again.accepted, again.refused, again.changed) == (Batch.Status.UNCHANGED, 10, 1, 0)
        assert again.errors_file

    def test_a_row_that_was_refused_for_the_state_of_the_register_gets_in(self, deliver, people, person):
        other = person("610926102200", name="王大")
        rows = [["R1", "王大二", other.id_number, "610926102200", "2022", "1", "320", "2021-11-05", ""]]
        assert deliver("payments", rows).refused == 1
        Person.objects.filter(pk=other.pk).update(name="王大二")
        again = deliver("payments", rows)
        assert (again.status, again.accepted, Payment.objects.count()) == (Batch.Status.MERGED, 1, 1)

    def test_for_another_year_is_another_list(self, deliver):
        rows = [["老县镇", "", "100", "", ""]]
        deliver("tasks", rows, year=2022)
        assert deliver("tasks", rows, year=2023).changed == 1
