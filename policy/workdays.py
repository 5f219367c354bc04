"""Working days by the calendar of the State Council: Monday to Friday, but for the days that the calendar lists
otherwise.

Source: `data/workdays.csv`, the days that differ from Monday to Friday in the years it covers. Outside them there is
no answer: holidays are decreed a year ahead and cannot be guessed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from policy.clauses import DATA
from policy.period import ONE_DAY


class UnknownYear(LookupError):
    """A day of a year whose holidays the data does not hold."""

    def __init__(self, day: date):
        self.day = day
        first, last = years()
        super().__init__(f"no working-day calendar for {day.year}: the data covers {first} to {last}")


@cache
def differing() -> Mapping[date, bool]:
    """Days that are not as their weekday: True a day worked, False a day off."""
    with (DATA / "workdays.csv").open(encoding="utf-8", newline="") as file:
        days = {date.fromisoformat(row["date"]): row["is_workday"] == "1" for row in csv.DictReader(file)}
    return MappingProxyType(days)


@cache
def years() -> tuple[int, int]:
    """The first and last year of the data."""
    covered = [day.year for day in differing()]
    return min(covered), max(covered)


def is_working_day(day: date) -> bool:
    """Raises UnknownYear."""
    first, last = years()
    if not first <= day.year <= last:
        raise UnknownYear(day)
    return differing().get(day, day.weekday() < 5)


def add_working_days(day: date, number: int) -> date:
    """The day so many working days after `day`, which itself does not count. Raises UnknownYear."""
    if number < 0:
        raise ValueError(f"a number of working days from 0 on was expected, not {number}")
    is_working_day(day)
    while number:
        day += ONE_DAY
        number -= is_working_day(day)
    return day
