"""Whoever was just born is decided for as a newborn, though tax reports a payment and the police a birthday only."""

from datetime import date

import pytest

from policy.newborn import situation_by_birth
from tests.factories import PINGLI, ZHUJI
from tests.subsidies.conftest import VILLAGE, ZHUJI_VILLAGE


@pytest.mark.clause("PL-4.2.2")
@pytest.mark.parametrize(
    ("born", "paid", "start"),
    [
        (date(2022, 3, 10), date(2022, 6, 8), date(2022, 3, 10)),
        (date(2022, 3, 10), date(2022, 6, 9), date(2022, 7, 1)),
        (date(2021, 11, 20), date(2022, 2, 18), date(2022, 1, 1)),
        (date(2021, 11, 20), date(2022, 2, 19), None),
        (date(2021, 12, 1), date(2021, 12, 20), date(2022, 1, 1)),
        (date(2021, 3, 1), date(2021, 12, 20), date(2022, 1, 1)),
        (date(2020, 12, 31), date(2022, 1, 10), None),
    ],
)
def test_in_pingli(resident, decide_area, born, paid, start):
    child = resident(VILLAGE, born=born, paid=paid)
    decide_area(PINGLI, on=date(2022, 8, 1))
    assert child.decisions.get().answer.benefit_start == start


@pytest.mark.clause("ZJ-3.2.1")
@pytest.mark.parametrize(("paid", "start"), [(date(2023, 4, 10), date(2023, 1, 10)), (date(2023, 4, 11), None)])
def test_in_zhuji(resident, decide_area, paid, start):
    child = resident(ZHUJI_VILLAGE, born=date(2023, 1, 10), paid=paid, year=2023, amount=350)
    decide_area(ZHUJI, 2023, on=date(2023, 5, 1))
    assert child.decisions.get().answer.benefit_start == start


def test_who_has_not_paid_yet_is_told_what_a_newborn_would_owe(resident, decide_area):
    child = resident(VILLAGE, born=date(2022, 7, 20), registration={})
    decide_area(PINGLI, on=date(2022, 8, 1))
    answer = child.decisions.get().answer
    assert (answer.benefit_start, answer.charged_fen) == (date(2022, 7, 20), 32_000)


@pytest.mark.parametrize(
    ("situation", "birth_year", "meant"),
    [
        ("general", 2022, "newborn"),
        ("general", 2021, "newborn"),
        ("general", 2020, "general"),
        ("returning_migrant", 2022, "returning_migrant"),
    ],
)
def test_what_the_registration_says_goes_before_the_day_of_birth(situation, birth_year, meant):
    assert situation_by_birth(situation, birth_year, 2022) == meant
