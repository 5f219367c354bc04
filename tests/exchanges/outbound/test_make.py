"""Lists for other departments: what goes out, what has changed, and that it can be repeated to the byte."""

import hashlib
import json
from datetime import date

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.cli import CommandRefused
from accounts.models import AuditEntry, Bureau, BureauKind
from accounts.queries import system_staff
from accounts.roles import Role
from enrollment.models import Registration
from exchanges.ledgers import Column, Kind
from exchanges.outbound import kinds as registry
from exchanges.outbound.comparison import KeysOutOfOrder, Line, compare
from exchanges.outbound.kinds import DeliveryKind, by_name
from exchanges.outbound.manifest import manifest_bytes, manifest_of
from exchanges.outbound.models import Delivery
from exchanges.outbound.services import DeliveryRefused, hand_over, preview
from tests.exchanges.outbound.conftest import ON, TOWN, VILLAGE, content, rows
from tests.factories import PINGLI, ZHUJI


@pytest.mark.clause("JL-4.1")
def test_the_first_delivery_holds_everything_with_full_numbers_and_the_platform_codes(line, registered):
    one = registered("李四")
    delivery = line()
    (row,) = rows(delivery)
    assert (delivery.sequence, delivery.base_sequence, delivery.rows, delivery.added) == (1, 0, 1, 1)
    assert row["变动类型"] == "全量"
    assert row["证件号码"] == one.person.id_number
    assert (row["险种代码"], row["证件类型代码"], row["人员类别代码"], row["参保状态代码"]) == (
        "390",
        "01",
        "1501",
        "1",
    )
    assert (row["姓名"], row["参保地区划"], row["镇（街道）"]) == ("李四", VILLAGE, "老县镇")
    assert hashlib.sha256(content(delivery)).hexdigest() == delivery.sha256
    assert len(content(delivery)) == delivery.size


@pytest.mark.parametrize(
    ("born", "said", "code", "situation"),
    [
        (date(2021, 1, 1), {}, "1401", "新生儿"),
        (date(2020, 12, 31), {}, "1402", "一般居民"),
        (date(2021, 1, 1), {"situation": "missing_found"}, "1402", "失联后找回人员"),
        (date(2016, 1, 1), {"student": "school"}, "1403", "一般居民"),
        (date(2004, 1, 2), {}, "1405", "一般居民"),
        (date(1962, 1, 1), {}, "16", "一般居民"),
    ],
)
def test_the_kind_of_person_is_what_is_decided_for(line, person, born, said, code, situation):
    child = person(VILLAGE, born=born)
    Registration.objects.create(person=child, coverage_year=2022, region_id=VILLAGE, registered_on=ON, **said)
    (row,) = rows(line())
    assert (row["人员类别代码"], row["参保情形"]) == (code, situation)


def test_a_workbook_opens_with_the_same_rows(line, registered, tmp_path):
    registered("李四")
    target = tmp_path / "it.xlsx"
    target.write_bytes(content(line(format="xlsx")))
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert [cell.value for cell in sheet[4]][:3] == ["全量", "390", "李四"]


def test_later_ones_hold_what_has_changed(line, registered):
    stays, changes, ends = registered("不变"), registered("改档"), registered("结束")
    line()
    Registration.objects.filter(pk=changes.pk).update(tier=2)
    Registration.objects.filter(pk=ends.pk).update(ended_on=ON, end_reason="mistake")
    registered("新来")
    second = line()
    assert [(row["变动类型"], row["姓名"]) for row in rows(second)] == [
        ("变更", "改档"),
        ("撤销", "结束"),
        ("新增", "新来"),
    ]
    assert (second.sequence, second.base_sequence) == (2, 1)
    assert (second.added, second.changed, second.withdrawn, second.standing_rows) == (1, 1, 1, 3)
    withdrawn = next(row for row in rows(second) if row["变动类型"] == "撤销")
    assert (withdrawn["证件号码"], withdrawn["参保状态代码"]) == (ends.person.id_number, "4")
    assert stays.person.name not in content(second).decode()


def test_the_changes_add_up_to_the_full_list(line, registered):
    for name in ("甲", "乙", "丙"):
        registered(name)
    first = {row["证件号码"]: row for row in rows(line())}
    Registration.objects.filter(person__name="乙").update(tier=2)
    Registration.objects.filter(person__name="丙").update(ended_on=ON, end_reason="mistake")
    for row in rows(line()):
        if row["变动类型"] == "撤销":
            del first[row["证件号码"]]
        else:
            first[row["证件号码"]] = row
    full = {row["证件号码"]: row for row in rows(line(full=True))}
    strip = lambda found: {key: {**row, "变动类型": ""} for key, row in found.items()}  # noqa: E731
    assert strip(first) == strip(full)


