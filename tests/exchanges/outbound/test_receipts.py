"""What receivers answer: read, matched, compared, chased."""

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils.translation import override

from accounts.models import AuditEntry, BusinessDay
from accounts.queries import system_staff
from accounts.roles import Role
from exchanges.outbound.kinds import by_name
from exchanges.outbound.models import Delivery, Receipt
from exchanges.outbound.queries import missing_receipts, objected, standings
from exchanges.outbound.receipt_file import ReceiptUnreadable, read_receipt
from exchanges.outbound.services import answered_by, hand_over, take_receipt
from exchanges.outbound.services.receipts import differences
from notices.services import set_season
from tests.exchanges.outbound.conftest import ON, TOWN
from tests.factories import PINGLI, make_id_number


@pytest.fixture
def sent(line, registered):
    """A delivery of two rows that was sent on ON."""
    registered("甲")
    registered("乙")
    return hand_over(delivery=line(), via="ftp", by=system_staff(), on=ON)


def answer(delivery, **more):
    said = {"sequence": delivery.sequence, "sha256": delivery.sha256, "accepted": delivery.rows, **more}
    return take_receipt(delivery=delivery, data=json.dumps(said).encode(), by=system_staff(), on=ON)[0]


def test_a_receipt_that_agrees_acknowledges_the_delivery(sent):
    receipt = answer(sent)
    sent.refresh_from_db()
    assert sent.status == Delivery.Status.ACKNOWLEDGED
    assert not differences(receipt)
    assert AuditEntry.objects.filter(verb="exchanges.take_receipt", object_id=str(sent.pk)).count() == 1


@pytest.mark.parametrize(
    ("said", "what"),
    [({"sha256": "0" * 64}, "SHA-256"), ({"accepted": 1}, "Rows"), ({"sequence": 9}, "Number")],
)
def test_a_receipt_that_differs_says_in_what(sent, said, what):
    receipt = answer(sent, **said)
    sent.refresh_from_db()
    assert sent.status == Delivery.Status.REFUSED
    with override("en"):
        assert [each.what for each in differences(receipt)] == [what]
    assert list(objected(system_staff())) == [sent]


def test_refused_rows_keep_their_reasons_with_numbers_masked(sent):
    receipt = answer(sent, accepted=1, refused=[{"row": 2, "reason": "610926199001010015 不符"}])
    sent.refresh_from_db()
    assert sent.status == Delivery.Status.REFUSED
    assert not differences(receipt)
    receipt.refresh_from_db()
    assert receipt.refused_rows == [[2, "610926********0015 不符"]]


def test_the_same_receipt_twice_is_one(sent):
    answer(sent)
    answer(sent)
    assert Receipt.objects.count() == 1
    assert AuditEntry.objects.filter(verb="exchanges.take_receipt").count() == 1


def test_a_later_receipt_that_agrees_settles_it(sent):
    answer(sent, accepted=1)
    hand_over(delivery=sent, via="ftp", by=system_staff(), on=ON)
    answer(sent)
    sent.refresh_from_db()
    assert sent.status == Delivery.Status.ACKNOWLEDGED


def test_the_same_objection_to_a_file_that_was_sent_once_more_stands_again(sent):
    answer(sent, accepted=1, refused=[{"row": 2, "reason": "证件号码不符"}])
    hand_over(delivery=sent, via="ftp", by=system_staff(), on=ON + timedelta(days=1))
    receipt = answer(sent, accepted=1, refused=[{"row": 2, "reason": "证件号码不符"}])
    sent.refresh_from_db()
    assert sent.status == Delivery.Status.REFUSED
    assert list(sent.receipts.all()) == [receipt]
    assert AuditEntry.objects.filter(verb="exchanges.take_receipt").count() == 2


def test_a_receipt_shows_that_a_file_has_gone_though_nobody_said_so(line, registered):
    registered()
    delivery = line()
    answer(delivery)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.sent_on) == (Delivery.Status.ACKNOWLEDGED, ON)


def test_a_receipt_of_another_delivery_is_not_entered_here(sent, line):
    other = line(full=True)
    with pytest.raises(ReceiptUnreadable, match="2"):
        answer(sent, sequence=2, sha256=other.sha256)
    sent.refresh_from_db()
    assert sent.status == Delivery.Status.SENT


@pytest.mark.parametrize("rows", [[0], [3], [2, 10**8], [None], ["x"], [-1]])
def test_rows_that_the_file_has_not_are_no_refused_rows(sent, rows):
    with pytest.raises(ReceiptUnreadable):
        answer(sent, accepted=2 - len(rows), refused=[{"row": row, "reason": "不符"} for row in rows])
    sent.refresh_from_db()
    assert sent.status == Delivery.Status.SENT


def test_a_row_refused_for_two_reasons_is_one_row(sent):
    receipt = answer(sent, accepted=1, refused=[{"row": 2, "reason": "姓名不符"}, {"row": 2, "reason": "证件号码不符"}])
    assert (receipt.refused, receipt.refused_rows) == (1, [(2, "姓名不符；证件号码不符")])
    assert not differences(receipt)


