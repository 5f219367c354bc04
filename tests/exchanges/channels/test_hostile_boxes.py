"""What a box may hold besides lists, and servers that break off: nothing is lost, read elsewhere or waited for."""

import os
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from enrollment.models import Person
from exchanges.channels.looking import Looking
from exchanges.channels.models import BoxFile, DropBox
from exchanges.models import Batch
from tests.exchanges.channels.conftest import NAME, SERVERS, population
from tests.exchanges.channels.servers import FtpServer
from tests.factories import make_id_number

# “年.csv” as a server speaks it that knows no UTF-8.
GBK_NAME = "年.csv".encode("gbk")


def test_a_name_in_another_encoding_keeps_no_other_file_from_being_taken(box):
    (box.root / os.fsdecode(GBK_NAME)).write_bytes(population())
    box.leave(NAME, population())
    looks = [box.look(), box.look()]
    assert looks[1].taken == [NAME]
    assert all(look.left and not look.trouble for look in looks)
    assert (box.root / os.fsdecode(GBK_NAME)).exists()
    box.row.refresh_from_db()
    assert box.row.trouble


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_server_that_breaks_off_in_the_midst_of_a_file(make_box, name):
    box = make_box(name)
    data = population()
    box.leave(NAME, data)
    box.look()
    box.server.breaking = True
    assert box.look().trouble
    assert not Batch.objects.exists()
    box.server.breaking = False
    assert box.look().taken == [NAME]
    assert Batch.objects.get().size == len(data)


def test_a_server_that_knows_no_sizes_is_told_of(make_box):
    box = make_box("ftp", server=partial(FtpServer, without=("MLSD", "MLST", "SIZE")))
    box.leave(NAME, population())
    assert box.look().trouble
    assert (box.root / NAME).exists()


def test_an_empty_folder_of_an_old_server_is_no_trouble(make_box):
    look = make_box("old ftp").look()
    assert (look.trouble, look.left, look.waiting) == ("", [], [])


@pytest.mark.parametrize("folder", ["taken", "done", "failed"])
def test_a_link_in_place_of_a_folder_leads_nowhere(make_box, tmp_path, folder):
    box = make_box("folder")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (box.root / folder).symlink_to(elsewhere)
    box.leave(NAME, population(), kind="population")
    assert "链接" in box.look().trouble
    assert list(elsewhere.iterdir()) == []
    assert (box.root / NAME).exists()


def test_a_pipe_or_a_link_in_place_of_a_file_is_not_waited_for(make_box, tmp_path):
    box = make_box("folder")
    box.look()
    secret = tmp_path / "secret.csv"
    secret.write_bytes(population())
    for number, lay in enumerate((os.mkfifo, lambda path: path.symlink_to(secret))):
        row = BoxFile.objects.create(
            box=box.row, name=f"{number}.csv", seen_at=timezone.now(), status=BoxFile.Status.CLAIMED
        )
        lay(box.root / "taken" / row.own_name)
        assert box.look().trouble
        BoxFile.objects.all().delete()
    assert not Batch.objects.exists()


def _hours_later(box):
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        return box.look()


def test_a_file_that_never_fits_its_manifest_is_told_of(box):
    box.leave(NAME, population(), size=10**6)
    assert (box.look().left, _hours_later(box).left) == (
        [],
        [f"“{NAME}”的大小与其清单所写不符，须将文件和清单重新投递。"],
    )
    assert not Batch.objects.exists()
    box.row.refresh_from_db()
    assert NAME in box.row.trouble


def test_a_manifest_without_its_file_is_told_of(box):
    manifest = f"{NAME}.manifest.json"
    (box.root / manifest).write_text("{}")
    assert (box.look().left, _hours_later(box).left) == ([], [f"只有“{manifest}”，没有它对应的文件。"])
    box.leave(NAME, population(), year=2022)
    assert box.look().taken == [NAME]
    assert not BoxFile.objects.filter(name=manifest).exclude(status=BoxFile.Status.SEEN).exists()


def test_a_manifest_that_is_still_being_written_is_waited_for(box):
    manifest = box.root / f"{NAME}.manifest.json"
    box.leave(NAME, population())
    manifest.write_text('{"kind": "popul')
    assert box.look().waiting == [NAME]
    manifest.write_text('{"kind": "population"')
    assert box.look().waiting == [NAME]
    box.leave(NAME, population(), rows=1)
    assert box.look().taken == [NAME]
    assert Batch.objects.get().rows_of_manifest == 1


def test_a_manifest_that_stays_broken_is_refused(make_box):
    box = make_box("folder")
    box.leave(NAME, population())
    (box.root / f"{NAME}.manifest.json").write_text('{"kind": "popul')
    assert box.look().waiting == [NAME]
    box.look()
    (receipt,) = box.receipts("failed")
    assert "JSON" in receipt["reason"]


