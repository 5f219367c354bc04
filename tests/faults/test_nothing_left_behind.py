"""What breaks off leaves neither files without a row in the media folder nor people in the log."""

import io
import logging
from pathlib import Path

import pytest
from django.db import connection

from accounts import audit
from exchanges import services
from exchanges.models import Batch, BoxFile
from tests.deliveries import HEADERS, csv_bytes
from tests.exchanges.channels.conftest import make_box  # noqa: F401  fixture
from tests.factories import make_id_number
from tests.faults.conftest import let_leases_run_out, listed, people

pytestmark = pytest.mark.django_db


def stored(settings) -> set[str]:
    """Names of the stored files."""
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


class Broken(Exception):
    pass


def test_an_upload_that_cannot_be_entered_leaves_no_file(deliver, settings, monkeypatch):
    def refuses(**_what):
        raise Broken

    monkeypatch.setattr(audit, "record", refuses)
    with pytest.raises(Broken):
        deliver.send("population", csv_bytes(listed(people(5))))
    assert not Batch.objects.exists()
    assert stored(settings) == set()


def test_a_file_of_a_drop_box_that_another_look_has_entered_is_not_kept_twice(make_box, settings, monkeypatch):  # noqa: F811
    box = make_box("folder")
    data = csv_bytes(listed(people(5)))
    box.leave("list.csv", data, kind="population", year=2022)
    record = audit.record

    def overtaken(**what):
        BoxFile.objects.filter(status=BoxFile.Status.CLAIMED).update(status=BoxFile.Status.SEEN)
        return record(**what)

    with monkeypatch.context() as other:
        other.setattr(audit, "record", overtaken)
        assert box.look().trouble
    assert not Batch.objects.exists()
    assert stored(settings) == set()
    assert box.collect().trouble == ""
    assert Batch.objects.get().status == Batch.Status.MERGED


def test_a_file_that_is_entered_stays(deliver, settings):
    batch = deliver.send("population", csv_bytes(listed(people(5))))
    services.remove_unless_entered(batch)
    assert stored(settings) == {batch.file.name}


def test_a_batch_that_is_tried_again_has_one_error_file(deliver, settings, monkeypatch):
    rows = [["王*明", make_id_number("610926"), "610926102200", "", "", "", ""], *people(5)]
    batch = deliver.send("population", csv_bytes(listed(rows)))

    def refuses(**_what):
        raise Broken

    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", refuses)
        assert services.run_batch(batch_id=batch.pk).status == Batch.Status.RECEIVED
    assert stored(settings) == {batch.file.name}
    let_leases_run_out()
    ended = services.run_batch(batch_id=batch.pk)
    assert (ended.status, ended.refused) == (Batch.Status.MERGED, 1)
    assert stored(settings) == {ended.file.name, ended.errors_file.name}


@pytest.mark.postgresql
def test_a_copy_that_fails_tells_no_name(deliver):
    """What is wrong with a row no longer fits its column: PostgreSQL quotes the row in the CONTEXT of its error."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exchanges_rowerror ALTER detail TYPE varchar(2)")
    row = ["王小明", make_id_number("610926"), "610926102200", "", "", "死亡", "欧阳慕容某日"]
    batch = deliver.send("population", csv_bytes([HEADERS["population"], row]))
    (handler,) = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    written = io.StringIO()
    before = handler.setStream(written)
    try:
        ended = services.run_batch(batch_id=batch.pk)
    finally:
        handler.setStream(before)
    assert ended.status == Batch.Status.RECEIVED
    assert "StringDataRightTruncation" in written.getvalue()
    for told in (written.getvalue(), ended.reason):
        assert "欧阳" not in told
        assert "CONTEXT" not in told
