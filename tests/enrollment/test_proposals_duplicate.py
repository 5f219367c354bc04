"""Who paid more than once for the year: which payment stays and which goes to refund is proposed by the notice's order,
and decided by a person (SL-5.3, PL-7.3a)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.queries import system_staff
from accounts.roles import Role
from enrollment import services
from enrollment.models import Payment, Proposal, Registration
from enrollment.queries import enrolled_people
from notices.models import Season
from tests.factories import PINGLI, ZHUJI

VILLAGE, OTHER, ELSEWHERE = "610926102200", "610926102201", "341323117205"
ON = date(2021, 12, 10)


@pytest.fixture
def notice(tree):
    """Lets a notice govern Pingli: notice("shangluo-2024")."""

    def notice(pack_id="pingli-2022"):
        Season.objects.update_or_create(region=tree[PINGLI], coverage_year=2022, defaults={"pack_id": pack_id})

    notice()
    return notice


@pytest.fixture
def someone(person, notice):
    return person(VILLAGE, name="王小明", born=date(2002, 5, 6))


@pytest.fixture
def pay(deliver, someone):
    """The person pays: pay("R1", VILLAGE, "2021-11-05"); a negative amount reverses."""

    def pay(receipt, region, day, amount="320", area=PINGLI):
        row = [receipt, someone.name, someone.id_number, region, "2022", "1", amount, day, ""]
        return deliver("payments", [row], on=ON, area=area)

    return pay


def proposed():
    return [
        (each.payment.receipt_no, each.stays.receipt_no, each.stays_by, each.status)
        for each in Proposal.objects.filter(kind="duplicate").order_by("payment__receipt_no")
    ]


def test_a_receipt_of_nothing_has_nothing_to_give_back(pay, notice):
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", VILLAGE, "2021-11-06", amount="0.00")
    assert proposed() == []


@pytest.mark.clause("SL-5.3")
def test_in_shangluo_the_payment_at_the_usual_residence_stays(pay, notice):
    notice("shangluo-2024")
    pay("R1", OTHER, "2021-11-05")
    assert not Proposal.objects.exists()
    pay("R2", VILLAGE, "2021-11-20")
    assert proposed() == [("R1", "R2", "usual_residence", "open")]
    assert Proposal.objects.get().clauses == "SL-5.3"


@pytest.mark.clause("SL-5.3")
def test_a_residence_permit_is_the_usual_residence(pay, notice, someone):
    notice("shangluo-2024")
    someone.residence_id = OTHER
    someone.save()
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", OTHER, "2021-11-20")
    assert proposed() == [("R1", "R2", "usual_residence", "open")]


@pytest.mark.clause("PL-7.3a")
def test_the_payment_at_the_college_comes_before_the_one_at_home(pay, deliver, someone, notice):
    deliver("students", [[someone.name, someone.id_number, "宿州学院", "大学", "2021-09-01", ""]], area=ZHUJI, on=ON)
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", ELSEWHERE, "2021-11-20", area=ZHUJI)
    assert proposed() == [("R1", "R2", "college_student", "open")]
    assert Proposal.objects.get().clauses == "PL-7.3a"


def test_twice_in_one_place_the_first_stays(pay):
    pay("R2", VILLAGE, "2021-11-20")
    pay("R1", VILLAGE, "2021-11-05")
    assert proposed() == [("R2", "R1", "first_payment", "open")]


def test_three_payments_leave_one(pay):
    for receipt, day in (("R1", "2021-11-05"), ("R2", "2021-11-06"), ("R3", "2021-11-07")):
        pay(receipt, VILLAGE, day)
    assert proposed() == [("R2", "R1", "first_payment", "open"), ("R3", "R1", "first_payment", "open")]


def test_both_in_one_list(deliver, someone):
    rows = [
        [r, someone.name, someone.id_number, VILLAGE, "2022", "1", "320", d, ""]
        for r, d in (("R1", "2021-11-05"), ("R2", "2021-11-06"))
    ]
    deliver("payments", rows, on=ON)
    assert proposed() == [("R2", "R1", "first_payment", "open")]
    deliver(
        "payments", [*rows, ["R3", "李四", "610926198003100015", VILLAGE, "2022", "1", "320", "2021-11-07", ""]], on=ON
    )
    assert len(proposed()) == 1


def test_a_reversal_overtakes_it_also_after_the_decision(pay):
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", VILLAGE, "2021-11-06")
    services.accept_proposals(proposals=[Proposal.objects.get().pk], by=system_staff(), on=ON)
    pay("R1", VILLAGE, "2021-11-30", amount="-320")
    assert proposed() == [("R2", "R1", "first_payment", "lapsed")]
    pay("R3", VILLAGE, "2021-12-01")
    assert proposed() == [("R2", "R1", "first_payment", "lapsed"), ("R3", "R2", "first_payment", "open")]


def test_accepting_names_the_refund_and_moves_nothing_until_it_is_paid_out(pay, notice):
    notice("shangluo-2024")
    pay("R1", OTHER, "2021-11-05")
    pay("R2", VILLAGE, "2021-11-20")
    proposal = Proposal.objects.get()
    assert services.accept_proposals(proposals=[proposal.pk], by=system_staff(), on=ON) == 1
    entry = AuditEntry.objects.get(verb="enrollment.accept_proposal")
    assert (entry.after["payment"], entry.after["stays"]) == (proposal.payment_id, proposal.stays_id)
    assert enrolled_people(coverage_year=2022, on=ON).get().receipt_no == "R1"
    assert services.undo_proposal(proposal=proposal, by=system_staff(), on=ON)
    assert proposed() == [("R1", "R2", "usual_residence", "open")]
    services.accept_proposals(proposals=[proposal.pk], by=system_staff(), on=ON)
    services.record_refund(payment=Payment.objects.get(receipt_no="R1"), by=system_staff(), on=ON)
    registration = Registration.objects.get()
    assert (registration.region_id, registration.ended_on) == (VILLAGE, None)
    assert enrolled_people(coverage_year=2022, on=ON).get().receipt_no == "R2"
    with pytest.raises(ValidationError):
        services.undo_proposal(proposal=proposal, by=system_staff(), on=ON)


def test_the_refund_of_the_one_that_was_to_stay_closes_it(pay):
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", VILLAGE, "2021-11-06")
    services.record_refund(payment=Payment.objects.get(receipt_no="R1"), by=system_staff(), on=ON)
    assert proposed() == [("R2", "R1", "first_payment", "lapsed")]


def test_what_no_longer_stands_is_not_accepted(pay):
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", VILLAGE, "2021-11-06")
    Payment.objects.filter(receipt_no="R1").update(reversed_on=ON)
    with pytest.raises(ValidationError, match="王小明"):
        services.accept_proposals(proposals=[Proposal.objects.get().pk], by=system_staff(), on=ON)


def test_it_is_decided_where_the_refund_is(pay, staff):
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", ELSEWHERE, "2021-11-20", area=ZHUJI)
    proposal = Proposal.objects.get()
    assert proposal.region_id == ELSEWHERE
    here, there = staff(Role.COUNTY_AGENT, PINGLI), staff(Role.COUNTY_AGENT, ZHUJI)
    assert services.accept_proposals(proposals=[proposal.pk], by=here, on=ON) == 0
    assert services.accept_proposals(proposals=[proposal.pk], by=there, on=ON) == 1


def test_the_database_knows_both_payments_and_each_once(pay):
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", VILLAGE, "2021-11-06")
    proposal = Proposal.objects.get()
    for change in ({"stays": None}, {"stays": proposal.payment_id}, {"stays_by": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.update(**change)
    proposal.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        proposal.save(force_insert=True)


def test_the_pages_say_which_stays_and_which_goes_to_refund(client, staff, pay):
    pay("R1", VILLAGE, "2021-11-05")
    pay("R2", VILLAGE, "2021-11-06")
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    text = client.get(reverse("enrollment:proposals"), {"kind": "duplicate"}).content.decode()
    assert text.index("R1") < text.index("R2")
    sent = {"proposal": [Proposal.objects.get().pk], "verb": "accept"}
    client.post(reverse("enrollment:decide_proposals"), sent)
    assert proposed() == [("R2", "R1", "first_payment", "accepted")]
    assert "R2" in client.get(reverse("enrollment:proposals"), {"status": "accepted"}).content.decode()
