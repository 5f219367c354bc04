import pytest

from policy.ending import employee_first_clauses, ending_clause
from policy.pack import load


@pytest.mark.clause("PL-7.5")
@pytest.mark.parametrize("event", ["death", "enlisted", "in_prison", "employee_insurance"])
def test_in_pingli_these_events_end_the_enrolment_by_themselves(event):
    assert ending_clause(load("pingli-2022"), event) == "PL-7.5"


def test_a_move_does_not_and_other_notices_say_nothing():
    assert ending_clause(load("pingli-2022"), "other_area") == ""
    assert ending_clause(load("shangluo-2024"), "death") == ""


@pytest.mark.clause("SL-5.3")
def test_employee_insurance_comes_first():
    assert employee_first_clauses(load("shangluo-2024")) == ("SL-5.3",)
    assert employee_first_clauses(load("pingli-2022")) == ("PL-2.5", "PL-7.3a")
