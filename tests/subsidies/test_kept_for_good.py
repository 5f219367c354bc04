"""Decisions and what they refer to are deleted, changed or made up by nobody, whoever writes SQL into the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from enrollment.models import Payment
from subsidies.models import Answer, Decision, IdentityMark
from subsidies.services import decide, end_mark, take_back
from tests.factories import PINGLI, make_person
from tests.subsidies.conftest import LAST_WEEK, VILLAGE, make_payment, make_resident

pytestmark = pytest.mark.django_db
_COPY = "person_id, coverage_year, region_id, answer_id, payment_id, run_id, decided_on"
_PERSON = "(SELECT max(id) FROM enrollment_person)"


def _made_up(**other):
    """A decision of the person who has none, like the one that stands but for these columns."""
    own = {"person_id": _PERSON, "payment_id": "NULL", **other}
    values = ", ".join(str(own.get(name, name)) for name in _COPY.split(", "))
    return f"INSERT INTO subsidies_decision ({_COPY}) SELECT {values} FROM subsidies_decision"


ATTACKS = {
    "the person": "DELETE FROM enrollment_person WHERE id = {0.person_id}",
    "the payment": "DELETE FROM enrollment_payment WHERE id = {0.payment_id}",
    "the place": "DELETE FROM regions_region WHERE code = '{0.region_id}'",
    "the run": "DELETE FROM subsidies_decisionrun WHERE id = {0.run_id}",
    "the answer": "DELETE FROM subsidies_answer WHERE id = {0.answer_id}",
    "an amount of the answer": "UPDATE subsidies_answerfund SET amount_fen = 1 WHERE answer_id = {0.answer_id}",
    "a fund of the answer": "DELETE FROM subsidies_answerfund WHERE answer_id = {0.answer_id}",
    "the outcome": "UPDATE subsidies_answer SET outcome = 'enrolled' WHERE id = {0.answer_id}",
    "the notice": "DELETE FROM notices_packversion WHERE version = '{1}'",
    "the words of the notice": "UPDATE notices_packversion SET content = '{{}}' WHERE version = '{1}'",
    "the key of the person": "UPDATE enrollment_person SET id = id + 999 WHERE id = {2}",
    "the key of the run": "UPDATE subsidies_decisionrun SET id = id + 999 WHERE id = {0.run_id}",
    "the decision": "DELETE FROM subsidies_decision WHERE id = {0.pk}",
    "all decisions": "DELETE FROM subsidies_decision",
    "the answer it points to": "UPDATE subsidies_decision SET answer_id = answer_id + 1",
    "the place it points to": "UPDATE subsidies_decision SET region_id = '610926102201'",
    "the day it was made": "UPDATE subsidies_decision SET decided_on = '2021-12-01'",
    "the payment it rests on": "UPDATE subsidies_decision SET payment_id = NULL",
    "its key": "UPDATE subsidies_decision SET id = id + 999",
    "closed by no run": "UPDATE subsidies_decision SET superseded_by_id = 999999 WHERE id = {0.pk}",
    "closed and changed": "UPDATE subsidies_decision SET superseded_by_id = run_id, coverage_year = 2023",
    "the amount paid": "UPDATE enrollment_payment SET amount_fen = 1 WHERE id = {0.payment_id}",
    "who paid": "UPDATE enrollment_payment SET person_id = {2} WHERE id = {0.payment_id}",
    "the day of payment": "UPDATE enrollment_payment SET paid_on = '2021-10-01' WHERE id = {0.payment_id}",
    "the receipt": "UPDATE enrollment_payment SET receipt_no = 'other' WHERE id = {0.payment_id}",
    "the mark": "DELETE FROM subsidies_identitymark WHERE person_id = {0.person_id}",
    "of no person": _made_up(person_id=999999),
    "of no place": _made_up(region_id="'610926999999'"),
    "of no answer": _made_up(answer_id=999999),
    "of no run": _made_up(run_id=999999),
    "of no payment": _made_up(payment_id=999999),
    "of another's payment": _made_up(payment_id="payment_id"),
    "one among good ones": _made_up() + " UNION ALL " + _made_up(person_id=999999, coverage_year=2023).split(")", 1)[1],
}
EMPTIED = (
    "subsidies_decision",
    "subsidies_answer",
    "subsidies_answerfund",
    "subsidies_decisionrun",
    "subsidies_identitymark",
    "enrollment_payment",
    "enrollment_person",
    "regions_region",
    "notices_packversion",
)


@pytest.fixture
def decision(decide_area):
    make_resident(dibao=date(2020, 1, 1), paid=date(2021, 12, 1), amount=160)
    decide_area()
    make_person(VILLAGE)
    return Decision.objects.get()


def _run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.check_constraints()


def _rows():
    return [list(model.objects.order_by("pk").values()) for model in (Decision, Payment, IdentityMark)]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
def test_what_a_decision_rests_on_stays(decision, attack):
    version = Answer.objects.get(pk=decision.answer_id).pack_version_id
    before = _rows()
    with pytest.raises(DatabaseError), transaction.atomic():
        _run(attack.format(decision, version, _PERSON))
    assert _rows() == before
    assert Decision.objects.get().answer.pack_version.content


@pytest.mark.postgresql
@pytest.mark.parametrize("table", EMPTIED)
def test_no_table_is_emptied_below_decisions(decision, table):
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="kept for good"), transaction.atomic():
        _run(f"TRUNCATE {table} CASCADE")


def test_a_decision_is_closed_once(decision, decide_area):
    decision.person.payments.update(reversed_on=date(2021, 12, 10))
    again = decide_area()
    decision.refresh_from_db()
    assert decision.superseded_by_id == again.pk
    for other in ("NULL", decision.run_id):
        with pytest.raises(IntegrityError), transaction.atomic():
            _run(f"UPDATE subsidies_decision SET superseded_by_id = {other} WHERE id = {decision.pk}")


def test_a_decision_that_refers_to_rows_is_written(decision):
    _run(_made_up())
    assert Decision.objects.count() == 2


def test_a_mark_is_no_more_replaced_than_deleted(decision):
    """SQLite deletes a row that another one replaces, and tells only those triggers that it is asked to tell."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has no REPLACE")
    before = _rows()
    for table in ("subsidies_decision", "subsidies_identitymark"):
        with pytest.raises(IntegrityError), transaction.atomic():
            _run(f"REPLACE INTO {table} SELECT * FROM {table}")
    assert _rows() == before


