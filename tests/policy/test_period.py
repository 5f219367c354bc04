"""Counting days and months (reading R1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.period import Counting, NextMonth, Segments, Span, add_months, years_old_on

EXCLUDED, INCLUDED = Counting.EVENT_DAY_EXCLUDED, Counting.EVENT_DAY_INCLUDED
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2023-03-31", 6, "2023-09-30"),
        ("2023-06-30", 6, "2023-12-30"),
        ("2023-12-15", 1, "2024-01-15"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-05-16", 0, "2023-05-16"),
    ],
)
def test_a_month_later_is_the_corresponding_day_or_the_last_of_the_month(day, months, then):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


@pytest.mark.clause("SL-4.2.2a")
@pytest.mark.clause("ZJ-3.3c")
def test_the_day_of_the_event_does_not_count():
    event = date(2024, 2, 29)
    assert EXCLUDED.last_within_days(event, 90) == date(2024, 5, 29)
    assert EXCLUDED.first_after_days(event, 90) == date(2024, 5, 30)
    assert EXCLUDED.last_within_months(event, 6) == date(2024, 8, 29)
    assert EXCLUDED.first_after_months(event, 6) == date(2024, 8, 30)


def test_the_other_reading_counts_it():
    event = date(2024, 2, 29)
    assert INCLUDED.last_within_days(event, 90) == date(2024, 5, 28)
    assert INCLUDED.first_after_days(event, 90) == date(2024, 5, 29)
    assert INCLUDED.last_within_months(event, 6) == date(2024, 8, 28)
    assert INCLUDED.first_after_months(event, 6) == date(2024, 8, 29)


@given(st.sampled_from(Counting), DAYS, st.integers(1, 400))
def test_the_first_day_after_follows_the_last_day_within(counting, day, number):
    assert counting.first_after_days(day, number) - counting.last_within_days(day, number) == timedelta(days=1)


@given(DAYS, DAYS, st.integers(0, 60))
def test_months_keep_the_order_of_days(one, two, months):
    earlier, later = sorted((one, two))
    assert add_months(earlier, months) <= add_months(later, months)


def test_the_next_month():
    assert NextMonth.FIRST_DAY.after(date(2023, 12, 1)) == date(2024, 1, 1)
    assert NextMonth.FIRST_DAY.after(date(2024, 2, 29)) == date(2024, 3, 1)
    assert NextMonth.CORRESPONDING_DAY.after(date(2023, 1, 31)) == date(2023, 2, 28)


def test_an_age_is_reached_on_the_birthday():
    assert years_old_on(18, date(2023, 1, 1)) == date(2005, 1, 1)
    assert years_old_on(1, date(2024, 2, 29)) == date(2023, 2, 28)


def test_segments_are_cut_where_something_opens_or_closes():
    segments = Segments([Span(date(2023, 9, 1), date(2023, 12, 20)), Span(date(2024, 1, 1), date.max)])
    assert segments.cuts == (date(2023, 9, 1), date(2023, 12, 21), date(2024, 1, 1))
    days = [date(2023, 8, 31), date(2023, 9, 1), date(2023, 12, 20), date(2023, 12, 21), date(2024, 1, 1)]
    assert [segments.index(day) for day in days] == [0, 1, 1, 2, 3]
