"""Drop boxes on real servers: taken once and whole, answered when final, whatever happens in between."""

import hashlib
import json
from datetime import timedelta

import asyncssh
import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.queries import system_staff
from enrollment.models import Person
from exchanges.channels import looking
from exchanges.channels.models import BoxFile, DropBox
from exchanges.channels.services import BoxHeld, look_into_next, send_delivery
from exchanges.models import Batch
from exchanges.outbound.models import Delivery
from exchanges.outbound.services import hand_over
from exchanges.services import run_next
from notices.services import set_season
from tests.exchanges.channels.conftest import NAME, population
from tests.exchanges.outbound.conftest import ON
from tests.factories import PINGLI, make_id_number


def test_a_list_is_taken_merged_and_answered(box):
    data = population()
    box.leave(NAME, data)
    box.collect()
    batch = Batch.objects.get()
    assert (batch.status, batch.sender, batch.coverage_year, batch.region_id) == (
        "merged",
        box.row.bureau,
        2022,
        PINGLI,
    )
    assert Person.objects.count() == 1
    assert box.names() == [] == box.names("taken") == box.names("failed")
    (receipt,) = box.receipts("done")
    assert (receipt["status"], receipt["rows"], receipt["accepted"]) == ("merged", 1, 1)
    assert receipt["sha256"] == hashlib.sha256(data).hexdigest()
    (kept,) = (name for name in box.names("done") if name.endswith(NAME))
    assert (box.root / "done" / kept).read_bytes() == data


def test_looks_after_that_change_nothing(box):
    box.leave(NAME, population())
    box.collect()
    before = box.names("done")
    box.collect()
    assert Batch.objects.count() == BoxFile.objects.count() == 1
    assert box.names("done") == before


def test_the_same_file_twice_is_answered_twice_and_merged_once(box):
    data = population()
    for _time in range(2):
        box.leave(NAME, data)
        box.collect()
    assert [each["status"] for each in box.receipts("done")] == ["merged", "unchanged"]
    assert Person.objects.count() == 1


def test_refused_rows_come_back_beside_the_receipt(box):
    box.leave(NAME, population(make_id_number(), "610926199001010011"))
    box.collect()
    (receipt,) = box.receipts("done")
    assert receipt["refused"] == 1
    assert "610926199001010011" in (box.root / "done" / receipt["errors_file"]).read_text("utf-8-sig")


def test_an_upload_that_goes_on_is_left_alone(box):
    data = population(*(make_id_number() for _ in range(20)))
    for end in (100, 400, 700):
        box.leave(NAME, data[:end])
        assert box.look().waiting == [NAME]
    assert not Batch.objects.exists()
    box.leave(NAME, data)
    box.collect()
    assert Batch.objects.get().rows == 20


def test_a_file_must_stay_as_it_is_for_a_while(box):
    box.leave(NAME, population())
    for _time in range(3):
        assert box.look(stable=timedelta(minutes=1)).waiting == [NAME]
    assert not Batch.objects.exists()


def test_a_cut_off_upload_waits_for_what_its_manifest_says(box):
    data = population(*(make_id_number() for _ in range(5)))
    box.leave(NAME, data, sha256=hashlib.sha256(data).hexdigest())
    (box.root / NAME).write_bytes(data[:150])
    for _time in range(3):
        assert box.look().waiting == [NAME]
    assert not Batch.objects.exists()
    (box.root / NAME).write_bytes(data)
    assert box.look().taken == [NAME]


def test_a_file_that_is_not_the_one_of_its_manifest_is_refused(box):
    box.leave("a.csv", population(), sha256="0" * 64, kind="population", area=PINGLI, year=2022)
    box.look()
    assert not Batch.objects.exists()
    (receipt,) = box.receipts("failed")
    assert "SHA-256" in receipt["reason"]
    assert box.names() == []


def test_the_manifest_says_what_the_file_is(box):
    data = population()
    box.leave("名单 一.csv", data, kind="population", area="610926102000", year=2022)
    box.collect()
    batch = Batch.objects.get()
    assert (batch.region_id, batch.file_name) == ("610926102000", "名单 一.csv")
    assert len(box.names("done")) == 3


