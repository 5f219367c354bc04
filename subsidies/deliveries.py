"""Lists of assistance that other departments get: marks with amounts due, requests for money, rosters for payment."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from accounts.scope import within
from enrollment.deliveries import DOCUMENT, DOCUMENT_CODE, PLACE, document_cells
from enrollment.ledgers import NAME, NUMBER, place_cells
from enrollment.platform_codes import RESIDENT_INSURANCE
from exchanges.ledgers import Column, Kind
from exchanges.outbound.kinds import DeliveryKind, key_order
from notices.queries import NoNotice, pack_for
from policy.categories import CATEGORIES
from policy.contribution import rates_of_the_young
from policy.settlement import BATCH
from regions.models import Region
from regions.queries import code_ranges
from subsidies.ledgers import ALL_FUNDS
from subsidies.models import AnswerFund, IdentityMark
from subsidies.queries.sums import current_decisions, shares_by_place

AMOUNT = Column("金额（元）", Kind.MONEY, 18)
DUE = Column("应缴金额（元）", Kind.MONEY, 14)
_PERSON = (Column("险种代码", width=10), NAME, DOCUMENT_CODE, DOCUMENT, NUMBER)
# The platform's own list of assisted identities is not public: ours stands there, to be mapped by the receiver.
_IDENTITY = (Column("身份类别标识", width=18), Column("身份类别", width=20, labels=CATEGORIES))
STUDENT_OR_CHILD = "student_or_child"
_MARK = (
    Column("身份类别标识", width=18),
    Column("身份类别", width=20, labels={**CATEGORIES, STUDENT_OR_CHILD: "学生儿童"}),
)

MARKS = (
    *_PERSON,
    *PLACE,
    Column("参保年度", width=10),
    *_MARK,
    Column("个人缴费标准（元）", Kind.MONEY, 16),
    Column("资助金额（元）", Kind.MONEY, 14),
    DUE,
)


REPORT = (*_PERSON, *PLACE, Column("参保年度", width=10), *_IDENTITY)


def _person_cells() -> tuple[Any, ...]:
    return "person_id", Value(RESIDENT_INSURANCE), "person__name", *document_cells("person"), *place_cells("region")


def mark_rows(area: Region, coverage_year: int, on: date) -> QuerySet:
    """Everyone of the area whose amount due tax cannot tell from the year's standard, by person: who is assisted
    by an identity (SL-3.3), and children and students where the notice has a rate for them (JL-4.1). The identity, what
    the assistance is and what tax is to charge; amounts are empty where another document sets them."""
    young = Q(answer__category="", answer__standard_fen__in=_rates_of_the_young(area, coverage_year, on))
    mark = Case(When(young, then=Value(STUDENT_OR_CHILD)), default=F("answer__category"))
    return (
        current_decisions(coverage_year=coverage_year, ranges=code_ranges(area))
        .filter(~Q(answer__category="") | young, decided_on__lte=on)
        .order_by("person_id")
        .values_list(
            *_person_cells(),
            "coverage_year",
            mark,
            mark,
            "answer__standard_fen",
            "answer__assistance_fen",
            "answer__charged_fen",
        )
    )


def _rates_of_the_young(area: Region, coverage_year: int, on: date) -> frozenset[int]:
    try:
        pack = pack_for(area.pk, coverage_year, on=on)
    except NoNotice:
        return frozenset()
    return rates_of_the_young(pack.contributions, pack.groups)


def report_rows(area: Region, coverage_year: int, on: date) -> QuerySet:
    """Marks of the area that stand on the day, by their key: what the agency above marks once more for all of its
    areas (SL-3.1)."""
    standing = IdentityMark.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=on), within("region", code_ranges(area)), determined_on__lte=on
    )
    return standing.order_by("pk").values_list(
        "pk",
        Value(RESIDENT_INSURANCE),
        "person__name",
        *document_cells("person"),
        *place_cells("region"),
        Value(coverage_year),
        "category",
        "category",
    )


ROSTER = (*_PERSON, *PLACE, *_IDENTITY, Column("部门代缴金额（元）", Kind.MONEY, 16))


def roster_rows(area: Region, coverage_year: int, on: date) -> Iterable:
    """People for whom a department pays in one batch, with its part; nobody where the notice settles in another way.

    Who has paid the full contribution alone is left out; who was paid for stays, so that the roster stays whole.
    """
    try:
        settlement = pack_for(area.pk, coverage_year, on=on).settlement
    except NoNotice:
        return ()
    if settlement is None or all(mode.mode != BATCH for mode in settlement.modes.values()):
        return ()
    return (
        current_decisions(coverage_year=coverage_year, ranges=code_ranges(area))
        .filter(
            Q(payment__isnull=True) | Q(payment__by_roster=True),
            decided_on__lte=on,
            answer__assistance_fen__gt=0,
            answer__reimbursed_fen=0,
            answer__charged_fen=F("answer__standard_fen") - F("answer__assistance_fen"),
        )
        .order_by("person_id")
        .values_list(*_person_cells(), "answer__category", "answer__category", "answer__assistance_fen")
    )


REQUEST = (
    *PLACE,
    Column("资金来源标识", width=18),
    Column("资金来源", width=16),
    Column("人数", Kind.INTEGER, 10),
    AMOUNT,
)


def _shares(purpose: str, area: Region, coverage_year: int, on: date) -> Iterator[tuple[Any, ...]]:
    shares = shares_by_place(coverage_year=coverage_year, ranges=code_ranges(area), on=on)
    keyed = {f"{share.region_id}/{share.fund}": share for share in shares if share.purpose == purpose}
    places = Region.objects.select_related("parent").in_bulk({share.region_id for share in keyed.values()})
    for key in sorted(keyed, key=key_order):
        share = keyed[key]
        place = places[share.region_id]
        village = place.level == "village"
        yield (
            key,
            place.pk,
            place.parent.name if village and place.parent else place.name,
            place.name if village else "",
            share.fund,
            ALL_FUNDS.get(share.fund, share.fund),
            share.people,
            share.fen,
        )


def assistance_request_rows(area: Region, coverage_year: int, on: date) -> Iterator[tuple[Any, ...]]:
    """What each fund is asked for as assistance in each place, over decisions that rest on a payment."""
    return _shares(AnswerFund.Purpose.ASSISTANCE, area, coverage_year, on)


def subsidy_request_rows(area: Region, coverage_year: int, on: date) -> Iterator[tuple[Any, ...]]:
    """What each level of finance is asked for as fiscal subsidy in each place."""
    return _shares(AnswerFund.Purpose.FISCAL_SUBSIDY, area, coverage_year, on)


DELIVERIES = (
    DeliveryKind(
        "identity_report",
        _("Identities for the agency above"),
        BureauKind.AGENCY,
        REPORT,
        report_rows,
        ("SL-3.1",),
        file="identities",
    ),
    DeliveryKind(
        "marks",
        _("Identity marks with amounts due"),
        BureauKind.TAX,
        MARKS,
        mark_rows,
        ("JL-4.1", "SL-3.3", "PL-5.1"),
        sum_column=DUE.header,
        file="identities",
    ),
    DeliveryKind(
        "roster",
        _("Roster for payment in one batch"),
        BureauKind.TAX,
        ROSTER,
        roster_rows,
        ("PL-6.1",),
        sum_column="部门代缴金额（元）",
    ),
    DeliveryKind(
        "assistance_request",
        _("Request for assistance money"),
        BureauKind.FINANCE,
        REQUEST,
        assistance_request_rows,
        ("PL-8.2b", "JL-4.3"),
        sum_column=AMOUNT.header,
    ),
    DeliveryKind(
        "subsidy_request",
        _("Request for fiscal subsidy"),
        BureauKind.FINANCE,
        REQUEST,
        subsidy_request_rows,
        ("SL-6.2c", "JL-4.3"),
        sum_column=AMOUNT.header,
    ),
)
