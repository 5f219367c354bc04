"""An answer as a table. Names of rows are msgids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy.categories import FUND_NAMES
from policy.explain.clauses import ClausesBehind
from policy.explain.messages import gettext_noop as _
from policy.facts import Facts
from policy.money import yuan
from policy.quote import NOT_ALLOWED, OUTCOMES, Quote
from policy.schema import Pack
from policy.stay import SETTLE_BY
from policy.window import WINDOWS


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what, how much (None: set by another document), and the clauses it stands on."""

    field: str
    name: str
    value: str | None
    clauses: tuple[str, ...]


def fund_text(funds: tuple[tuple[str, int], ...] | None) -> str:
    """`医疗救助资金 190.00`, several joined; of funds another document sets, a dash."""
    return "—" if funds is None else "、".join(f"{FUND_NAMES[fund]} {yuan(fen)}" for fund, fen in funds)


def rows(facts: Facts, quote: Quote, pack: Pack) -> tuple[Row, ...]:
    """The answer as a table. Names are msgids; a value None is set by another document."""
    clauses = ClausesBehind(facts, quote, pack)
    found = [
        Row("outcome", _("Outcome"), OUTCOMES[quote.outcome], quote.citations if quote.outcome == NOT_ALLOWED else ()),
        Row("window", _("Time of payment"), WINDOWS[quote.window], clauses.way_in or quote.citations),
    ]
    if quote.outcome != NOT_ALLOWED:
        found += _money_rows(quote, clauses)
        period = f"{quote.benefit.start} — {quote.benefit.end}"
        found.append(Row("benefit", _("Benefits"), period, clauses.way_in))
    if quote.refund is not None:
        allowed = {True: _("possible"), False: _("not possible"), None: _("people decide")}[quote.refund.allowed]
        found.append(Row("refund", _("Refund"), allowed, clauses.refund))
    if quote.stay is not None:
        found.append(Row("stay", _("Hospital stay"), SETTLE_BY[quote.stay.settle_by], clauses.stay))
    return tuple(found)


def _money_rows(quote: Quote, clauses: ClausesBehind) -> Iterator[Row]:
    def money(fen: int | None) -> str | None:
        return None if fen is None else yuan(fen)

    yield Row("standard", _("Individual contribution"), money(quote.standard), clauses.standard)
    if quote.long_term_care:
        yield Row("long_term_care", _("Long-term care"), money(quote.long_term_care), clauses.long_term_care)
    if quote.assistance is not None:
        yield Row("assistance", _("Assistance"), money(quote.assistance.amount), clauses.assistance)
        for fund, fen in quote.assistance.funds or ():
            yield Row(f"assistance.{fund}", FUND_NAMES[fund], money(fen), clauses.assistance)
    settled = clauses.settlement or clauses.standard
    yield Row("charged", _("Collected by tax"), money(quote.charged), settled)
    yield Row("reimbursed", _("Paid back afterwards"), money(quote.reimbursed), settled)
    yield Row("net_cost", _("Borne by the person"), money(quote.net_cost), settled)
    if quote.fiscal_subsidy is not None:
        yield Row("fiscal_subsidy", _("Fiscal subsidy"), money(quote.fiscal_subsidy.total), clauses.fiscal_subsidy)
        for fund, fen in quote.fiscal_subsidy.funds or ():
            yield Row(f"fiscal_subsidy.{fund}", FUND_NAMES[fund], money(fen), clauses.fiscal_subsidy)