def test_nothing_changed_is_no_delivery(line, registered):
    registered()
    line()
    with pytest.raises(DeliveryRefused, match="1"):
        line()
    assert Delivery.objects.count() == 1


def test_an_empty_list_is_no_delivery(line):
    with pytest.raises(DeliveryRefused):
        line()
    assert not Delivery.objects.exists()


def test_numbers_run_without_gaps_for_each_line(line, registered, tree):
    registered()
    finance = Bureau.objects.create(name="县税务局二所", kind=BureauKind.TAX, region_id=PINGLI)
    assert [line(full=True).sequence for _ in range(3)] == [1, 2, 3]
    assert line(full=True, receiver=finance).sequence == 1
    assert line(full=True).sequence == 4


def test_a_number_is_given_once(line, registered):
    registered()
    made = line()
    twin = Delivery.objects.get(pk=made.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_an_earlier_one_is_repeated_to_the_byte_after_the_register_has_changed(line, registered):
    first_person = registered("李四")
    first = line()
    before = content(first), manifest_bytes(first)
    Registration.objects.filter(pk=first_person.pk).update(tier=2)
    Bureau.objects.filter(pk=first.receiver_id).update(name="改名后的税务局")
    line()
    again = Delivery.objects.get(pk=first.pk)
    assert (content(again), manifest_bytes(again)) == before


def test_only_the_latest_keeps_the_rows_that_stand(line, registered, django_capture_on_commit_callbacks):
    registered("甲")
    first = line()
    kept = first.standing
    registered("乙")
    with django_capture_on_commit_callbacks(execute=True):
        second = line()
    first.refresh_from_db()
    assert not first.standing
    assert not kept.storage.exists(kept.name)
    assert second.standing.storage.exists(second.standing.name)


def test_changes_do_not_leave_before_what_they_change(client, staff, line, registered, capsys, tmp_path):
    registered("甲")
    first = line()
    registered("乙")
    second = line()
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI, bureau="agency"))
    assert (
        "请先报送第1号"
        in client.post(reverse("exchanges:delivery_sent", args=[second.pk]), follow=True).content.decode()
    )
    with pytest.raises(CommandRefused, match="医保经办机构"):
        call_command("deliver", "identity_report", area=PINGLI, year="2022", on=ON)
    with pytest.raises(CommandRefused, match="请先报送第1号"):
        call_command("deliver", "registrations", area=PINGLI, year="2022", out=str(tmp_path), repeat=2, on=ON)
    assert not list(tmp_path.glob("registrations*"))
    assert line(full=True).sequence == 3
    for delivery in (Delivery.objects.get(sequence=3), first, second):
        assert hand_over(delivery=delivery, via="", by=system_staff(), on=ON).status == Delivery.Status.SENT


