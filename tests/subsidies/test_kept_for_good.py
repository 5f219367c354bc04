"""What a decision refers to is deleted or changed by nobody, whoever writes SQL into the database."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from subsidies.models import Answer, Decision
from tests.subsidies.conftest import make_resident

pytestmark = pytest.mark.django_db
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
}


@pytest.fixture
def decision(decide_area):
    make_resident(dibao=date(2020, 1, 1), paid=date(2021, 12, 1), amount=160)
    decide_area()
    return Decision.objects.get()


def _run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.check_constraints()


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
def test_what_a_decision_rests_on_stays(decision, attack):
    version = Answer.objects.get(pk=decision.answer_id).pack_version_id
    with pytest.raises(DatabaseError), transaction.atomic():
        _run(attack.format(decision, version))
    assert Decision.objects.get().answer.pack_version.content
