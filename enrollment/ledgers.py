"""The ledgers of people: enrolled, not enrolled, paid twice, waived (ZJ-5.3a, SL-6.3, PL-8.3c)."""

from datetime import date
from typing import Any

from django.db.models import Case, CharField, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from accounts.scope import visible_ranges, within
from enrollment.models import NotEnrolledReason, Person, Proposal, Registration
from enrollment.queries import (
    doubly_insured,
    duplicate_payments,
    earlier_payments,
    enrolled_people,
    lapsed_on,
    not_enrolled_people,
    situation,
    standing_payments,
)
from exchanges.ledgers import Column, Kind, Ledger
from regions.models import Level, Region

NUMBER = Column("证件号码", Kind.NUMBER, 20, purpose="enrollment.person.id_number")
NAME = Column("姓名", width=12)
# Of a payment, in the order of PAID_CELLS.
PAID = (
    Column("缴费金额（元）", Kind.MONEY, 14),
    Column("缴费日期", Kind.DATE, 12),
    Column("电子税票号码", width=24),
    Column("缴费渠道", width=12),
)
PAID_CELLS = ("amount_fen", "paid_on", "receipt_no", "channel")
# Of a reason for not enrolling, in the order of `_why`.
WHY = (
    Column("未参保原因", width=18, labels=dict(NotEnrolledReason.Reason.choices)),
    Column("说明", width=24),
    Column("放弃参保签字日期", Kind.DATE, 16),
    Column("核实日期", Kind.DATE, 12),
    Column("核实人", width=12),
)


def place_columns(header: str) -> tuple[Column, ...]:
    """A place in three columns, for `place_cells`; `header` says which place it is."""
    return Column(header, width=14), Column("镇（街道）", width=14), Column("村（社区）", width=18)


def place_cells(path: str) -> tuple[Any, ...]:
    """Code, town and village of a place, for `place_columns`."""
    return f"{path}_id", town_of(path), village_of(path)


def _why(path: str = "") -> tuple[str, ...]:
    return tuple(
        f"{path}{name}" for name in ("reason", "detail", "waiver_signed_on", "recorded_on", "recorded_by__full_name")
    )


def town_of(path: str) -> Case:
    """Name of the town of a place; of a place that is a town or more, its own."""
    return Case(
        When(Q(**{f"{path}__level": Level.VILLAGE}), then=F(f"{path}__parent__name")), default=F(f"{path}__name")
    )


def village_of(path: str) -> Case:
    """Name of the village of a place; nothing for a town or more."""
    return Case(
        When(Q(**{f"{path}__level": Level.VILLAGE}), then=F(f"{path}__name")),
        default=Value(""),
        output_field=CharField(),
    )


def _counting(path: str, coverage_year: int, on: date, *, since: str, until: str) -> FilteredRelation:
    """The one row of a person's history that counts on the day."""
    return FilteredRelation(
        path,
        condition=Q(**{f"{path}__coverage_year": coverage_year, f"{path}__{since}__lte": on})
        & (Q(**{f"{path}__{until}__isnull": True}) | Q(**{f"{path}__{until}__gt": on})),
    )


ENROLLED = (
    NAME,
    NUMBER,
    *place_columns("参保地区划"),
    Column("户籍地区划", width=14),
    Column("户号", width=14),
    Column("参保情形", width=14, labels=dict(Registration.Situation.choices)),
    Column("档次", Kind.INTEGER, 6),
    *PAID,
    Column("部门代缴", Kind.FLAG, 10),
    Column("待遇开始日期", Kind.DATE, 14),
    Column("待遇截止日期", Kind.DATE, 14),
    Column("依据条款", width=18),
)


def enrolled_rows(user: Staff, area: Region, coverage_year: int, on: date) -> QuerySet:
    """One row a person enrolled in the area, by place; as many as the ranking counts."""
    people = enrolled_people(coverage_year=coverage_year, on=on, ranges=visible_ranges(user, area))
    return (
        people.annotate(
            registration=_open_registration(coverage_year),
            entitlement=_counting(
                "person__entitlements", coverage_year, on, since="recorded_on", until="superseded_on"
            ),
        )
        .order_by("region_id", "person_id")
        .values_list(
            "person__name",
            "person__id_number",
            *place_cells("region"),
            "person__region_id",
            "person__household",
            situation(coverage_year, registration="registration__", born="person__birth_date"),
            "tier",
            *PAID_CELLS,
            "by_roster",
            "entitlement__starts_on",
            "entitlement__ends_on",
            "entitlement__clauses",
        )
    )


