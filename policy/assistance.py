"""Assistance with the contribution: which identity counts, which class applies, how much, and from which funds.

A person is assisted under one identity only. Of several the highest amount applies; a pack's reading settles what
happens between equal ones. Where the amount of one of them is set by another document the answer is undetermined,
unless a full assistance stands, which nothing exceeds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter, itemgetter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policy.categories import CATEGORIES
from policy.condition import Condition, Setting, Test, anyone, conditions
from policy.facts import Facts, Identity
from policy.money import Fen, FenOrElsewhere, Funds, Share, take_share
from policy.period import Day, Span, span_of
from policy.section import ClauseIds, Named, Rule, Section, Words

CategoryName = Literal[tuple(CATEGORIES)]
Parts = tuple[tuple[str, int], ...]


class Tie(StrEnum):
    """Which of two equal amounts applies."""

    FIRST_LISTED = "first_listed"
    FIRST_DETERMINED = "first_determined"


class Recognition(Rule):
    """Identities that count for assistance, if not ended by the day of payment.

    By the day they were determined (`determined_first` to `determined_last`), by the day of payment (in one of
    `windows`, or `paid_first` to `paid_last`), by category (`assisted`: every class of the pack). `by_payment`:
    determined by the day of payment at the latest. `too_late` and `outside` are cited when an identity fails by its
    determination or by the payment.
    """

    categories: Words = ("assisted",)
    determined_first: Day = None
    determined_last: Day = None
    by_payment: bool = False
    windows: Words = ()
    paid_first: Day = None
    paid_last: Day = None
    too_late: Words = ()
    outside: Words = ()


class _Class(Rule, ABC):
    """Assisted people of one category. `who`, `paid_first` and `paid_last` may narrow it; `document` names the other
    document.
    """

    category: CategoryName
    funds: Funds
    who: tuple[str | Condition, ...] = ()
    paid_first: Day = None
    paid_last: Day = None
    document: str = ""

    @abstractmethod
    def amount_of(self, standard: int | None) -> int | None:
        """Fen for a person with this standard; None where another document sets it, or the standard it depends on."""


class FullAssistance(_Class):
    """The whole contribution."""

    kind: Literal["full"]

    def amount_of(self, standard: int | None) -> int | None:
        return standard


class AmountAssistance(_Class):
    """A fixed amount, or one that another document sets."""

    kind: Literal["amount"]
    amount: FenOrElsewhere

    @model_validator(mode="after")
    def _funds_add_up(self):
        total = self.funds.total
        if total is not None and total != self.amount:
            stated = "elsewhere" if self.amount is None else f"{self.amount / 100:.2f}"
            raise ValueError(f"funds: parts that add up to the amount {stated} were expected, not to {total / 100:.2f}")
        return self

    def amount_of(self, standard: int | None) -> int | None:
        return self.amount


class ShareAssistance(_Class):
    """A share of the contribution, rounded half up to the fen."""

    kind: Literal["share"]
    share: Share

    def amount_of(self, standard: int | None) -> int | None:
        return None if standard is None else take_share(standard, self.share)


class OwnPartAssistance(_Class):
    """The contribution less a fixed own part."""

    kind: Literal["own_part"]
    own_part: Fen

    def amount_of(self, standard: int | None) -> int | None:
        return None if standard is None else max(standard - self.own_part, 0)


AssistanceClass = Annotated[
    FullAssistance | AmountAssistance | ShareAssistance | OwnPartAssistance, Field(discriminator="kind")
]


class OneOnly(Section):
    """A person with several identities is assisted under one."""

    clause: ClauseIds


class Assistance(Section):
    """The assisted classes in the order the notice lists them, and the identities that count.

    `not_assisted`: categories of which the notice says that they are not assisted; it is cited to whoever holds one.
    """

    one_only: OneOnly | None = None
    recognition: Annotated[Mapping[str, Recognition], Named]
    classes: Annotated[Mapping[str, AssistanceClass], Named]
    not_assisted: Mapping[CategoryName, Rule] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _category_from_name(cls, data):
        if isinstance(data, Mapping) and isinstance(data.get("classes"), Mapping):
            classes = {
                name: {"category": name, **each} if isinstance(each, Mapping) else each
                for name, each in data["classes"].items()
            }
            data = {**data, "classes": classes}
        return data

    @model_validator(mode="after")
    def _known_categories(self):
        for name, rule in self.recognition.items():
            for category in rule.categories:
                if category != "assisted" and category not in CATEGORIES:
                    raise ValueError(f"recognition.{name}.categories: unknown category {category!r}")
        return self


@dataclass(frozen=True, slots=True)
class Candidate:
    """An identity that counts, with its class and amount."""

    name: str
    rule: _Class
    identity: Identity
    recognition: Recognition
    amount: int | None
    full: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The class that applies. `amount` None: another document sets it, or the standard it depends on."""

    category: str
    amount: int | None
    funds: Parts | None
    rule: _Class
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Recognised:
    rule: Recognition
    categories: frozenset[str]
    determined: Span
    paid: tuple[Span, ...]

    def determined_in_time(self, identity: Identity, paid_on: date) -> bool:
        first, last = self.determined
        return first <= identity.determined_on <= last and not (
            self.rule.by_payment and paid_on < identity.determined_on
        )

    def paid_in_time(self, paid_on: date) -> bool:
        return any(first <= paid_on <= last for first, last in self.paid)


