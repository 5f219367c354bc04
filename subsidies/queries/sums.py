"""Sums by fund over decisions that rest on a payment: assistance follows payment (JL-2.1), and so does the subsidy."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.db.models import Count, QuerySet

from accounts.scope import within
from enrollment.queries import Ranges
from subsidies.models import AnswerFund, Decision


class FundShare(NamedTuple):
    """What one fund bears for the people of one place; `fen` for all of them together."""

    region_id: str
    purpose: str
    fund: str
    people: int
    fen: int


def current_decisions(*, coverage_year: int, ranges: Ranges | None = None) -> QuerySet[Decision]:
    """The decisions of a coverage year that none has superseded; with `ranges`, those of places in them."""
    decisions = Decision.objects.filter(coverage_year=coverage_year, superseded_by__isnull=True)
    return decisions if ranges is None else decisions.filter(within("region", ranges))


def paid_decisions(*, coverage_year: int, ranges: Ranges | None = None) -> QuerySet[Decision]:
    """Of the current decisions those that rest on a payment."""
    return current_decisions(coverage_year=coverage_year, ranges=ranges).filter(payment__isnull=False)


def shares_by_place(*, coverage_year: int, ranges: Ranges, on: date | None = None) -> list[FundShare]:
    """What each fund bears in each place, in the order of place, purpose and fund; with `on`, by what was decided until
    that day."""
    decisions = paid_decisions(coverage_year=coverage_year, ranges=ranges)
    if on is not None:
        decisions = decisions.filter(decided_on__lte=on)
    funds = defaultdict(list)
    for fund in AnswerFund.objects.filter(answer__in=decisions.values("answer")):
        funds[fund.answer_id].append(fund)
    people: dict[tuple[str, str, str], int] = defaultdict(int)
    fen: dict[tuple[str, str, str], int] = defaultdict(int)
    # Many decisions share an answer, so the database counts decisions and never sees a fund.
    for region, answer, count in decisions.values_list("region", "answer").annotate(count=Count("pk")):
        for fund in funds[answer]:
            key = region, fund.purpose, fund.fund
            people[key] += count
            fen[key] += count * fund.amount_fen
    return [FundShare(*key, people[key], fen[key]) for key in sorted(people)]


def sums_by_fund(*, coverage_year: int, ranges: Ranges) -> dict[str, dict[str, int]]:
    """`{"assistance": {fund: fen}, "fiscal_subsidy": {fund: fen}}`.

    The fund is `AnswerFund.UNSPLIT` for what a notice gives as one sum without saying who bears which part.
    """
    sums: dict[str, dict[str, int]] = {str(purpose): {} for purpose in AnswerFund.Purpose.values}
    for share in shares_by_place(coverage_year=coverage_year, ranges=ranges):
        of_purpose = sums[share.purpose]
        of_purpose[share.fund] = of_purpose.get(share.fund, 0) + share.fen
    return {purpose: dict(sorted(funds.items())) for purpose, funds in sums.items()}
