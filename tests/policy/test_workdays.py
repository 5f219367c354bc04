"""Working days by the calendar of the State Council."""

import csv
from datetime import date
from pathlib import Path

import pytest

from policy.workdays import UnknownYear, add_working_days, is_working_day, years

with (Path(__file__).parent / "data" / "workday_examples.csv").open(encoding="utf-8", newline="") as file:
    EXAMPLES = list(csv.DictReader(file))


@pytest.mark.parametrize("row", EXAMPLES, ids=[row["identified_on"] for row in EXAMPLES])
@pytest.mark.clause("SL-6.2d")
def test_five_working_days_after_recognition(row):
    day, due = date.fromisoformat(row["identified_on"]), date.fromisoformat(row["due_5wd"])
    assert add_working_days(day, 5) == due
    assert (f"{day:%a}", f"{due:%a}") == (row["dow"], row["dow_due"])


def test_a_sunday_worked_in_exchange_and_a_monday_off():
    assert is_working_day(date(2023, 10, 8))
    assert not is_working_day(date(2023, 10, 2))
    assert not is_working_day(date(2023, 10, 14))


def test_no_working_days_are_the_day_itself():
    assert add_working_days(date(2023, 10, 1), 0) == date(2023, 10, 1)


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2027, 1, 1)])
def test_a_year_without_data_is_an_error_that_says_so(day):
    assert years() == (2004, 2026)
    with pytest.raises(UnknownYear, match="2004 to 2026"):
        is_working_day(day)


def test_counting_never_leaves_the_data_by_a_guess():
    with pytest.raises(UnknownYear, match="2027"):
        add_working_days(date(2026, 12, 30), 5)


def test_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="from 0 on"):
        add_working_days(date(2023, 10, 1), -1)
