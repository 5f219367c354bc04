"""What is asked: the facts about one person and one payment.

`parse` reads a JSON object of the calculator's contract. It answers every malformed value with a `FactsError` that
names the field and what was expected, and knows no other exception. Absent and null mean the same; an unknown key is
an error, since a misspelt one would otherwise be a fact silently lost.

Facts that are odd but can be read are answered by what they say: an identity that ended by the day it was determined
was withdrawn and never counts, a refund is judged by the day it was applied for, also before the payment, a stay by
its area, a mark may stand before the determination, and employee cover may end after the payment. A payment before
birth alone is refused: there is nobody yet whom a notice could let in or turn away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Any

from policy.categories import CATEGORIES, REFUND_REASONS, SITUATIONS, STUDENTS
from policy.period import FIRST_DAY, LAST_DAY

MAX_IDENTITIES = 100
MAX_YEARS = 120


class FactsError(ValueError):
    """Facts that cannot be read. The message names the field and what was expected there."""


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity a department determined. `ended_on` is the first day it no longer counts; None: not ended.
    `marked_on` is the day from which the mark stood in the system; None: since `determined_on`.
    """

    category: str
    determined_on: date
    ended_on: date | None = None
    marked_on: date | None = None

    def ended_by(self, day: date) -> bool:
        """Whether it no longer counts on a day; one that ended by the day it was determined never did."""
        return self.ended_on is not None and self.ended_on <= max(day, self.determined_on)

    @property
    def marked_from(self) -> date:
        return self.marked_on or self.determined_on


@dataclass(frozen=True, slots=True)
class RefundRequest:
    reason: str
    applied_on: date


@dataclass(frozen=True, slots=True)
class Stay:
    """A hospital stay. `same_area`: enrolled in the same pooling area in both years."""

    admitted_on: date
    discharged_on: date
    same_area: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """One question. `missed_years` are the years without any cover before this one, `made_up_years` those of them
    paid for afterwards; both only matter to notices that make the waiting period depend on them.
    """

    policy: str
    birth_date: date
    paid_on: date
    situation: str = "general"
    student: str = "none"
    tier: int = 1
    ltc_pilot: bool = False
    identities: tuple[Identity, ...] = ()
    employee_cover_ended_on: date | None = None
    employee_cover_years: int = 0
    missed_years: int = 0
    made_up_years: int = 0
    refund: RefundRequest | None = None
    stay: Stay | None = None
    case: str | int | float | None = None


_FIELDS = frozenset(Facts.__slots__)
_IDENTITY = frozenset(Identity.__slots__)
_REFUND = frozenset(RefundRequest.__slots__)
_STAY = frozenset(Stay.__slots__)


def parse(given: Any) -> Facts:
    """Facts of a JSON object. Raises FactsError."""
    _check_object(given, "the question", _FIELDS)
    get = given.get
    policy = get("policy")
    if type(policy) is not str or not policy:
        raise FactsError(_expected("policy", policy, "the id of a pack"))
    birth_date = _day("birth_date", get("birth_date"))
    paid_on = _day("paid_on", get("paid_on"))
    if paid_on < birth_date:
        raise FactsError(f"paid_on: a day on or after birth_date {birth_date} was expected, not {paid_on}")
    situation, student, tier, ltc_pilot = get("situation"), get("student"), get("tier"), get("ltc_pilot")
    identities, refund, stay, ended = get("identities"), get("refund"), get("stay"), get("employee_cover_ended_on")
    cover_years, missed_years, made_up_years = get("employee_cover_years"), get("missed_years"), get("made_up_years")
    missed_years = 0 if missed_years is None else _years("missed_years", missed_years)
    made_up_years = 0 if made_up_years is None else _years("made_up_years", made_up_years)
    if made_up_years > missed_years:
        raise FactsError(
            f"made_up_years: at most the {missed_years} of missed_years were expected, not {made_up_years}"
        )
    return Facts(
        policy,
        birth_date,
        paid_on,
        "general" if situation is None else _word("situation", situation, SITUATIONS),
        "none" if student is None else _word("student", student, STUDENTS),
        1 if tier is None else _tier(tier),
        False if ltc_pilot is None else _flag("ltc_pilot", ltc_pilot),
        _identities(identities) if identities is not None else (),
        _day("employee_cover_ended_on", ended) if ended is not None else None,
        0 if cover_years is None else _years("employee_cover_years", cover_years),
        missed_years,
        made_up_years,
        _refund(refund) if refund is not None else None,
        _stay(stay) if stay is not None else None,
        label(get("case")),
    )


