"""Who is enrolled on a day, and who is not."""

from datetime import date

import pytest

from accounts.scope import intersect, visible_ranges
from enrollment.models import Person
from enrollment.queries import (
    enrolled_by_place,
    enrolled_people,
    not_enrolled_people,
    resident_people,
    standing_payments,
)
from regions.queries import code_ranges
from tests.factories import PINGLI, make_payment

VILLAGE, NEXT_VILLAGE, OTHER_TOWN = "610926102201", "610926102200", "610926100001"
DAY = date(2021, 12, 3)
ASKED = {"coverage_year": 2022, "on": DAY}


def names(people):
    return sorted(person.name for person in people)


def test_a_payment_stands_from_its_day_until_it_is_reversed(person):
    make_payment(person(VILLAGE), paid_on=date(2021, 11, 1), reversed_on=date(2021, 11, 20))
    days = [date(2021, 10, 31), date(2021, 11, 1), date(2021, 11, 19), date(2021, 11, 20)]
    assert [standing_payments(coverage_year=2022, on=day).count() for day in days] == [0, 1, 1, 0]


def test_a_refunded_payment_no_longer_stands(person):
    make_payment(person(VILLAGE), refunded_on=DAY)
    assert not standing_payments(**ASKED).exists()
    assert standing_payments(coverage_year=2022, on=date(2021, 12, 2)).exists()


def test_payments_of_another_year_do_not_count(person):
    make_payment(person(VILLAGE), coverage_year=2023)
    assert not enrolled_people(**ASKED).exists()


def test_who_paid_twice_counts_once_at_the_place_of_the_first_payment(person):
    someone = person(VILLAGE)
    make_payment(someone, region=OTHER_TOWN, paid_on=date(2021, 11, 20))
    first = make_payment(someone, paid_on=date(2021, 11, 1))
    make_payment(someone, region=NEXT_VILLAGE, paid_on=date(2021, 11, 1))
    assert list(enrolled_people(**ASKED)) == [first]
    assert enrolled_by_place(**ASKED) == {VILLAGE: 1}


def test_a_place_does_not_count_someone_whose_first_payment_is_elsewhere(person, tree):
    someone = person(VILLAGE)
    make_payment(someone, region=OTHER_TOWN, paid_on=date(2021, 10, 20))
    make_payment(someone, paid_on=date(2021, 11, 1))
    assert enrolled_by_place(ranges=code_ranges(tree[VILLAGE]), **ASKED) == {}
    assert enrolled_by_place(ranges=code_ranges(tree[PINGLI]), **ASKED) == {OTHER_TOWN: 1}


def test_when_the_first_payment_is_reversed_the_second_one_gives_the_place(person):
    someone = person(VILLAGE)
    make_payment(someone, paid_on=date(2021, 11, 1), reversed_on=date(2021, 11, 15))
    make_payment(someone, region=OTHER_TOWN, paid_on=date(2021, 11, 10))
    assert enrolled_by_place(**ASKED) == {OTHER_TOWN: 1}
    assert enrolled_by_place(coverage_year=2022, on=date(2021, 11, 14)) == {VILLAGE: 1}


@pytest.mark.clause("ZJ-3.5")
def test_not_enrolled_are_those_of_the_register_without_a_standing_payment(person, tree):
    make_payment(person(VILLAGE, name="已缴费"))
    make_payment(person(VILLAGE, name="缴在外镇"), region=OTHER_TOWN)
    make_payment(person(VILLAGE, name="已冲正"), reversed_on=DAY)
    person(VILLAGE, name="未缴费")
    person(NEXT_VILLAGE, name="邻村人")
    people = not_enrolled_people(ranges=code_ranges(tree[VILLAGE]), **ASKED)
    assert names(people) == ["已冲正", "未缴费"]


@pytest.mark.parametrize("status", [Person.Status.DEAD, Person.Status.MOVED_OUT, "enlisted", "in_prison"])
def test_who_is_away_need_not_enrol_from_that_day_on(person, status):
    person(VILLAGE, status=status, status_on=DAY)
    assert not resident_people(on=DAY).exists()
    assert resident_people(on=date(2021, 12, 2)).exists()


def test_the_visible_part_of_an_area_is_cut_to_the_postings(staff, tree):
    officer = staff("township_officer", "610926102000")
    assert visible_ranges(officer, tree[PINGLI]) == [("610926102000", "610926103000")]
    assert visible_ranges(officer, tree[VILLAGE]) == code_ranges(tree[VILLAGE])
    assert visible_ranges(officer, tree[OTHER_TOWN]) == []


def test_ranges_intersect_without_overlap():
    assert intersect([("10", "30"), ("20", "40")], [("15", "25"), ("35", "50")]) == [("15", "25"), ("35", "40")]
    assert intersect([], [("1", "2")]) == []
