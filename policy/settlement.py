"""How assistance reaches the person: netted by tax, reimbursed afterwards, or paid to tax by the department in one
batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from policy.assistance import Choice
from policy.section import Named, Rule, Section, Words

NET_BY_MARK, REIMBURSED, BATCH, ELSEWHERE = "net_by_mark", "reimbursed", "batch", "elsewhere"


class Mode(Rule):
    """One way of settling.

    `net_by_mark`: tax charges the standard less the assistance of the best identity whose mark stood on the day of
    payment; what is missing is reimbursed (`afterwards` is cited then). `reimbursed`: charged in full, paid back.
    `batch`: the department pays it to tax, the person is charged the rest. `elsewhere`: another document says.
    """

    mode: Literal["net_by_mark", "reimbursed", "batch", "elsewhere"]
    applies_to: Literal["full", "partial", "any"] = "any"
    afterwards: Words = ()


class Settlement(Section):
    """The first mode that applies to the assistance (`full`: all of the standard) settles it."""

    modes: Annotated[Mapping[str, Mode], Named]


@dataclass(frozen=True, slots=True)
class Settled:
    """Fen charged by tax and paid back afterwards; None where another document says."""

    charged: int | None
    reimbursed: int | None
    citations: tuple[str, ...]
    assumed: tuple[str, ...]


def settle(modes: tuple[Mode, ...], standard: int, choice: Choice, paid_on: date) -> Settled:
    """Settles an assistance whose amount is known."""
    amount = choice.amount
    mode = _mode(modes, full=amount == standard)
    match mode.mode:
        case "net_by_mark":
            netted = min(_marked(choice, paid_on), amount)
            citations = mode.clause if netted else ()
            if netted < amount:
                citations += mode.afterwards
            return Settled(standard - netted, amount - netted, citations, mode.assumed)
        case "reimbursed":
            return Settled(standard, amount, mode.clause, mode.assumed)
        case "batch":
            return Settled(standard - amount, 0, mode.clause, mode.assumed)
        case _:
            return Settled(None, None, mode.clause, mode.assumed)


def _mode(modes: tuple[Mode, ...], *, full: bool) -> Mode:
    kinds = ("any", "full" if full else "partial")
    return next(mode for mode in modes if mode.applies_to in kinds)


def _marked(choice: Choice, paid_on: date) -> int:
    """The highest known amount among the identities whose mark stood on the day of payment."""
    return max(
        (each.amount for each in choice.candidates if each.amount is not None and each.identity.marked_from <= paid_on),
        default=0,
    )
