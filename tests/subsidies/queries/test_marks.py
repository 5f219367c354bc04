from datetime import date, timedelta

import pytest

from regions.queries import code_ranges
from subsidies.models import Category
from subsidies.queries.marks import marks_ending_soon, marks_on, marks_without_payment, people_by_category
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, ZHUJI_VILLAGE, make_mark


def test_a_mark_holds_from_the_day_it_is_determined_until_the_day_it_ends(resident):
    person = resident()
    mark = make_mark(person, "dibao", date(2021, 1, 1), ended_on=date(2021, 6, 1))
    assert list(marks_on(date(2021, 1, 1))) == [mark]
    assert list(marks_on(date(2021, 5, 31))) == [mark]
    assert not marks_on(date(2021, 6, 1)).exists()
    assert not marks_on(date(2020, 12, 31)).exists()


@pytest.mark.clause("SL-6.2b")
def test_marks_without_payment(resident):
    resident(dibao=date(2020, 1, 1), paid=date(2021, 11, 1))
    waiting = resident(dibao=date(2020, 1, 1))
    found = marks_without_payment(coverage_year=2022, on=LAST_WEEK)
    assert [mark.person for mark in found] == [waiting]


def test_marks_ending_within_thirty_days(resident):
    soon = make_mark(resident(), "dibao", date(2020, 1, 1), ended_on=LAST_WEEK + timedelta(days=30))
    make_mark(resident(), "dibao", date(2020, 1, 1), ended_on=LAST_WEEK + timedelta(days=31))
    make_mark(resident(), "dibao", date(2020, 1, 1), ended_on=LAST_WEEK)
    assert list(marks_ending_soon(LAST_WEEK)) == [soon]


def test_people_by_category_counts_only_the_place(resident, seasons):
    resident(dibao=date(2020, 1, 1), tekun=date(2020, 1, 1))
    resident(dibao=date(2020, 1, 1))
    resident(ZHUJI_VILLAGE, dibao=date(2020, 1, 1))
    counts = dict(people_by_category(LAST_WEEK, ranges=code_ranges(seasons[PINGLI])))
    assert (counts[Category.DIBAO], counts[Category.TEKUN], counts[Category.ORPHAN]) == (2, 1, 0)