def label(value: Any) -> str | int | float | None:
    """The label of a question, to be given back. Raises FactsError unless it is a text, a number or null."""
    if value is None or type(value) in (str, int, bool) or (type(value) is float and isfinite(value)):
        return value
    raise FactsError(_expected("case", value, "a text or a number"))


def _expected(field: str, value: Any, what: str) -> str:
    if value is None:
        return f"{field}: missing; {what} was expected"
    shown = repr(value) if type(value) in (str, int, float, bool) else f"a value of type {type(value).__name__}"
    return f"{field}: {what} was expected, not {shown if len(shown) <= 80 else shown[:77] + '...'}"


def _check_object(value: Any, field: str, known: frozenset) -> None:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise FactsError(_expected(field, value, "an object"))
    if not value.keys() <= known:
        unknown = ", ".join(sorted(repr(key)[:40] for key in value.keys() - known)[:5])
        raise FactsError(f"{field}: unknown field {unknown}; known are {', '.join(sorted(known))}")


@lru_cache(maxsize=1 << 16)
def _iso(text: str) -> date | None:
    """The day of a text written YYYY-MM-DD, None if it is none. Kept, since a stream asks for few days very often."""
    if text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(field: str, value: Any) -> date:
    day = _iso(value) if type(value) is str and len(value) == 10 else value if type(value) is date else None
    if day is None:
        raise FactsError(_expected(field, value, "a day of the calendar, written YYYY-MM-DD,"))
    if not FIRST_DAY <= day <= LAST_DAY:
        raise FactsError(_expected(field, value, f"a date from {FIRST_DAY} to {LAST_DAY}"))
    return day


def _word(field: str, value: Any, known: Mapping[str, str]) -> str:
    if type(value) is not str or value not in known:
        raise FactsError(_expected(field, value, f"one of {', '.join(known)}"))
    return value


def _tier(value: Any) -> int:
    if type(value) is not int or value not in (1, 2):
        raise FactsError(_expected("tier", value, "1 or 2"))
    return value


def _flag(field: str, value: Any) -> bool:
    if type(value) is not bool:
        raise FactsError(_expected(field, value, "true or false"))
    return value


def _years(field: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_YEARS:
        raise FactsError(_expected(field, value, f"a whole number of years from 0 to {MAX_YEARS}"))
    return value


def _identities(value: Any) -> tuple[Identity, ...]:
    if not isinstance(value, (list, tuple)):
        raise FactsError(_expected("identities", value, "a list"))
    if len(value) > MAX_IDENTITIES:
        raise FactsError(f"identities: at most {MAX_IDENTITIES} were expected, not {len(value)}")
    return tuple(_identity(f"identities[{index}]", each) for index, each in enumerate(value))


def _identity(field: str, value: Any) -> Identity:
    _check_object(value, field, _IDENTITY)
    category = _word(f"{field}.category", value.get("category"), CATEGORIES)
    determined_on = _day(f"{field}.determined_on", value.get("determined_on"))
    ended_on, marked_on = value.get("ended_on"), value.get("marked_on")
    if ended_on is not None:
        ended_on = _day(f"{field}.ended_on", ended_on)
    if marked_on is not None:
        marked_on = _day(f"{field}.marked_on", marked_on)
    return Identity(category, determined_on, ended_on, marked_on)


def _refund(value: Any) -> RefundRequest:
    _check_object(value, "refund", _REFUND)
    reason = _word("refund.reason", value.get("reason"), REFUND_REASONS)
    return RefundRequest(reason, _day("refund.applied_on", value.get("applied_on")))


def _stay(value: Any) -> Stay:
    _check_object(value, "stay", _STAY)
    admitted_on = _day("stay.admitted_on", value.get("admitted_on"))
    discharged_on = _day("stay.discharged_on", value.get("discharged_on"))
    return Stay(admitted_on, discharged_on, _flag("stay.same_area", value.get("same_area")))