@pytest.mark.parametrize("odd", ["\0", "\ud800", "\u202e", "<script>"])
def test_odd_characters_in_a_receipt_break_nothing(sent, odd):
    receipt = answer(sent, accepted=1, refused=[{"row": 2, "reason": f"不{odd}符"}])
    receipt.refresh_from_db()
    assert receipt.refused_rows[0][1].replace(odd, " ") in ("不 符", f"不{odd}符")
    said = {"kind": f"a{odd}", "area": odd, "year": 2022, "sequence": 1, "accepted": 1}
    with pytest.raises(ReceiptUnreadable):
        answered_by(read_receipt(json.dumps(said).encode()), by=system_staff())


def test_csv_as_a_receiver_writes_it(sent):
    text = f"序号,{sent.sequence}\r\nSHA-256,{sent.sha256.upper()}\r\n接收行数,1\r\n退回行号,原因\r\n2,证件号码不符\r\n"
    for encoding in ("utf-8-sig", "gb18030"):
        said = read_receipt(text.encode(encoding))
        assert (said.sequence, said.sha256, said.accepted) == (1, sent.sha256, 1)
        assert said.refused == [(2, "证件号码不符")]
        assert answered_by(said, by=system_staff()) == sent


def test_a_receipt_is_matched_by_kind_area_year_and_number(sent):
    said = {"kind": "registrations", "area": PINGLI, "year": 2022, "sequence": 1, "accepted": 2}
    assert answered_by(read_receipt(json.dumps(said).encode()), by=system_staff()) == sent
    with pytest.raises(ReceiptUnreadable):
        answered_by(read_receipt(json.dumps({**said, "sequence": 2}).encode()), by=system_staff())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{" * 100_000,
        b'{"accepted": 1}',
        b'{"accepted": true, "sequence": 1}',
        b'{"accepted": -1, "sequence": 1}',
        b'{"accepted": 1, "sha256": "abc"}',
        b'{"accepted": 1, "sequence": 1, "sum": "many"}',
        b'{"accepted": 1, "sequence": 1, "refused": "all"}',
        b'{"accepted": 1, "sequence": 1, "refused": [1]}',
        b'{"accepted": 1, "sequence": 99999999999999999999}',
        b"\xff\xfe\x00\x81\xff",
        b"PK\x03\x04 a workbook",
        b"x" * (6 * 1024 * 1024),
    ],
)
def test_what_is_no_receipt_is_refused_with_a_reason(data):
    with pytest.raises(ReceiptUnreadable) as refused:
        read_receipt(data)
    assert str(refused.value)


def test_the_receiver_sees_its_deliveries_and_answers_them(sent, staff, tax):
    clerk = staff(Role.TAX_CLERK, PINGLI)
    clerk.bureau = tax
    clerk.save()
    other = staff(Role.BUREAU_CLERK, PINGLI, bureau="police")
    assert list(Delivery.objects.visible_to(clerk)) == [sent]
    assert not Delivery.objects.visible_to(other).exists()
    receipt, new = take_receipt(
        delivery=sent, data=json.dumps({"sequence": 1, "accepted": 2}).encode(), by=clerk, on=ON
    )
    assert new
    assert receipt.by == clerk
    with pytest.raises(PermissionDenied):
        take_receipt(delivery=sent, data=b"{}", by=staff(Role.TOWNSHIP_OFFICER, TOWN), on=ON)


def test_a_missing_receipt_is_chased_after_its_days(sent, staff):
    agent = staff(Role.COUNTY_AGENT, PINGLI)
    days = by_name("registrations").receipt_days
    assert not missing_receipts(agent, on=ON + timedelta(days=days)).exists()
    assert list(missing_receipts(agent, on=ON + timedelta(days=days + 1))) == [sent]
    again = hand_over(delivery=sent, via="ftp", by=system_staff(), on=ON + timedelta(days=days))
    assert (again.sent_on, again.repeated_on) == (ON, ON + timedelta(days=days))
    assert not missing_receipts(agent, on=ON + timedelta(days=days + 1)).exists()
    assert list(missing_receipts(agent, on=ON + timedelta(days=2 * days + 1))) == [sent]
    answer(sent)
    assert not missing_receipts(agent, on=ON + timedelta(days=days + 1)).exists()


@pytest.mark.clause("PL-8.2a")
def test_changes_of_employee_insurance_are_due_every_week(tree, deliver, line, staff):
    set_season(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022", by=system_staff(), on=ON)
    agent = staff(Role.COUNTY_AGENT, PINGLI)

    def due(on):
        found = standings(tree[PINGLI], 2022, agent, on=on)
        return next(each.due for each in found if each.kind.name == "employee_changes")

    assert due(ON)
    deliver("employee_cover", [["李四", make_id_number(), "县一中", "停保", "2021-11-01", "3"]], on=ON)
    line("employee_changes")  # Friday 3 December
    assert not due(date(2021, 12, 5))
    assert due(date(2021, 12, 6))


def test_the_command_takes_a_receipt(sent, tmp_path, capsys):
    BusinessDay.objects.create(region_id=PINGLI, today=date(2021, 12, 6))
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps({"sha256": sent.sha256, "accepted": 2}))
    call_command("take_receipt", str(file), json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["new"], told["differences"]) == ("acknowledged", True, [])
    assert Receipt.objects.get().received_on == date(2021, 12, 6)
    file.write_text(json.dumps({"sha256": sent.sha256, "accepted": 1}))
    with pytest.raises(SystemExit) as ended:
        call_command("take_receipt", str(file), json=True)
    assert ended.value.code == 1
