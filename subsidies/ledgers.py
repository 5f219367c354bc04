"""The ledgers of assistance: who is assisted, what each fund bears, which payments are not what was due (SL-6.2b)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from accounts.scope import visible_ranges
from enrollment.ledgers import NAME, NUMBER, town_of, village_of
from exchanges.ledgers import Column, Kind, Ledger
from policy.categories import CATEGORIES, FUND_NAMES
from policy.money import FUNDS
from regions.models import Region
from subsidies.models import AnswerFund
from subsidies.queries.decisions import assisted, differing_payments
from subsidies.queries.sums import shares_by_place

UNSPLIT_NAME = "未分担"
ALL_FUNDS = {**{fund: FUND_NAMES[fund] for fund in FUNDS}, AnswerFund.UNSPLIT: UNSPLIT_NAME}
PURPOSES = {AnswerFund.Purpose.ASSISTANCE: "参保资助", AnswerFund.Purpose.FISCAL_SUBSIDY: "财政补助"}
_PLACE = (Column("参保地区划", width=14), Column("镇（街道）", width=14), Column("村（社区）", width=18))


def _place() -> tuple[Any, ...]:
    return "region_id", town_of("region"), village_of("region")


ASSISTED = (
    NAME,
    NUMBER,
    *_PLACE,
    Column("身份类别", width=16, labels=CATEGORIES),
    Column("个人缴费标准（元）", Kind.MONEY, 16),
    Column("资助金额（元）", Kind.MONEY, 14),
    *(Column(f"{name}（元）", Kind.MONEY, 14) for name in ALL_FUNDS.values()),
    Column("应缴金额（元）", Kind.MONEY, 14),
    Column("事后资助（元）", Kind.MONEY, 14),
    Column("个人负担（元）", Kind.MONEY, 14),
    Column("实缴金额（元）", Kind.MONEY, 14),
    Column("缴费日期", Kind.DATE, 12),
    Column("依据条款", width=30),
)


def assisted_rows(user: Staff, area: Region, coverage_year: int, on: date) -> QuerySet:
    """One row an assisted person who has paid, by place; the amount is empty where another document sets it.

    Adds up to the assistance of `decide` and of the ledger of funds.
    """
    decisions = assisted(coverage_year=coverage_year, ranges=visible_ranges(user, area))
    parts = {
        f"of_{fund}": FilteredRelation(
            "answer__funds",
            condition=Q(answer__funds__purpose=AnswerFund.Purpose.ASSISTANCE, answer__funds__fund=fund),
        )
        for fund in ALL_FUNDS
    }
    return (
        decisions.annotate(**parts)
        .order_by("region_id", "person_id")
        .values_list(
            "person__name",
            "person__id_number",
            *_place(),
            "answer__category",
            "answer__standard_fen",
            "answer__assistance_fen",
            *(f"of_{fund}__amount_fen" for fund in ALL_FUNDS),
            "answer__charged_fen",
            "answer__reimbursed_fen",
            "answer__net_fen",
            "payment__amount_fen",
            "payment__paid_on",
            "answer__clauses",
        )
    )


FUND_SUMS = (
    *_PLACE,
    Column("资金用途", width=12, labels=PURPOSES),
    Column("资金来源", width=16, labels=ALL_FUNDS),
    Column("人数", Kind.INTEGER, 10),
    Column("金额（元）", Kind.MONEY, 18),
)


def fund_rows(user: Staff, area: Region, coverage_year: int, on: date) -> Iterator[Sequence[Any]]:
    """What each fund bears in each place, over decisions that rest on a payment."""
    shares = shares_by_place(coverage_year=coverage_year, ranges=visible_ranges(user, area))
    places = Region.objects.select_related("parent").in_bulk({share.region_id for share in shares})
    for share in shares:
        place = places[share.region_id]
        village = place.level == "village"
        yield (
            share.region_id,
            place.parent.name if village and place.parent else place.name,
            place.name if village else "",
            share.purpose,
            share.fund,
            share.people,
            share.fen,
        )


AMOUNTS = (
    NAME,
    NUMBER,
    *_PLACE,
    Column("电子税票号码", width=24),
    Column("缴费日期", Kind.DATE, 12),
    Column("部门代缴", Kind.FLAG, 10),
    Column("实缴金额（元）", Kind.MONEY, 14),
    Column("应缴金额（元）", Kind.MONEY, 14),
    Column("差额（元）", Kind.MONEY, 14),
    Column("身份类别", width=16, labels=CATEGORIES),
    Column("依据条款", width=30),
)


def amount_rows(user: Staff, area: Region, coverage_year: int, on: date) -> QuerySet:
    """Standing payments whose amount is not what was due; they count as paid, and none is left out."""
    payments = differing_payments(coverage_year=coverage_year, on=on, ranges=visible_ranges(user, area))
    return (
        payments.annotate(over_fen=F("amount_fen") - F("due_fen"))
        .order_by("region_id", "person_id", "pk")
        .values_list(
            "person__name",
            "person__id_number",
            *_place(),
            "receipt_no",
            "paid_on",
            "by_roster",
            "amount_fen",
            "due_fen",
            "over_fen",
            "decided__answer__category",
            "decided__answer__clauses",
        )
    )


LEDGERS = (
    Ledger("assisted", _("Assisted people"), ASSISTED, assisted_rows, "subsidies.view_decision"),
    Ledger("funds", _("Assistance and fiscal subsidy by fund"), FUND_SUMS, fund_rows, "subsidies.view_decision"),
    Ledger("amounts", _("Payments that differ from the amount due"), AMOUNTS, amount_rows, "subsidies.view_decision"),
)
