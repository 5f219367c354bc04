from datetime import date

import pytest

from policy.duplicates import Enrolment, duplicate_clauses, precedence
from policy.pack import load

FIRST, LATER = date(2023, 9, 10), date(2023, 10, 1)


def stays(policy, *enrolments):
    found = precedence(load(policy) if policy else None, enrolments)
    return found.stays.key, found.by


@pytest.mark.clause("SL-5.3")
def test_in_shangluo_the_college_comes_before_the_usual_residence():
    college, home = Enrolment(1, LATER, college_student=True), Enrolment(2, FIRST, usual_residence=True)
    assert stays("shangluo-2024", home, college) == (1, "college_student")
    assert stays("shangluo-2024", Enrolment(3, FIRST), Enrolment(4, LATER, usual_residence=True)) == (
        4,
        "usual_residence",
    )
    assert duplicate_clauses(load("shangluo-2024")) == ("SL-5.3",)


@pytest.mark.clause("PL-7.3a")
def test_in_pingli_the_residence_settles_nothing():
    college, home = Enrolment(1, LATER, college_student=True), Enrolment(2, FIRST, usual_residence=True)
    assert stays("pingli-2022", home, college) == (1, "college_student")
    assert stays("pingli-2022", Enrolment(3, FIRST), Enrolment(4, LATER, usual_residence=True)) == (3, "first_payment")
    assert duplicate_clauses(load("pingli-2022")) == ("PL-7.3a",)


def test_what_the_order_leaves_open_is_settled_by_the_first_payment():
    at_home = [Enrolment(key, day, usual_residence=True) for key, day in ((5, LATER), (7, FIRST), (6, FIRST))]
    assert stays("shangluo-2024", Enrolment(1, FIRST), *at_home) == (6, "first_payment")
    assert stays("zhuji-2023", Enrolment(1, LATER), Enrolment(2, FIRST)) == (2, "first_payment")
    assert stays(None, Enrolment(1, LATER), Enrolment(2, FIRST)) == (2, "first_payment")
    assert duplicate_clauses(load("zhuji-2023")) == duplicate_clauses(None) == ()
