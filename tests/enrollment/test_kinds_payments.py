from datetime import date

import pytest
from django.db import IntegrityError, transaction

from enrollment.models import Payment, Person, Registration
from exchanges.models import Batch
from tests.deliveries import reasons
from tests.factories import make_id_number

VILLAGE, OTHER = "610926102200", "610926102201"


@pytest.fixture
def resident(person):
    return person(VILLAGE, name="王小明", born=date(1970, 5, 6))


def row(resident, **changes):
    cells = {
        "receipt": "3610962111000001",
        "name": resident.name,
        "number": resident.id_number,
        "region": VILLAGE,
        "year": "2022",
        "tier": "1",
        "amount": "320.00",
        "paid_on": "2021-11-05",
        "channel": "微信",
    }
    assert changes.keys() <= cells.keys()
    return list({**cells, **changes}.values())


def test_a_payment_enters_with_its_registration(deliver, resident):
    batch = deliver("payments", [row(resident, region=OTHER, amount="320.5")])
    payment, registration = Payment.objects.get(), Registration.objects.get()
    assert (batch.status, batch.changed) == (Batch.Status.MERGED, 1)
    assert (payment.person, payment.amount_fen, payment.paid_on) == (resident, 32050, date(2021, 11, 5))
    assert (payment.region_id, payment.tier, payment.channel, payment.by_roster) == (OTHER, 1, "微信", False)
    assert (registration.person, registration.region_id, registration.tier) == (resident, OTHER, 1)
    assert registration.registered_on == date(2021, 11, 5)


@pytest.mark.clause("SL-3.3")
def test_who_is_fully_assisted_pays_nothing_and_is_enrolled(deliver, resident):
    batch = deliver("payments", [row(resident, amount="0.00", channel="资助代缴")])
    assert (batch.accepted, batch.refused) == (1, 0)
    assert Payment.objects.get().amount_fen == 0
    assert Registration.objects.get().person == resident
    again = deliver("payments", [row(resident, amount="0", channel="资助代缴")])
    assert (again.refused, again.changed) == (0, 0)


@pytest.mark.parametrize("channel", ["汇总申报", "部门代缴", "民政部门代缴"])
def test_payment_by_a_department_in_one_batch_is_marked(deliver, resident, channel):
    deliver("payments", [row(resident, channel=channel)])
    assert Payment.objects.get().by_roster


def test_one_receipt_is_one_payment(deliver, resident):
    batch = deliver("payments", [row(resident), row(resident)])
    assert (batch.accepted, batch.refused, batch.changed, Payment.objects.count()) == (2, 0, 1, 1)


def test_a_known_receipt_with_other_content_is_refused(deliver, resident):
    deliver("payments", [row(resident)])
    batch = deliver("payments", [row(resident, amount="350.00")])
    assert reasons(batch) == {2: [("receipt_no", "receipt_known")]}
    assert Payment.objects.get().amount_fen == 32000


def test_contradicting_rows_of_one_receipt_are_both_refused(deliver, resident):
    batch = deliver("payments", [row(resident), row(resident, amount="350.00")])
    assert reasons(batch) == {2: [("receipt_no", "receipt_contradicts")], 3: [("receipt_no", "receipt_contradicts")]}


def test_an_amount_that_was_not_due_is_accepted(deliver, resident):
    batch = deliver("payments", [row(resident, amount="1.00")])
    assert (batch.accepted, Payment.objects.get().amount_fen) == (1, 100)


def test_an_unknown_person_is_entered_from_the_list(deliver, resident):
    number = make_id_number("610926", date(1999, 1, 2))
    deliver("payments", [row(resident, name="李四", number=number, receipt="R2")])
    person = Person.objects.get(name="李四")
    assert (person.id_number, person.birth_date, person.region_id) == (number, date(1999, 1, 2), VILLAGE)
    assert person.payments.count() == 1


def test_a_passport_needs_a_registered_holder(deliver, resident):
    batch = deliver("payments", [row(resident, name="JOHN SMITH", number="E12345678")])
    assert reasons(batch) == {2: [("id_number", "person_unknown")]}


def test_another_name_than_in_the_register_is_refused(deliver, resident):
    batch = deliver("payments", [row(resident, name="王大明")])
    assert reasons(batch) == {2: [("name", "name_differs")]}
    assert "王**" in batch.row_errors.get().detail


def test_another_coverage_year_is_refused(deliver, resident):
    batch = deliver("payments", [row(resident, year="2023")])
    assert reasons(batch) == {2: [("coverage_year", "other_year")]}


