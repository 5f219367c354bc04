"""The lists of one department are taken in their order; one that failed stops the later ones until staff decide."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Bureau
from accounts.queries import system_staff
from accounts.roles import Role
from config.celery import app
from enrollment.kinds import POPULATION
from enrollment.models import Person
from exchanges import queries, services, tasks, work
from exchanges.services import run
from tests.deliveries import HEADERS, csv_bytes
from tests.factories import PINGLI, make_id_number
from tests.faults.conftest import work_off

TODAY = date(2021, 12, 1)
VILLAGE = "610926102200"


def population(number, place=VILLAGE):
    return csv_bytes([HEADERS["population"], ["王小明", number, place, "", "", "", ""]])


@pytest.fixture
def number():
    return make_id_number("610926", date(1970, 5, 6))


@pytest.fixture
def police(tree):
    return Bureau.objects.create(name="县公安局", kind="police", region=tree[PINGLI])


@pytest.fixture
def breaking(monkeypatch):
    """While it is set, the merge of population lists breaks off."""
    merge = POPULATION.merge
    object.__setattr__(POPULATION, "merge", lambda chunk: 1 // 0)
    yield lambda: object.__setattr__(POPULATION, "merge", merge)
    object.__setattr__(POPULATION, "merge", merge)


def status(batch):
    batch.refresh_from_db()
    return batch.status


def test_a_message_for_a_later_list_works_off_the_earlier_one_first(deliver, number):
    first = deliver.send("population", population(number))
    second = deliver.send("population", population(number, "610926102201"))
    with pytest.raises(services.NotTaken):
        services.run_batch(batch_id=second.pk)
    tasks.run_batch(second.pk)
    assert (status(first), status(second)) == ("merged", "merged")
    assert Person.objects.get().region_id == "610926102201"


def test_a_list_that_failed_stops_its_line_and_no_other(deliver, number, police, breaking):
    first = deliver.send("population", population(number), sender=police)
    later = deliver.send("population", population(number, "610926102201"), sender=police)
    elsewhere = deliver.send("population", population(number), sender=None)
    work_off()
    assert (status(first), status(later), status(elsewhere)) == ("failed", "received", "failed")
    breaking()
    tasks.run_waiting()
    assert status(later) == "received"
    assert f"#{first.pk}" in queries.waiting_words(queries.standing_before(later).first())
    services.retry_batch(batch_id=first.pk, by=system_staff(), on=TODAY)
    tasks.run_waiting()
    assert (status(first), status(later)) == ("merged", "merged")
    assert Person.objects.get().region_id == "610926102201"


def test_setting_the_failed_list_aside_lets_the_line_go_on(deliver, number, breaking):
    first = deliver.send("population", population(number))
    later = deliver.send("population", population(number, "610926102201"))
    work_off()
    breaking()
    services.cancel_batch(batch_id=first.pk, by=system_staff(), on=TODAY)
    tasks.run_waiting()
    assert (status(first), status(later)) == ("cancelled", "merged")
    with pytest.raises(services.BatchIsFinal, match=f"#{later.pk}"):
        services.retry_batch(batch_id=first.pk, by=system_staff(), on=TODAY)
    assert Person.objects.get().region_id == "610926102201"


@pytest.mark.parametrize("broken_off", [False, True])
def test_a_stopped_list_does_not_go_on_once_a_later_one_has_begun(deliver, number, monkeypatch, broken_off):
    """It would be worked off beside the later one, and be the last to say where somebody lives."""
    monkeypatch.setattr(run, "ROWS_A_CHUNK", 1)
    first = deliver.send("population", population(number))
    other = [["李小红", make_id_number("610926", date(1971, 5, 6)), VILLAGE, "", "", "", ""]]
    later = deliver.send("population", population(number, "610926102201") + csv_bytes(other))
    services.cancel_batch(batch_id=first.pk, by=system_staff(), on=TODAY)
    merge, refused = POPULATION.merge, []

    def between(chunk):
        if chunk.number == 2 and not refused:
            with pytest.raises(services.BatchIsFinal, match=f"#{later.pk}") as told:
                services.retry_batch(batch_id=first.pk, by=system_staff(), on=TODAY)
            refused.append(told)
            if broken_off:
                raise ZeroDivisionError
        return merge(chunk)

    object.__setattr__(POPULATION, "merge", between)
    try:
        services.run_batch(batch_id=later.pk)
        if broken_off:
            assert status(later) == "received"
            with pytest.raises(services.BatchIsFinal, match=f"#{later.pk}"):
                services.retry_batch(batch_id=first.pk, by=system_staff(), on=TODAY)
        work_off()
    finally:
        object.__setattr__(POPULATION, "merge", merge)
    assert refused
    assert (status(first), status(later)) == ("cancelled", "merged")
    assert Person.objects.get(name="王小明").region_id == "610926102201"


def test_the_page_of_a_waiting_list_says_what_it_waits_for(client, deliver, number, staff, breaking):
    first = deliver.send("population", population(number))
    later = deliver.send("population", population(number, "610926102201"))
    work_off()
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    page = client.get(reverse("exchanges:batch", args=[later.pk])).content.decode()
    assert reverse("exchanges:batch", args=[first.pk]) in page
    assert queries.waiting_words(first.__class__.objects.get(pk=first.pk)) in page
    page = client.get(reverse("exchanges:batch", args=[first.pk])).content.decode()
    assert reverse("exchanges:cancel", args=[first.pk]) in page
    assert reverse("exchanges:retry", args=[first.pk]) in page


def test_the_command_says_that_it_waits(deliver, number, tmp_path, breaking):
    first = deliver.send("population", population(number))
    work_off()
    path = tmp_path / "later.csv"
    path.write_bytes(population(number))
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command(
            "receive", "population", str(path), "--area", PINGLI, "--year", "2022", "--json", stdout=out, stderr=err
        )
    result = json.loads(out.getvalue())
    assert (ending.value.code, result["status"]) == (2, "received")
    assert f"#{first.pk}" in result["reason"]
    assert f"#{first.pk}" in err.getvalue()


def test_beat_looks_for_what_no_message_told_of_and_twice_doubles_nothing(deliver, number):
    assert app.conf.beat_schedule["run-waiting"]["task"] == tasks.run_waiting.name
    batch = deliver.send("population", population(number))
    tasks.run_waiting()
    tasks.run_waiting()
    batch.refresh_from_db()
    assert (batch.status, batch.attempts, batch.chunks.count(), Person.objects.count()) == ("merged", 1, 1, 1)


@pytest.mark.parametrize("error", [ZeroDivisionError, IntegrityError])
def test_a_queue_that_breaks_off_keeps_no_other_waiting(deliver, number, monkeypatch, error):
    def breaks(stopping):
        raise error

    monkeypatch.setattr(work, "_queues", {"broken": breaks, **work._queues})
    batch = deliver.send("population", population(number))
    tasks.run_waiting()
    assert status(batch) == "merged"