def test_the_manifest_says_month_and_number(make_box):
    box = make_box("folder")
    box.leave("a.csv", population(), kind="population", area=PINGLI, year=2022, period="2021-10", sequence=3)
    box.look()
    assert (Batch.objects.get().period, Batch.objects.get().sequence) == ("2021-10", 3)
    for number, wrong in enumerate(({"period": "October"}, {"sequence": "3"}, {"sequence": -1}, {"year": "22"})):
        box.leave(f"{number}.csv", population(), **{"kind": "population", "area": PINGLI, "year": 2022, **wrong})
    box.look()
    assert Batch.objects.count() == 1
    assert len(box.receipts("failed")) == 4


def test_without_a_word_the_bureau_and_the_notice_say_it(box, tree):
    set_season(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022", by=system_staff(), on=ON)
    box.leave("户籍人口.csv", population())
    box.collect()
    assert (Batch.objects.get().kind, Batch.objects.get().coverage_year) == ("population", 2022)


@pytest.mark.parametrize(
    "name",
    ["unknown_610926000000_2022.csv", "population_341323117000_2022.csv", "population_999999999999_2022.csv", "x.csv"],
)
def test_what_is_not_understood_is_refused_with_the_remedy(make_box, name):
    box = make_box("folder")
    box.leave(name, population())
    box.collect()
    (receipt,) = box.receipts("failed")
    assert receipt["reason"]
    assert not Batch.objects.exists()
    assert BoxFile.objects.get().status == BoxFile.Status.FAILED


@pytest.mark.parametrize("channel", ["folder", "sftp"])
@pytest.mark.parametrize("name", ["a\nb.csv", "a\r\nDELE x.csv", "back\\slash.csv", "\u202egnp.csv"])
def test_a_name_that_is_no_name_is_left_alone(make_box, channel, name):
    box = make_box(channel)
    box.leave(name, population())
    box.leave(NAME, population())
    looks = [box.look(), box.look()]
    assert all(look.left for look in looks)
    assert "\n" not in "".join(looks[0].left)
    assert (box.root / name).exists()
    assert looks[1].taken == [NAME]
    box.row.refresh_from_db()
    assert box.row.trouble


def test_a_link_is_no_file(make_box, tmp_path):
    box = make_box("folder")
    secret = tmp_path / "secret.csv"
    secret.write_bytes(population())
    (box.root / NAME).symlink_to(secret)
    box.collect()
    assert secret.exists()
    assert not BoxFile.objects.exists()


@pytest.mark.parametrize("step", ["receive_file", "_answer", "_settle"])
def test_what_breaks_off_is_gone_on_with(box, monkeypatch, step):
    box.leave(NAME, population())
    place = looking if step == "receive_file" else looking.Looking
    whole = getattr(place, step)

    def broken(*args, **kwargs):
        monkeypatch.setattr(place, step, whole)
        raise RuntimeError("the power went")

    monkeypatch.setattr(place, step, broken)
    box.collect()
    box.collect()
    assert Batch.objects.count() == 1
    assert BoxFile.objects.get().status == BoxFile.Status.DONE
    assert [each["status"] for each in box.receipts("done")] == ["merged"]
    assert box.names("taken") == []


def test_a_crash_between_claim_and_move_loses_nothing(box):
    box.leave(NAME, population())
    box.look()
    BoxFile.objects.update(status=BoxFile.Status.CLAIMED)
    box.collect()
    assert Batch.objects.get().status == "merged"


def test_a_crash_after_the_receipt_was_written_answers_once(box):
    box.leave(NAME, population())
    box.collect()
    before = box.names("done")
    BoxFile.objects.update(status=BoxFile.Status.ENTERED)
    box.look()
    assert box.names("done") == before
    assert BoxFile.objects.get().status == BoxFile.Status.DONE


def test_a_file_that_was_taken_back_is_told_of(box):
    box.leave(NAME, population())
    box.look()
    BoxFile.objects.update(status=BoxFile.Status.CLAIMED)
    (box.root / NAME).unlink()
    box.look()
    assert BoxFile.objects.get().status == BoxFile.Status.FAILED
    assert not Batch.objects.exists()


def test_a_box_is_looked_into_by_one_at_a_time(make_box):
    box = make_box("folder")
    DropBox.objects.update(held_until=timezone.now() + timedelta(minutes=5))
    with pytest.raises(BoxHeld):
        box.look()
    DropBox.objects.update(held_until=timezone.now() - timedelta(minutes=5))
    box.look()


@pytest.mark.parametrize("channel", ["sftp", "ftp"])
def test_a_server_that_is_gone_is_told_of_and_waited_for(make_box, channel):
    box = make_box(channel)
    box.leave(NAME, population())
    box.look()
    box.server.stop()
    look = box.look()
    box.row.refresh_from_db()
    assert look.trouble == box.row.trouble != ""
    assert box.row.held_until is None
    assert (box.root / NAME).exists()


def test_another_host_key_is_refused_before_the_password_is_shown(make_box):
    box = make_box("sftp")
    box.leave(NAME, population())
    for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256"):
        other = asyncssh.generate_private_key(kind).export_public_key().decode()
        DropBox.objects.update(host_key=other)
        assert "电话" in box.look().trouble
    assert box.server.passwords == []
    DropBox.objects.update(host_key=f"[127.0.0.1]:{box.server.port} {box.server.host_key}")
    assert not box.look().trouble
    assert box.server.passwords


def test_two_keys_are_pinned_while_a_server_changes_over(make_box):
    box = make_box("sftp")
    old = asyncssh.generate_private_key("ssh-rsa", key_size=2048).export_public_key().decode()
    DropBox.objects.update(host_key=f"# old, then new\n{old}\n{box.server.host_key}\n")
    assert not box.look().trouble


@pytest.mark.parametrize("channel", ["sftp", "ftp"])
def test_a_wrong_password_or_folder_is_told_of(make_box, channel):
    box = make_box(channel)
    box.row.secret = "wrong"
    box.row.save()
    assert box.look().trouble
    box.row.secret = "not-a-secret"
    box.row.folder = "/nowhere"
    box.row.save()
    assert box.look().trouble


@pytest.mark.parametrize("folder", ["../outside", "/etc", "server0/../../..", "nowhere"])
def test_a_folder_is_nowhere_but_below_drop_folders(make_box, folder):
    box = make_box("folder")
    DropBox.objects.update(folder=folder)
    assert box.look().trouble


def test_the_worker_looks_into_boxes_that_are_due(make_box):
    make_box("folder")
    assert look_into_next()
    assert not look_into_next()


def test_the_command_looks_into_each_box(make_box, capsys):
    box = make_box("folder")
    box.leave(NAME, population(), kind="population")
    call_command("collect", once=True, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["boxes"][0]["taken"]) == (True, [NAME])
    while run_next():
        pass
    call_command("collect", once=True, json=True)
    assert json.loads(capsys.readouterr().out)["boxes"][0]["answered"] == [NAME]
    DropBox.objects.update(folder="nowhere")
    with pytest.raises(SystemExit):
        call_command("collect", once=True, json=True)


@pytest.mark.parametrize("channel", ["folder", "sftp", "ftp"])
def test_a_delivery_goes_out_and_its_receipt_comes_in(make_box, channel, line, registered):
    registered("李四")
    delivery = line()
    out = make_box(channel, kind="tax", direction="out")
    DropBox.objects.filter(pk=out.row.pk).update(bureau=delivery.receiver)
    out.row.refresh_from_db()
    for _time in range(2):
        sent = send_delivery(delivery=delivery, box=out.row, by=system_staff(), on=ON)
    assert out.names() == sorted([delivery.file_name, f"{delivery.file_name}.manifest.json"])
    assert hashlib.sha256((out.root / delivery.file_name).read_bytes()).hexdigest() == delivery.sha256
    assert sent.status == Delivery.Status.SENT
    back = make_box(channel, kind="tax")
    DropBox.objects.filter(pk=back.row.pk).update(bureau=delivery.receiver)
    back.leave("0001.receipt.json", json.dumps({"sha256": delivery.sha256, "accepted": 1}).encode())
    back.collect()
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.ACKNOWLEDGED
    assert len(back.names("done")) == 2


def test_a_bureau_answers_its_own_deliveries_only(make_box, line, registered):
    registered()
    delivery = hand_over(delivery=line(), via="", by=system_staff(), on=ON)
    box = make_box("folder", kind="police")
    box.leave("x.receipt.json", json.dumps({"sha256": delivery.sha256, "accepted": 1}).encode())
    box.collect()
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.SENT
    assert len(box.names("failed")) == 2
