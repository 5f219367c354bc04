"""Rows that the receiver refused: they stay listed, and the next delivery brings them again once they are mended."""

import json

import pytest
from django.urls import reverse

from accounts.queries import system_staff
from accounts.roles import Role
from enrollment.models import Registration
from exchanges.outbound.models import Receipt
from exchanges.outbound.queries import objected
from exchanges.outbound.services import DeliveryRefused, hand_over, preview, take_receipt
from tests.exchanges.outbound.conftest import ON, rows
from tests.factories import PINGLI


@pytest.fixture
def three(registered):
    return {name: registered(name) for name in ("甲", "乙", "丙")}


def refuse(delivery, *refused, **more):
    """The receiver takes all rows but these."""
    hand_over(delivery=delivery, via="ftp", by=system_staff(), on=ON)
    said = {
        "sequence": delivery.sequence,
        "sha256": delivery.sha256,
        "accepted": delivery.rows - len(refused),
        "refused": [{"row": row, "reason": "证件号码不符"} for row in refused],
        **more,
    }
    return take_receipt(delivery=delivery, data=json.dumps(said).encode(), by=system_staff(), on=ON)[0]


def changes(delivery):
    return [(row["变动类型"], row["姓名"]) for row in rows(delivery)]


def mend(name):
    Registration.objects.filter(person__name=name).update(tier=2)


def settled(receipt):
    receipt.refresh_from_db()
    return [each.settled_by for each in receipt.refusals]


def test_a_refused_row_goes_out_as_new_once_it_is_mended(line, three):
    first = line()
    receipt = refuse(first, 2)
    mend("乙")
    second = line()
    assert changes(second) == [("新增", "乙")]
    assert (second.added, second.changed, second.standing_rows) == (1, 0, 3)
    assert settled(receipt) == [2]
    assert list(objected(system_staff())) == []


def test_as_it_was_it_is_held_back_and_stays_listed(line, three, registered):
    first = line()
    receipt = refuse(first, 2)
    with pytest.raises(DeliveryRefused):
        line()
    registered("丁")
    second = line()
    assert changes(second) == [("新增", "丁")]
    assert second.standing_rows == 3
    assert settled(receipt) == [None]
    assert list(objected(system_staff())) == [first]
    mend("乙")
    assert changes(line()) == [("新增", "乙")]
    assert settled(receipt) == [3]


def test_a_refused_change_goes_out_as_a_change(line, three):
    refuse(line())
    mend("乙")
    receipt = refuse(line(), 1)
    with pytest.raises(DeliveryRefused):
        line()
    Registration.objects.filter(person__name="乙").update(situation="newborn")
    assert changes(line()) == [("变更", "乙")]
    assert settled(receipt) == [3]


def test_what_has_gone_since_is_not_withdrawn_from_who_never_took_it(line, three, registered):
    receipt = refuse(line(), 2)
    Registration.objects.filter(person__name__in=["乙", "丙"]).update(ended_on=ON, end_reason="mistake")
    assert changes(line()) == [("撤销", "丙")]
    assert settled(receipt) == [2]


def test_a_refused_withdrawal_goes_out_again_or_the_row_comes_back(line, three):
    refuse(line())
    Registration.objects.filter(person__name="乙").update(ended_on=ON, end_reason="mistake")
    refuse(line(), 1)
    third = line()
    assert changes(third) == [("撤销", "乙")]
    refuse(third, 1)
    Registration.objects.filter(person__name="乙").update(ended_on=None, end_reason="")
    assert changes(line()) == [("变更", "乙")]


def test_a_receipt_that_comes_after_the_next_delivery_is_heeded(line, three, registered):
    first = line()
    registered("丁")
    line()
    receipt = refuse(first, 2)
    mend("乙")
    third = line()
    assert changes(third) == [("新增", "乙")]
    assert settled(receipt) == [3]


def test_a_second_refusal_waits_again(line, three):
    refuse(line(), 2)
    mend("乙")
    again = refuse(line(), 1)
    with pytest.raises(DeliveryRefused):
        line()
    Registration.objects.filter(person__name="乙").update(tier=1)
    assert changes(line()) == [("新增", "乙")]
    assert settled(again) == [3]


def test_everything_on_request_brings_it_as_it_is(line, three):
    receipt = refuse(line(), 2)
    full = line(full=True)
    assert [row["姓名"] for row in rows(full)] == ["甲", "乙", "丙"]
    assert settled(receipt) == [2]


def test_a_receipt_of_another_file_refuses_nothing_of_ours(line, three):
    refuse(line(), 2, sha256="0" * 64)
    with pytest.raises(DeliveryRefused):
        line()
    mend("乙")
    assert changes(line()) == [("变更", "乙")]


def test_a_later_receipt_that_takes_all_settles_it(line, three):
    first = line()
    refuse(first, 2)
    refuse(first)
    mend("乙")
    assert changes(line()) == [("变更", "乙")]


def test_the_preview_counts_it(line, three, tree, tax):
    from exchanges.outbound.kinds import by_name

    asked = {"kind": by_name("registrations"), "region": tree[PINGLI], "coverage_year": 2022, "receiver": tax}
    refuse(line(), 2)
    found = preview(**asked, by=system_staff(), on=ON)
    assert (found.changes.rows, found.changes.held, found.full.rows) == (0, 1, 3)
    mend("乙")
    found = preview(**asked, by=system_staff(), on=ON)
    assert (found.changes.added, found.changes.held) == (1, 0)


def test_the_page_lists_what_waits_and_what_is_settled(client, staff, line, three):
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    first = line()
    refuse(first, 1, 2)
    mend("乙")
    line()
    text = client.get(reverse("exchanges:delivery", args=[first.pk])).content.decode()
    assert "待更正" in text
    assert "已在第2号处理" in text
    assert Receipt.objects.get().refused_rows == [[1, "证件号码不符"], [2, "证件号码不符", 2]]
    listed = client.get(reverse("exchanges:deliveries"), {"show": "objected"})
    assert [each.pk for each in listed.context["table"].data] == [first.pk]