def test_what_nobody_decided_by_may_be_put_right(decision):
    payment = make_payment(make_person(VILLAGE), date(2021, 12, 2))
    Payment.objects.filter(pk=payment.pk).update(amount_fen=1)
    payment.delete()
    assert Payment.objects.count() == 1


def test_a_mark_ended_and_taken_back_by_hand_stays_all_the_same(decision, system):
    mark = IdentityMark.objects.get()
    end_mark(mark=mark, ended_on=LAST_WEEK, why="民政局2021年3号", by=system, on=LAST_WEEK)
    take_back(mark=mark, by=system, on=LAST_WEEK)
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityMark.objects.all()._raw_delete("default")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_deletes_a_payment_waits_for_who_decides_by_it(seasons, system):
    """Neither sees what the other has not committed: one of the two has to wait, or both would pass."""
    person = make_resident(paid=date(2021, 12, 1))
    chunk_written, deleting = Event(), Event()

    def delete():
        try:
            chunk_written.wait(timeout=10)
            with transaction.atomic(), connection.cursor() as cursor:
                deleting.set()
                cursor.execute("DELETE FROM enrollment_payment WHERE person_id = %s", [person.pk])
        except IntegrityError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(delete)
        with transaction.atomic():
            decide(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
            chunk_written.set()
            deleting.wait(timeout=10)
            _wait_for_a_waiting_lock()
        assert isinstance(refused.result(timeout=30), IntegrityError)
    assert Decision.objects.get().payment == person.payments.get()


def _wait_for_a_waiting_lock():
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'subsidies_decision'::regclass"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited")
