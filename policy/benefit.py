"""When benefits start. A kind of start turns the facts into a day; a pack gives the kind and its figures.

A start that would lie after the end of benefits is no start: the person is not allowed to enrol on that day.
"""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policy.condition import Setting
from policy.facts import Facts
from policy.period import ONE_DAY, Day
from policy.section import Section

StartOn = Callable[[Facts], date]


class NoWaiting(StrEnum):
    """What "no waiting period" means where no other start is named."""

    PAYMENT_DAY = "payment_day"
    DAY_AFTER = "day_after"


class _Start(Section):
    """`not_before`: where the kind would give an earlier day, this one."""

    not_before: Day = None


class FixedDate(_Start):
    """On a day, whenever it was paid."""

    kind: Literal["fixed_date"]
    day: Day


class PaymentDay(_Start):
    """On the day of payment."""

    kind: Literal["payment_day"]


class DayAfterPayment(_Start):
    """On the day after payment."""

    kind: Literal["day_after_payment"]


class NextMonthStart(_Start):
    """From the month after payment."""

    kind: Literal["next_month"]


class FromBirth(_Start):
    """From birth."""

    kind: Literal["birth"]


class NoWaitingStart(_Start):
    """Without a waiting period, the notice naming no other start."""

    kind: Literal["no_waiting"]


class AfterDays(_Start):
    """After so many full days from payment."""

    kind: Literal["after_days"]
    days: int = Field(ge=1, le=3660)


class AfterMonths(_Start):
    """After so many full months from payment."""

    kind: Literal["after_months"]
    months: int = Field(ge=1, le=120)


class AfterMissedYears(_Start):
    """After a wait that grows with the years cover was missing (国办发〔2024〕38号).

    `fixed_months`, and `months_per_year` for each missed year past the first `free_years`; each missed year that was
    paid for afterwards takes `months_per_made_up_year` off the part that grew. Who missed `floor_from_years` or more
    waits no less than `floor_months` in all.
    """

    kind: Literal["after_missed_years"]
    fixed_months: int = Field(ge=0, le=120)
    months_per_year: int = Field(ge=0, le=120)
    free_years: int = Field(default=0, ge=0, le=120)
    months_per_made_up_year: int = Field(default=0, ge=0, le=120)
    floor_from_years: int | None = Field(default=None, ge=1, le=120)
    floor_months: int = Field(default=0, ge=0, le=120)

    @model_validator(mode="after")
    def _floor(self):
        if self.floor_months and self.floor_from_years is None:
            raise ValueError("floor_from_years: from how many missed years the floor holds was expected")
        return self

    def months(self, missed_years: int, made_up_years: int) -> int:
        grown = max(missed_years - self.free_years, 0) * self.months_per_year
        wait = self.fixed_months + max(grown - made_up_years * self.months_per_made_up_year, 0)
        if self.floor_from_years is not None and missed_years >= self.floor_from_years:
            return max(wait, self.floor_months)
        return wait


Start = Annotated[
    FixedDate
    | PaymentDay
    | DayAfterPayment
    | NextMonthStart
    | FromBirth
    | NoWaitingStart
    | AfterDays
    | AfterMonths
    | AfterMissedYears,
    Field(discriminator="kind"),
]


def start_of(start: Start, setting: Setting) -> StartOn:
    """The day benefits start, as a function of the facts."""
    plain = _plain(start, setting)
    if start.not_before is None:
        return plain
    floor = start.not_before.resolve(setting.spans)
    return lambda facts: max(plain(facts), floor)


def _plain(start: Start, setting: Setting) -> StartOn:
    counting, next_month = setting.counting, setting.next_month
    match start:
        case FixedDate():
            day = start.day.resolve(setting.spans)
            return lambda facts: day
        case FromBirth():
            return lambda facts: facts.birth_date
        case NextMonthStart():
            return lambda facts: next_month.after(facts.paid_on)
        case AfterDays(days=days):
            return lambda facts: counting.first_after_days(facts.paid_on, days)
        case AfterMonths(months=months):
            return lambda facts: counting.first_after_months(facts.paid_on, months)
        case AfterMissedYears():
            return lambda facts: counting.first_after_months(
                facts.paid_on, start.months(facts.missed_years, facts.made_up_years)
            )
        case DayAfterPayment():
            return lambda facts: facts.paid_on + ONE_DAY
        case NoWaitingStart() if setting.no_waiting == NoWaiting.DAY_AFTER:
            return lambda facts: facts.paid_on + ONE_DAY
        case _:
            return lambda facts: facts.paid_on


GRANULARITY = {"fixed_date": "any", "birth": "any", "next_month": "month"}
"""How finely the day of payment matters to a kind of start; to the others it matters by the day."""
