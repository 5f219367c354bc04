"""What a box may hold besides lists, and servers that break off: nothing is lost, read elsewhere or waited for."""

import os
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from exchanges.channels.models import BoxFile, DropBox
from exchanges.models import Batch
from tests.exchanges.channels.conftest import NAME, SERVERS, population
from tests.exchanges.channels.servers import FtpServer

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


def test_rows_that_the_manifest_counts_otherwise_are_told_of(box):
    box.leave(NAME, population(), rows=3)
    box.collect()
    (receipt,) = box.receipts("done")
    assert (receipt["rows"], receipt["rows_of_manifest"]) == (1, 3)
    assert "清单写明3行" in BoxFile.objects.get().reason


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