def test_a_manifest_without_a_size_tells_nothing_of_the_file_being_whole(box):
    data = population(*(make_id_number() for _ in range(5)))
    (box.root / f"{NAME}.manifest.json").write_text('{"kind": "population"}')
    for end in (100, 200):
        box.leave(NAME, data[:end])
        assert box.look().waiting == [NAME]
    box.leave(NAME, data)
    box.collect()
    assert Batch.objects.get().rows == 5


def test_a_file_that_grows_while_it_is_fetched_is_refused(box, monkeypatch):
    data = population(*(make_id_number() for _ in range(5)))
    box.leave(NAME, data[:200])
    take = Looking._take

    def late(looking, row):
        (box.root / row.name).write_bytes(data)
        take(looking, row)

    monkeypatch.setattr(Looking, "_take", late)
    box.look()
    box.look()
    assert not Batch.objects.exists()
    (receipt,) = box.receipts("failed")
    assert "200" in receipt["reason"]
    assert str(len(data)) in receipt["reason"]


def test_a_name_too_long_for_what_stands_beside_it_keeps_no_other_file_from_being_taken(box):
    name = f"{'平利县老县镇太山庙村二〇二二年度' * 5}.csv"
    box.leave(name, population())
    box.leave(NAME, population())
    looks = [box.look(), box.look()]
    assert [look.trouble for look in looks] == ["", ""]
    assert looks[1].taken == [NAME]
    assert all(look.left for look in looks)
    assert (box.root / name).exists()


def test_the_longest_name_that_is_taken_has_room_for_what_stands_beside_it(make_box):
    box = make_box("folder")
    name = f"{'年' * 65}.csv"
    box.leave(name, population(make_id_number(), "610926199001010011"), kind="population", year=2022)
    BoxFile.objects.create(pk=987_654_321, box=box.row, name="x", seen_at=timezone.now(), status=BoxFile.Status.DONE)
    box.collect()
    assert [receipt["file"] for receipt in box.receipts("done")] == [name]
    assert len(box.names("done")) == 4


def test_files_in_folders_are_told_of(box):
    folder = box.root / "十月"
    folder.mkdir()
    (folder / NAME).write_bytes(population())
    look = box.look()
    assert not look.trouble
    assert [("十月" in line) for line in look.left] == [True]
    assert (folder / NAME).exists()


def test_a_list_with_fewer_rows_than_its_manifest_says_is_refused_as_incomplete(box):
    data = population()
    box.leave(NAME, data, rows=3)
    box.collect()
    (receipt,) = box.receipts("failed")
    assert (receipt["status"], receipt["rows"], receipt["rows_of_manifest"]) == ("refused", 1, 3)
    assert "3" in receipt["reason"]
    assert "1" in receipt["reason"]
    assert not Person.objects.exists()
    box.leave(NAME, data, rows=1)
    box.collect()
    assert [each["status"] for each in box.receipts("done")] == ["merged"]


def test_the_same_file_under_a_manifest_of_more_rows_is_refused_too(make_box):
    box = make_box("folder")
    data = population()
    for rows in (1, 2):
        box.leave(NAME, data, rows=rows)
        box.collect()
    assert [each["status"] for each in box.receipts("done")] == ["merged"]
    assert [each["rows_of_manifest"] for each in box.receipts("failed")] == [2]


def test_more_rows_than_the_manifest_says_are_told_of(make_box):
    box = make_box("folder")
    box.leave(NAME, population(make_id_number(), make_id_number()), rows=1)
    box.collect()
    (receipt,) = box.receipts("done")
    assert (receipt["rows"], receipt["rows_of_manifest"]) == (2, 1)
    assert "清单写明1行" in BoxFile.objects.get().reason


@pytest.mark.parametrize("rows", ["3", True, -1, 1.5, 10**12])
def test_a_number_of_rows_that_is_none_is_refused(make_box, rows):
    box = make_box("folder")
    box.leave(NAME, population(), rows=rows)
    box.collect()
    assert not Batch.objects.exists()
    (receipt,) = box.receipts("failed")
    assert receipt["reason"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret": "wrong"}, "用户名或密码"),
        ({"folder": "/nowhere"}, "没有文件夹"),
        ({"port": 1}, "核对端口"),
        ({"address": "no-such-server.invalid"}, "核对地址"),
    ],
)
@pytest.mark.parametrize("name", sorted(SERVERS))
def test_the_trouble_says_what_to_do(make_box, name, change, words):
    box = make_box(name)
    for field, value in change.items():
        setattr(box.row, field, value)
    box.row.save()
    assert words in box.look().trouble
    assert words in DropBox.objects.get().trouble