class Counts:
    """Which identities count, and why others do not."""

    def __init__(self, section: Assistance | None, assisted: frozenset[str], spans: Mapping[str, Span]):
        self.assisted = assisted
        self.not_assisted = section.not_assisted if section else {}
        rules = section.recognition.values() if section else ()
        self.rules = tuple(_recognised(rule, assisted, spans) for rule in rules)

    def __call__(self, facts: Facts) -> tuple[Identity, ...]:
        """The identities that count, in the order given."""
        return tuple(identity for identity in facts.identities if self.rule_for(identity, facts.paid_on) is not None)

    def rule_for(self, identity: Identity, paid_on: date) -> Recognition | None:
        """The first rule by which an identity counts for a payment on a day."""
        if identity.ended_by(paid_on):
            return None
        for each in self.rules:
            if (
                identity.category in each.categories
                and each.determined_in_time(identity, paid_on)
                and each.paid_in_time(paid_on)
            ):
                return each.rule
        return None

    def why_not(self, facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The clauses by which identities that have not ended do not count, and the readings behind them."""
        held = [identity for identity in facts.identities if not identity.ended_by(facts.paid_on)]
        failing = [
            identity
            for identity in held
            if identity.category in self.assisted and self.rule_for(identity, facts.paid_on) is None
        ]
        outside, too_late, assumed = [], [], []
        for each in self.rules if failing else ():
            named = [identity for identity in failing if identity.category in each.categories]
            in_time = [each.determined_in_time(identity, facts.paid_on) for identity in named]
            outside += each.rule.outside if any(in_time) else ()
            too_late += each.rule.too_late if not all(in_time) else ()
            assumed += each.rule.assumed if named else ()
        for category, rule in self.not_assisted.items():
            if any(identity.category == category for identity in held):
                too_late += rule.clause
                assumed += rule.assumed
        return (*outside, *too_late), tuple(assumed)


@dataclass(frozen=True, slots=True)
class _Open:
    rank: int
    name: str
    rule: _Class
    test: Test | None
    paid: Span


class Classes:
    """The assisted classes of a pack, compiled."""

    def __init__(self, section: Assistance, tie: Tie, counts: Counts, setting: Setting):
        self.one_only = section.one_only.clause if section.one_only else ()
        self.tie = tie
        self.counts = counts
        by_category: dict[str, list[_Open]] = {}
        for rank, (name, rule) in enumerate(section.classes.items()):
            test = anyone(conditions(rule.who, setting), setting)
            paid = span_of(rule.paid_first, rule.paid_last, setting.spans)
            by_category.setdefault(rule.category, []).append(_Open(rank, name, rule, test, paid))
        self.by_category = {category: tuple(each) for category, each in by_category.items()}

    @property
    def spans(self) -> Iterator[Span]:
        """The days of payment that matter to recognition and classes."""
        for rule in self.counts.rules:
            yield from rule.paid
        for each in self.by_category.values():
            yield from (open_.paid for open_ in each)

    def candidates(self, facts: Facts, standard: int | None) -> tuple[Candidate, ...]:
        """The identities that count and the classes they open, in the order in which they apply."""
        found = []
        for identity in facts.identities:
            recognition = self.counts.rule_for(identity, facts.paid_on)
            if recognition is None:
                continue
            for each in self.by_category.get(identity.category, ()):
                first, last = each.paid
                if first <= facts.paid_on <= last and (each.test is None or each.test(facts)):
                    amount = each.rule.amount_of(standard)
                    full = isinstance(each.rule, FullAssistance) or (amount is not None and amount == standard)
                    candidate = Candidate(each.name, each.rule, identity, recognition, amount, full)
                    order = (identity.determined_on, each.rank) if self.tie is Tie.FIRST_DETERMINED else each.rank
                    found.append((order, candidate))
                    break
        if len(found) > 1:
            found.sort(key=itemgetter(0))
        return tuple(candidate for _, candidate in found)

    def choose(self, candidates: tuple[Candidate, ...]) -> Choice | None:
        """The class that applies to a person with these candidates."""
        if not candidates:
            return None
        best = _best(candidates)
        funds = None if best.amount is None else best.rule.funds.split(best.amount)
        return Choice(best.rule.category, best.amount, funds, best.rule, candidates)


def _best(candidates: tuple[Candidate, ...]) -> Candidate:
    """A full assistance, which nothing exceeds; else one whose amount is not known, so that no other can be told to
    be the highest; else the highest. Between equal ones the first.
    """
    if len(candidates) == 1:
        return candidates[0]
    for candidate in candidates:
        if candidate.full:
            return candidate
    for candidate in candidates:
        if candidate.amount is None:
            return candidate
    return max(candidates, key=attrgetter("amount"))


def _recognised(rule: Recognition, assisted: frozenset[str], spans: Mapping[str, Span]) -> _Recognised:
    named = frozenset(rule.categories)
    categories = (named - {"assisted"}) | assisted if "assisted" in named else named
    paid = tuple(spans[name] for name in rule.windows) or (span_of(rule.paid_first, rule.paid_last, spans),)
    return _Recognised(rule, categories, span_of(rule.determined_first, rule.determined_last, spans), paid)
