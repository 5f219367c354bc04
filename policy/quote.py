"""What is answered: `quote(facts, pack)`, pure. No clock, no input or output, no state.

The answer says what the notice says for these facts, with the clauses that decided it (`citations`) and the readings
it rests on (`assumptions`). Money is whole fen; `as_json` gives the calculator's contract, yuan as text with two
decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from json import dumps

from policy.canonical import canonical
from policy.facts import Facts
from policy.money import yuan
from policy.refund import RefundAnswer
from policy.schema import Pack
from policy.stay import StayAnswer

__all__ = ["Assistance", "Benefit", "FiscalSubsidy", "Quote", "canonical", "quote"]

ENROLLED, NOT_ALLOWED, UNDETERMINED = "enrolled", "not_allowed", "undetermined"
OUTCOMES = {ENROLLED: "可以参保", NOT_ALLOWED: "当日不能参保", UNDETERMINED: "待其他文件确定"}

Parts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Assistance:
    """`amount` (fen) and `funds` None: another document sets them."""

    category: str
    amount: int | None
    funds: Parts | None

    def as_json(self) -> dict:
        return {
            "category": self.category,
            "amount": None if self.amount is None else yuan(self.amount),
            "funds": _funds(self.funds),
        }


@dataclass(frozen=True, slots=True)
class FiscalSubsidy:
    """`funds` None: the notice gives no split."""

    total: int
    funds: Parts | None

    def as_json(self) -> dict:
        return {"total": yuan(self.total), "funds": _funds(self.funds)}


@dataclass(frozen=True, slots=True)
class Benefit:
    """Both days included."""

    start: date
    end: date

    def as_json(self) -> dict:
        return {"start": self.start.isoformat(), "end": self.end.isoformat()}


@dataclass(frozen=True, slots=True)
class Quote:
    """An answer. `way_in` and `contribution` name the rules of the pack that decided it; they are no part of the
    contract.
    """

    case: str | int | float | None
    policy: str
    outcome: str
    window: str
    standard: int | None
    long_term_care: int | None
    assistance: Assistance | None
    charged: int | None
    reimbursed: int | None
    net_cost: int | None
    fiscal_subsidy: FiscalSubsidy | None
    benefit: Benefit | None
    refund: RefundAnswer | None
    stay: StayAnswer | None
    citations: tuple[str, ...]
    assumptions: tuple[str, ...]
    way_in: str = ""
    contribution: str = ""

    def as_json(self) -> dict:
        """The fields of the contract in its order, ready for `json.dumps`."""
        return {
            "case": self.case,
            "policy": self.policy,
            "outcome": self.outcome,
            "window": self.window,
            "standard": None if self.standard is None else yuan(self.standard),
            "long_term_care": None if self.long_term_care is None else yuan(self.long_term_care),
            "assistance": None if self.assistance is None else self.assistance.as_json(),
            "charged": None if self.charged is None else yuan(self.charged),
            "reimbursed": None if self.reimbursed is None else yuan(self.reimbursed),
            "net_cost": None if self.net_cost is None else yuan(self.net_cost),
            "fiscal_subsidy": None if self.fiscal_subsidy is None else self.fiscal_subsidy.as_json(),
            "benefit": None if self.benefit is None else self.benefit.as_json(),
            "refund": None if self.refund is None else self.refund.as_json(),
            "stay": None if self.stay is None else self.stay.as_json(),
            "citations": list(self.citations),
            "assumptions": list(self.assumptions),
        }

    def as_line(self) -> str:
        """`as_json` as one line of JSON, composed of parts that are written once and kept."""
        benefit = self.benefit
        period = "null" if benefit is None else _period(benefit.start, benefit.end)
        case = "null" if self.case is None else dumps(self.case, ensure_ascii=False)
        return (
            f'{{"case": {case}, "policy": "{self.policy}", '
            f'"outcome": "{self.outcome}", "window": "{self.window}", "standard": {_money(self.standard)}, '
            f'"long_term_care": {_money(self.long_term_care)}, "assistance": {_part(self.assistance)}, '
            f'"charged": {_money(self.charged)}, "reimbursed": {_money(self.reimbursed)}, '
            f'"net_cost": {_money(self.net_cost)}, "fiscal_subsidy": {_part(self.fiscal_subsidy)}, '
            f'"benefit": {period}, "refund": {_part(self.refund)}, "stay": {_part(self.stay)}, '
            f'"citations": {_names(self.citations)}, "assumptions": {_names(self.assumptions)}}}'
        )


@lru_cache(maxsize=4096)
def _money(fen: int | None) -> str:
    return "null" if fen is None else f'"{yuan(fen)}"'


@lru_cache(maxsize=4096)
def _period(start: date, end: date) -> str:
    return f'{{"start": "{start}", "end": "{end}"}}'


@lru_cache(maxsize=4096)
def _names(names: tuple[str, ...]) -> str:
    return dumps(names)


@lru_cache(maxsize=4096)
def _part(part: Assistance | FiscalSubsidy | RefundAnswer | StayAnswer | None) -> str:
    return "null" if part is None else dumps(part.as_json())


def _funds(parts: Parts | None) -> dict[str, str] | None:
    return None if parts is None else {fund: yuan(fen) for fund, fen in parts}


def quote(facts: Facts, pack: Pack) -> Quote:
    """What the pack's notice says for these facts."""
    return pack.engine.answer(facts)
