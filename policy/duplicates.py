"""Of several enrolments of one person in one period, which gives the benefits (SL-5.3, PL-7.3a)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from policy.schema import Pack

FIRST_PAYMENT = "first_payment"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One of several paid enrolments in resident insurance. `key` is the caller's own, and settles what the days leave
    open: the lower one was recorded first."""

    key: int
    paid_on: date
    college_student: bool = False
    usual_residence: bool = False


@dataclass(frozen=True, slots=True)
class Precedence:
    """The enrolment that stays, and what puts it first: `college_student`, `usual_residence` or `first_payment`."""

    stays: Enrolment
    by: str


def precedence(pack: Pack | None, enrolments: Collection[Enrolment]) -> Precedence:
    """Goes down the order of the notice; each step that only some of them meet leaves those. What the order does not
    settle, or a notice without one, is settled by the first payment, which the benefits run from (PL-7.3b).

    Employee insurance, first in every order, is no enrolment of this kind: see `policy.ending`.
    """
    order = pack.duties.duplicate_order if pack else None
    left, by = list(enrolments), FIRST_PAYMENT
    for step in order.order if order else ():
        meeting = [each for each in left if getattr(each, step, False)]
        if 0 < len(meeting) < len(left):
            left, by = meeting, step
    if len(left) > 1:
        by = FIRST_PAYMENT
    return Precedence(min(left, key=lambda each: (each.paid_on, each.key)), by)


def duplicate_clauses(pack: Pack | None) -> tuple[str, ...]:
    """The clauses of the notice on several enrolments of one person; none where it says nothing of them."""
    order = pack.duties.duplicate_order if pack else None
    return tuple(order.clause) if order else ()
