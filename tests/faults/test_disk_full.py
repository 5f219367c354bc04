"""The disk is full: at an upload, an error file, a delivery, a ledger. Nothing is left half."""

import io
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.cli import CommandRefused
from accounts.queries import system_staff
from accounts.roles import Role
from exchanges import services
from exchanges.models import Batch, Delivery, LedgerExport
from tests.deliveries import content_of, csv_bytes
from tests.exchanges.outbound.conftest import line, registered, tax  # noqa: F401  fixtures
from tests.factories import PINGLI, make_payment
from tests.faults.conftest import VILLAGE, assert_exact, listed, people, work_off

pytestmark = pytest.mark.django_db


@contextmanager
def full_disk(room: int):
    """No file can grow beyond `room` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def stored(settings) -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_an_upload_is_answered_with_the_remedy_and_leaves_nothing(deliver, client, staff, settings):
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    client.raise_request_exception = False
    form = client.get(reverse("exchanges:upload")).context["form"]
    rows = people(2_000)

    def send():
        posted = {
            "kind": "population",
            "region": PINGLI,
            "coverage_year": form.fields["coverage_year"].choices[0][0],
            "file": SimpleUploadedFile("名单.csv", csv_bytes(listed(rows))),
        }
        return client.post(reverse("exchanges:upload"), posted)

    with full_disk(64 * 1024):
        answer = send()
    assert (answer.status_code, "磁盘已满" in answer.content.decode()) == (503, True)
    assert not Batch.objects.exists()
    assert stored(settings) == set()
    assert send().status_code == 302
    work_off()
    assert_exact(Batch.objects.get(), rows)


def test_a_list_from_the_command_line_is_refused_with_the_remedy_and_leaves_nothing(deliver, settings, tmp_path):
    source = tmp_path / "名单.csv"
    source.write_bytes(csv_bytes(listed(people(2_000))))
    asked = ["receive", "population", str(source), "--area", PINGLI, "--year", "2022"]
    with full_disk(64 * 1024), pytest.raises(CommandRefused, match="磁盘已满"):
        call_command(*asked)
    assert not Batch.objects.exists()
    assert stored(settings) == set()


def test_an_error_file_that_found_no_room_is_written_when_there_is(deliver, settings):
    wrong = [["王小明", f"61092619800101{place:03d}", VILLAGE, *[""] * 4] for place in range(500)]
    rows = people(20)
    batch = deliver.send("population", csv_bytes(listed([*rows, *wrong])))
    before = stored(settings)
    with full_disk(4 * 1024):
        work_off()
    batch.refresh_from_db()
    assert (batch.status, batch.attempts) == (Batch.Status.FAILED, 3)
    assert "磁盘已满" in batch.reason
    assert stored(settings) == before
    services.retry_batch(batch_id=batch.pk, by=system_staff(), on=batch.business_on)
    work_off()
    batch.refresh_from_db()
    assert (batch.status, batch.rows, batch.changed) == (Batch.Status.MERGED, len(rows) + len(wrong), len(rows))
    assert batch.accepted + batch.refused == batch.rows
    assert len(content_of(batch.errors_file).splitlines()) == batch.refused + 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("room", [0, 2_048])
def test_a_ledger_that_found_no_room_is_refused_in_one_line_and_leaves_nothing(person, tmp_path, ending, room):
    """Whether it breaks off while rows are written or when the rest of them goes out."""
    for _each in range(200 if room else 1):
        make_payment(person(VILLAGE))
    folder = tmp_path / "out"
    folder.mkdir()
    asked = ["ledger", "enrolled", "--area", PINGLI, "--year", "2022", "--on", "2021-12-03"]
    target = folder / f"台账.{ending}"
    with full_disk(room), pytest.raises(CommandRefused, match="无法写入"):
        call_command(*asked, "--out", str(target), stderr=io.StringIO())
    assert list(folder.iterdir()) == []
    call_command(*asked, "--out", str(target))
    assert list(folder.iterdir()) == [target]


def test_a_download_that_found_no_room_is_answered_with_the_remedy(person, client, staff, monkeypatch):
    monkeypatch.setattr("exchanges.writers.spool._FRAME_BYTES", 10_000)
    for _each in range(200):
        make_payment(person(VILLAGE))
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    client.raise_request_exception = False
    asked = {"area": PINGLI, "year": "2022", "on": "2021-12-03", "format": "csv", "encoding": "utf-8"}
    with full_disk(0):
        answer = client.post(f"{reverse('exchanges:ledger', args=['enrolled'])}?year=2022", asked)
    assert (answer.status_code, "磁盘已满" in answer.content.decode()) == (503, True)
    assert not LedgerExport.objects.exists()


def test_a_delivery_is_made_whole_or_not_at_all(line, registered, settings):  # noqa: F811
    registered()
    with full_disk(64), pytest.raises(OSError, match="File too large"):
        line()
    assert not Delivery.objects.exists()
    assert stored(settings) == set()
    assert line().sequence == 1
