"""Assistance with the contribution: which identity counts, which class applies, how much, and from which funds.

A person is assisted under one identity only. Of several the highest amount applies; a pack's reading settles what happens
between equal ones. Where the amount of one of them is set by another document the answer is undetermined, unless a full
assistance stands, which nothing exceeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policy.categories import CATEGORIES
from policy.condition import Condition, Setting, Test, anyone, conditions
from policy.facts import Facts, Identity
from policy.money import Fen, FenOrElsewhere, Funds, Share, take_share
from policy.period import Day, Span
from policy.section import ClauseIds, Named, Rule, Section, Words

CategoryName = Literal[tuple(CATEGORIES)]
Parts = tuple[tuple[str, int], ...]


class Tie(StrEnum):
    """Which of two equal amounts applies."""

    FIRST_LISTED = "first_listed"
    FIRST_DETERMINED = "first_determined"


class Recognition(Rule):
    """Identities that count for assistance, if not ended by the day of payment.

    By the day they were determined (`determined_first` to `determined_last`), by the day of payment (in one of `windows`, or
    `paid_first` to `paid_last`), by category (`assisted`: every class of the pack). `by_payment`: determined by the day of
    payment at the latest. `too_late` and `outside` are cited when an identity fails by its determination or by the payment.
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


class _Class(Rule):
    """Assisted people of one category. `who`, `paid_first` and `paid_last` may narrow it; `document` names the other document."""

    category: CategoryName
    funds: Funds
    who: tuple[str | Condition, ...] = ()
    paid_first: Day = None
    paid_last: Day = None
    document: str = ""

    def amount_of(self, standard: int | None) -> int | None:
        """Fen for a person with this standard; None where another document sets it, or the standard it depends on."""
        raise NotImplementedError


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
    """The assisted classes in the order the notice lists them, and the identities that count."""

    one_only: OneOnly | None = None
    recognition: Annotated[Mapping[str, Recognition], Named]
    classes: Annotated[Mapping[str, AssistanceClass], Named]

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

    rank: int
    name: str
    rule: _Class
    identity: Identity
    amount: int | None
    full: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The class that applies. `amount` None: another document sets it, or the standard."""

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


@dataclass(frozen=True, slots=True)
class _Open:
    rank: int
    name: str
    rule: _Class
    test: Test | None
    paid: Span


class Classes:
    """The assistance of a pack, compiled."""

    def __init__(self, section: Assistance, tie: Tie, counts: Counts, setting: Setting):
        self.one_only = section.one_only.clause if section.one_only else ()
        self.tie = tie
        self.counts = counts
        by_category: dict[str, list[_Open]] = {}
        for rank, (name, rule) in enumerate(section.classes.items()):
            test = anyone(conditions(rule.who, setting), setting)
            first = rule.paid_first.resolve(setting.spans) if rule.paid_first is not None else date.min
            last = rule.paid_last.resolve(setting.spans) if rule.paid_last is not None else date.max
            by_category.setdefault(rule.category, []).append(_Open(rank, name, rule, test, Span(first, last)))
        self.by_category = {category: tuple(each) for category, each in by_category.items()}

    def candidates(self, facts: Facts, standard: int | None) -> list[Candidate]:
        """The identities that count and the classes they open, in the notice's order."""
        found = []
        for identity in self.counts(facts):
            for each in self.by_category.get(identity.category, ()):
                first, last = each.paid
                if first <= facts.paid_on <= last and (each.test is None or each.test(facts)):
                    amount = each.rule.amount_of(standard)
                    full = isinstance(each.rule, FullAssistance) or (amount is not None and amount == standard)
                    found.append(Candidate(each.rank, each.name, each.rule, identity, amount, full))
                    break
        if len(found) > 1:
            found.sort(key=self._order)
        return found

    def _order(self, candidate: Candidate) -> tuple:
        if self.tie is Tie.FIRST_DETERMINED:
            return (candidate.identity.determined_on, candidate.rank)
        return (candidate.rank,)

    def choose(self, candidates: list[Candidate]) -> Choice | None:
        """The class that applies to a person with these candidates."""
        if not candidates:
            return None
        best = self._best(candidates)
        funds = None if best.amount is None else best.rule.funds.split(best.amount)
        return Choice(best.rule.category, best.amount, funds, best.rule, tuple(candidates))

    @staticmethod
    def _best(candidates: list[Candidate]) -> Candidate:
        if len(candidates) == 1:
            return candidates[0]
        for candidate in candidates:
            if candidate.full:
                return candidate
        for candidate in candidates:
            if candidate.amount is None:
                return candidate
        return max(candidates, key=lambda candidate: candidate.amount)


class Counts:
    """Which identities count. Called with facts: those that do, in the order given."""

    def __init__(
        self, section: Assistance | None, windows: Mapping[str, Span], spans: Mapping[str, Span], assisted: frozenset
    ):
        self.assisted = assisted
        self.rules = (
            tuple(_recognised(rule, windows, spans, assisted) for rule in section.recognition.values())
            if section
            else ()
        )

    def __call__(self, facts: Facts) -> tuple[Identity, ...]:
        if not facts.identities:
            return ()
        return tuple(identity for identity in facts.identities if self.rule_for(identity, facts.paid_on) is not None)

    def rule_for(self, identity: Identity, paid_on: date) -> Recognition | None:
        """The first rule by which an identity counts for a payment on a day."""
        if identity.ended_on is not None and identity.ended_on <= paid_on:
            return None
        for each in self.rules:
            if self._determined(each, identity, paid_on) and _paid(each, paid_on):
                return each.rule
        return None

    @staticmethod
    def _determined(each: _Recognised, identity: Identity, paid_on: date) -> bool:
        return (
            identity.category in each.categories
            and each.determined.first <= identity.determined_on <= each.determined.last
            and not (each.rule.by_payment and paid_on < identity.determined_on)
        )

    def why_not(self, facts: Facts) -> tuple[str, ...]:
        """The clauses by which identities of assisted classes, not ended, do not count."""
        cited: list[str] = []
        for identity in facts.identities:
            ended = identity.ended_on is not None and identity.ended_on <= facts.paid_on
            if ended or identity.category not in self.assisted or self.rule_for(identity, facts.paid_on) is not None:
                continue
            for each in self.rules:
                if identity.category not in each.categories:
                    continue
                cited += each.rule.outside if self._determined(each, identity, facts.paid_on) else each.rule.too_late
        return tuple(cited)


def _paid(each: _Recognised, paid_on: date) -> bool:
    return not each.paid or any(first <= paid_on <= last for first, last in each.paid)


def _recognised(
    rule: Recognition, windows: Mapping[str, Span], spans: Mapping[str, Span], assisted: frozenset
) -> _Recognised:
    named = frozenset(rule.categories)
    categories = (named - {"assisted"}) | assisted if "assisted" in named else named
    first = rule.determined_first.resolve(spans) if rule.determined_first is not None else date.min
    last = rule.determined_last.resolve(spans) if rule.determined_last is not None else date.max
    paid = tuple(windows[name] for name in rule.windows)
    if not paid and (rule.paid_first is not None or rule.paid_last is not None):
        paid_first = rule.paid_first.resolve(spans) if rule.paid_first is not None else date.min
        paid_last = rule.paid_last.resolve(spans) if rule.paid_last is not None else date.max
        paid = (Span(paid_first, paid_last),)
    return _Recognised(rule, categories, Span(first, last), paid)