def _open_registration(coverage_year: int) -> FilteredRelation:
    return FilteredRelation(
        "person__registrations",
        condition=Q(person__registrations__coverage_year=coverage_year, person__registrations__ended_on__isnull=True),
    )


NOT_ENROLLED = (
    NAME,
    NUMBER,
    *place_columns("户籍地区划"),
    Column("户号", width=14),
    Column("出生日期", Kind.DATE, 12),
    Column("状态", width=8, labels=dict(Person.Status.choices)),
    Column("断保待参（职工医保停保日期）", Kind.DATE, 18),
    *WHY,
    Column("佐证资料", width=24),
)


def not_enrolled_rows(user: Staff, area: Region, coverage_year: int, on: date) -> QuerySet:
    """One row a person of the register without a standing payment, with the reason where one was verified."""
    people = not_enrolled_people(coverage_year=coverage_year, on=on, ranges=visible_ranges(user, area))
    return (
        people.annotate(
            lapsed_on=lapsed_on(on),
            why=_counting("not_enrolled_reasons", coverage_year, on, since="recorded_on", until="withdrawn_on"),
        )
        .order_by("region_id", "household", "pk")
        .values_list(
            "name",
            "id_number",
            *place_cells("region"),
            "household",
            "birth_date",
            "status",
            "lapsed_on",
            *_why("why__"),
            "why__evidence",
        )
    )


DUPLICATES = (
    NAME,
    NUMBER,
    Column("户籍地区划", width=14),
    *place_columns("参保地区划"),
    *PAID,
    Column("重复缴费", Kind.FLAG, 10),
    Column("同期职工医保", Kind.FLAG, 12),
    Column("建议退费", Kind.FLAG, 10),
)


def duplicates_rows(user: Staff, area: Region, coverage_year: int, on: date) -> QuerySet:
    """The payments of `duplicate_payments` and of `doubly_insured` person by person; of several the first one counts,
    the others are marked, and so is what is proposed for refund or was accepted (SL-5.3)."""
    asked = {"coverage_year": coverage_year, "on": on, "ranges": visible_ranges(user, area)}
    insured = doubly_insured(**asked).values("pk")
    proposed = Proposal.objects.filter(
        payment=OuterRef("pk"), status__in=[Proposal.Status.OPEN, Proposal.Status.ACCEPTED]
    )
    payments = standing_payments(coverage_year=coverage_year, on=on)
    return (
        payments.filter(Q(pk__in=duplicate_payments(**asked).values("pk")) | Q(pk__in=insured))
        .annotate(
            repeated=Exists(earlier_payments(coverage_year=coverage_year, on=on)),
            insured=Case(When(pk__in=insured, then=Value(True)), default=Value(False)),
            proposed=Exists(proposed),
        )
        .order_by("person_id", "paid_on", "pk")
        .values_list(
            "person__name",
            "person__id_number",
            "person__region_id",
            *place_cells("region"),
            *PAID_CELLS,
            "repeated",
            "insured",
            "proposed",
        )
    )


WAIVERS = (
    NAME,
    NUMBER,
    *place_columns("户籍地区划"),
    *WHY,
    Column("后已参保", Kind.FLAG, 10),
)


def waivers_rows(user: Staff, area: Region, coverage_year: int, on: date) -> QuerySet:
    """The signed waivers that stand on the day, and whether the person has paid since."""
    paid = standing_payments(coverage_year=coverage_year, on=on).filter(person=OuterRef("person"))
    return (
        NotEnrolledReason.objects.filter(
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on),
            within("region", visible_ranges(user, area)),
            coverage_year=coverage_year,
            recorded_on__lte=on,
            waiver_signed_on__isnull=False,
        )
        .annotate(paid_since=Exists(paid))
        .order_by("region_id", "person_id")
        .values_list(
            "person__name",
            "person__id_number",
            *place_cells("region"),
            *_why(),
            "paid_since",
        )
    )


LEDGERS = (
    Ledger("enrolled", _("Ledger of people enrolled"), ENROLLED, enrolled_rows, "enrollment.view_payment"),
    Ledger(
        "not_enrolled", _("Ledger of people not enrolled"), NOT_ENROLLED, not_enrolled_rows, "enrollment.view_person"
    ),
    Ledger("duplicates", _("Ledger of duplicate payments"), DUPLICATES, duplicates_rows, "enrollment.view_payment"),
    Ledger("waivers", _("Ledger of signed waivers"), WAIVERS, waivers_rows, "enrollment.view_person"),
)