def test_files_are_sealed_at_rest(line, registered, settings):
    number = registered("李四").person.id_number.encode()
    line()
    stored = [path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert len(stored) == 2
    assert not any(number in data or "李四".encode() in data for data in stored)


def test_what_leaves_stands_in_the_audit_trail(line, registered):
    registered()
    delivery = line()
    content(delivery)
    hand_over(delivery=delivery, via="u盘", by=system_staff(), on=ON)
    verbs = AuditEntry.objects.filter(model="exchanges.delivery").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["exchanges.make_delivery", "exchanges.download_delivery", "exchanges.hand_over"]


def test_who_sees_a_part_of_the_area_makes_no_list_of_all_of_it(line, registered, staff):
    registered()
    with pytest.raises(PermissionDenied):
        line(by=staff(Role.COUNTY_AGENT, TOWN))
    with pytest.raises(PermissionDenied):
        line(by=staff(Role.VILLAGE_OFFICER, PINGLI))


def test_a_bureau_of_a_part_or_of_elsewhere_gets_no_list_of_the_area(line, registered):
    registered()
    for place, kind in ((TOWN, BureauKind.TAX), (ZHUJI, BureauKind.TAX), (PINGLI, BureauKind.FINANCE)):
        other = Bureau.objects.create(name=f"{kind}{place}", kind=kind, region_id=place)
        with pytest.raises(DeliveryRefused):
            line(receiver=other)


def test_no_delivery_as_of_a_day_before_the_last_one(line, registered):
    registered()
    line()
    with pytest.raises(DeliveryRefused):
        line(full=True, on=date(2021, 12, 2))


def test_the_preview_counts_what_is_made(line, registered, tree, tax):
    registered("甲")
    line()
    registered("乙")
    kind = by_name("registrations")
    seen = preview(kind=kind, region=tree[PINGLI], coverage_year=2022, receiver=tax, by=system_staff(), on=ON)
    assert (seen.last.sequence, seen.full.rows, seen.changes.rows, seen.changes.added) == (1, 2, 1, 1)
    assert line().rows == seen.changes.rows


def test_a_file_that_was_changed_in_the_store_is_not_given_out(line, registered):
    registered()
    delivery = line()
    Delivery.objects.filter(pk=delivery.pk).update(sha256="0" * 64)
    with pytest.raises(DeliveryRefused):
        content(Delivery.objects.get(pk=delivery.pk))
    delivery.file.storage.delete(delivery.file.name)
    with pytest.raises(DeliveryRefused):
        content(delivery)


@pytest.fixture
def kind(monkeypatch):
    """A kind whose rows the test gives: kind([(key, name, fen), …])."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    given: list = []

    def declare(found, *more):
        columns = (Column("姓名"), Column("金额（元）", Kind.MONEY), *more)
        given[:] = found
        made = DeliveryKind(
            "trial", "试行", BureauKind.TAX, columns, lambda *_: list(given), (), sum_column="金额（元）"
        )
        registry._kinds["trial"] = made
        return made

    return declare


def test_the_sum_is_that_of_the_rows_that_stand(line, kind):
    kind([("1", "甲", 10_050), ("2", "乙", 20_000), ("10", "丙", None)])
    first = line("trial")
    kind([("1", "甲", 10_050), ("2", "乙", 30_001)])
    second = line("trial")
    assert (first.sum_fen, first.standing_fen, first.rows) == (30_050, 30_050, 3)
    assert (second.sum_fen, second.standing_fen) == (30_001, 40_051)
    assert [(row["变动类型"], row["姓名"], row["金额（元）"]) for row in rows(second)] == [
        ("变更", "乙", "300.01"),
        ("撤销", "丙", ""),
    ]
    assert manifest_of(second)["sum"] == "300.01"


def test_other_columns_ask_for_a_full_delivery(line, kind):
    kind([("1", "甲", 1)])
    line("trial")
    kind([("1", "甲", 1, "x")], Column("备注"))
    with pytest.raises(DeliveryRefused):
        line("trial")
    assert line("trial", full=True).sequence == 2


@pytest.mark.parametrize("keys", [("2", "1"), ("1", "1"), ("10", "9")])
def test_rows_out_of_order_are_an_error_and_leave_nothing_behind(line, kind, settings, keys):
    kind([(key, "甲", 1) for key in keys])
    with pytest.raises(KeysOutOfOrder):
        line("trial")
    assert not Delivery.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_lists_are_compared_side_by_side():
    def lines(text):
        return [Line(key, [cell]) for key, cell in (each.split("=") for each in text.split())]

    found = [
        (each.change, each.line.key) for each in compare(lines("1=a 2=b 9=c 11=d"), lines("2=b 9=x 10=n 11=d 12=m"))
    ]
    assert found == [("撤销", "1"), (None, "2"), ("变更", "9"), ("新增", "10"), (None, "11"), ("新增", "12")]


def test_the_command_writes_file_and_manifest_and_counts_as_sent(line, registered, tmp_path, capsys):
    registered("李四")
    call_command("deliver", "registrations", area=PINGLI, year="2022", out=str(tmp_path), json=True, on=ON)
    told = json.loads(capsys.readouterr().out)
    file = tmp_path / told["file"]
    manifest = json.loads((tmp_path / f"{told['file']}.manifest.json").read_text())
    assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"] == manifest["sha256"]
    assert (manifest["rows"], manifest["sequence"], manifest["kind"]) == (1, 1, "registrations")
    assert Delivery.objects.get().status == Delivery.Status.SENT
    before = file.read_bytes(), (tmp_path / f"{told['file']}.manifest.json").read_bytes()
    file.unlink()
    call_command("deliver", "registrations", area=PINGLI, year="2022", out=str(tmp_path), repeat=1, on=ON)
    assert (file.read_bytes(), (tmp_path / f"{told['file']}.manifest.json").read_bytes()) == before
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        told["file"],
        f"{told['file']}.manifest.json",
    }


def test_the_command_names_what_is_missing(tree, tmp_path):
    with pytest.raises(CommandRefused, match="接收单位"):
        call_command("deliver", "marks", area=PINGLI, year="2022", on=ON)
    with pytest.raises(CommandRefused, match="marks"):
        call_command("deliver", "nothing", area=PINGLI, year="2022", on=ON)