class TestReversal:
    def test_in_a_later_list(self, deliver, resident):
        deliver("payments", [row(resident)])
        batch = deliver("payments", [row(resident, amount="-320.00", paid_on="2021-11-20")])
        payment = Payment.objects.get()
        assert (batch.accepted, batch.changed) == (1, 1)
        assert (payment.reversed_on, payment.reversal_batch_id) == (date(2021, 11, 20), batch.pk)
        assert payment.amount_fen == 32000

    def test_before_its_receipt_in_one_list(self, deliver, resident):
        batch = deliver("payments", [row(resident, amount="-320", paid_on="2021-11-20"), row(resident)])
        assert (batch.accepted, batch.refused, batch.changed) == (2, 0, 2)
        assert Payment.objects.get().reversed_on == date(2021, 11, 20)

    def test_the_same_lists_again_leave_it_reversed(self, deliver, resident):
        paid, taken_back = [row(resident)], [row(resident, amount="-320", paid_on="2021-11-20")]
        for rows in (paid, taken_back):
            deliver("payments", rows)
        for rows in (paid, taken_back):
            again = deliver("payments", rows)
            assert (again.status, again.changed, again.refused) == (Batch.Status.UNCHANGED, 0, 0)
        assert Payment.objects.get().reversed_on == date(2021, 11, 20)

    def test_without_its_receipt(self, deliver, resident):
        batch = deliver("payments", [row(resident, amount="-320", paid_on="2021-11-20")])
        assert reasons(batch) == {2: [("receipt_no", "reversal_unknown")]}
        assert not Payment.objects.exists()

    def test_of_a_receipt_that_is_itself_refused(self, deliver, resident):
        batch = deliver("payments", [row(resident, year="2021"), row(resident, amount="-320", paid_on="2021-11-20")])
        assert reasons(batch) == {2: [("coverage_year", "other_year")], 3: [("receipt_no", "reversal_unknown")]}

    @pytest.mark.parametrize(
        "change", [{"amount": "-100.00", "paid_on": "2021-11-20"}, {"amount": "-320.00", "paid_on": "2021-11-04"}]
    )
    def test_that_does_not_fit_its_receipt(self, deliver, resident, change):
        deliver("payments", [row(resident)])
        batch = deliver("payments", [row(resident, **change)])
        assert reasons(batch) == {2: [("amount", "reversal_differs")]}

    def test_a_second_time(self, deliver, resident):
        deliver("payments", [row(resident)])
        deliver("payments", [row(resident, amount="-320", paid_on="2021-11-20")])
        batch = deliver("payments", [row(resident, amount="-320", paid_on="2021-11-21")])
        assert reasons(batch) == {2: [("receipt_no", "reversal_again")]}

    def test_moves_the_registration_to_the_payment_that_still_stands(self, deliver, resident):
        deliver("payments", [row(resident), row(resident, receipt="R2", region=OTHER, paid_on="2021-11-09")])
        assert Registration.objects.get().region_id == VILLAGE
        deliver("payments", [row(resident, amount="-320", paid_on="2021-11-20")])
        assert Registration.objects.get().region_id == OTHER


@pytest.mark.parametrize("amount", ["320.001", "三百二十", "1e3", "", "320,00", "-0", "--320"])
def test_what_is_no_amount_is_refused(deliver, resident, amount):
    batch = deliver("payments", [row(resident, amount=amount)])
    assert batch.refused == 1
    assert {field for field, _code in reasons(batch)[2]} == {"amount"}


@pytest.mark.parametrize(
    ("amount", "fen"), [("３２０．００", 32000), ("1,320.5", 132050), ("¥320", 32000), ("320.10", 32010)]
)
def test_amounts_as_people_write_them(deliver, resident, amount, fen):
    deliver("payments", [row(resident, amount=amount)])
    assert Payment.objects.get().amount_fen == fen


@pytest.mark.clause("PL-6.3")
def test_no_payment_without_its_voucher(deliver, resident):
    batch = deliver("payments", [row(resident, receipt="")])
    assert reasons(batch) == {2: [("receipt_no", "missing")]}
    deliver("payments", [row(resident)])
    kept = Payment.objects.get()
    assert (kept.receipt_no, kept.channel) == ("3610962111000001", "微信")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.update(receipt_no="")


def test_a_reversal_belongs_to_the_year_of_its_receipt(deliver, resident):
    deliver("payments", [row(resident, paid_on="2022-01-05")])
    batch = deliver("payments", [row(resident, year="2023", amount="-320.00", paid_on="2022-02-01")], year=2023)
    assert reasons(batch) == {2: [("amount", "reversal_differs")]}
    assert Payment.objects.get().reversed_on is None
