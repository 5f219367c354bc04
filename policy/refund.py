"""Whether a contribution is refunded, and through whose hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import model_validator

from policy.categories import REFUND_REASONS
from policy.facts import RefundRequest
from policy.period import Day, Span, span_of
from policy.reading import stands
from policy.section import Named, Rule, Section

ReasonName = Literal[tuple(REFUND_REASONS)]

STEPS = {
    "tax_intake": "原缴费地税务部门受理",
    "agency_final": "原缴费地医保经办机构终审",
    "agency_payout": "原缴费地医保经办机构办理退费",
}
"""The chain of a refund, in order."""

StepName = Literal[tuple(STEPS)]


class RefundRule(Rule):
    """What happens to applications for `reasons` (none given: all) made from `applied_first` to `applied_last`.

    `allowed`: yes, no, or `people_decide` where the notice has no rule.
    """

    reasons: tuple[ReasonName, ...] = ()
    applied_first: Day = None
    applied_last: Day = None
    allowed: Literal["yes", "no", "people_decide"]
    steps: tuple[StepName, ...] = ()
    benefit_from_first_payment: bool = False

    @model_validator(mode="after")
    def _steps_where_allowed(self):
        if bool(self.steps) is not (self.allowed == "yes"):
            raise ValueError("steps: the chain of an allowed refund was expected, and none where it is not allowed")
        return self


class Refund(Section):
    """Rules in order; the first that fits an application decides it."""

    rules: Annotated[Mapping[str, RefundRule], Named]


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """`allowed` None: the notice has no rule, people decide."""

    allowed: bool | None
    steps: tuple[str, ...]
    benefit_from_first_payment: bool

    def as_json(self) -> dict:
        return {
            "allowed": self.allowed,
            "steps": list(self.steps),
            "benefit_from_first_payment": self.benefit_from_first_payment,
        }


NO_RULE = RefundAnswer(None, (), False)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule: RefundRule
    reasons: frozenset[str]
    applied: Span


def compile_refund(section: Refund | None, spans: Mapping[str, Span], readings: Mapping) -> tuple[CompiledRule, ...]:
    rules = []
    for rule in section.rules.values() if section else ():
        if not stands(rule.reading, readings):
            continue
        applied = span_of(rule.applied_first, rule.applied_last, spans)
        rules.append(CompiledRule(rule, frozenset(rule.reasons or REFUND_REASONS), applied))
    return tuple(rules)


def answer(request: RefundRequest, rules: tuple[CompiledRule, ...]) -> tuple[RefundAnswer, RefundRule | None]:
    """The answer and the rule that gave it; no rule: people decide."""
    for each in rules:
        if request.reason in each.reasons and each.applied.first <= request.applied_on <= each.applied.last:
            rule = each.rule
            allowed = {"yes": True, "no": False, "people_decide": None}[rule.allowed]
            return RefundAnswer(allowed, rule.steps, rule.benefit_from_first_payment), rule
    return NO_RULE, None
