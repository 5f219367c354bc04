"""Lists of people that other departments get: registrations, and who left or joined employee insurance."""

from datetime import date

from django.db.models import BigIntegerField, CharField, ExpressionWrapper, F, IntegerField, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from accounts.scope import within
from enrollment.ledgers import NAME, NUMBER, place_cells, place_columns
from enrollment.models import DocumentKind, EmployeeCover, Registration
from enrollment.platform_codes import (
    EMPLOYEE_INSURANCE,
    ENDED,
    ENROLLED,
    PAID,
    PAYMENT_SUSPENDED,
    PERSON_KINDS,
    RESIDENT_INSURANCE,
    SUSPENDED,
    person_kind,
)
from enrollment.queries import situation
from exchanges.ledgers import Column, Kind
from exchanges.outbound.kinds import DeliveryKind
from policy.categories import SITUATIONS
from regions.models import Region
from regions.queries import code_ranges

DOCUMENT_CODE = Column("证件类型代码", width=12)
DOCUMENT = Column("证件类型", width=18, labels=dict(DocumentKind.choices))
PLACE = place_columns("参保地区划")
STATE = Column("参保状态代码", width=12)
STOPPED, JOINED = "停保", "新参保"

REGISTRATIONS = (
    Column("险种代码", width=10),
    NAME,
    DOCUMENT_CODE,
    DOCUMENT,
    NUMBER,
    Column("人员类别代码", width=12),
    Column("人员类别", width=16, labels=PERSON_KINDS),
    *PLACE,
    Column("参保年度", width=10),
    Column("参保情形", width=18, labels=SITUATIONS),
    Column("档次", Kind.INTEGER, 6),
    Column("登记日期", Kind.DATE, 12),
    STATE,
)


def document_cells(person: str) -> tuple:
    """Code and text of the kind of document, then the number."""
    return f"{person}__document_kind", f"{person}__document_kind", f"{person}__id_number"


def registration_rows(area: Region, coverage_year: int, on: date) -> QuerySet:
    """Registrations of the area that hold on the day, by their key; one that has ended since is withdrawn."""
    holding = Registration.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=on),
        within("region", code_ranges(area)),
        coverage_year=coverage_year,
        registered_on__lte=on,
    )
    paths = {"registration": "", "born": "person__birth_date"}
    kind = person_kind(coverage_year, **paths)
    return holding.order_by("pk").values_list(
        "pk",
        Value(RESIDENT_INSURANCE),
        "person__name",
        *document_cells("person"),
        kind,
        kind,
        *place_cells("region"),
        "coverage_year",
        situation(coverage_year, **paths),
        "tier",
        "registered_on",
        Value(ENROLLED),
    )


EMPLOYEE_CHANGES = (
    Column("险种代码", width=10),
    NAME,
    DOCUMENT_CODE,
    DOCUMENT,
    Column("证件号码", Kind.NUMBER, 20, purpose=EmployeeCover._meta.get_field("id_number").purpose),
    Column("职工医保变动", width=12),
    STATE,
    Column("缴费状态代码", width=12),
    Column("变动日期", Kind.DATE, 12),
    Column("连续参保年限", Kind.INTEGER, 12),
    Column("单位名称", width=24),
    Column("区划", width=14),
    Column("地区", width=24),
)


def employee_rows(area: Region, coverage_year: int, on: date) -> QuerySet:
    """Who joined employee insurance and who left it by the day, of everyone whom the lists of its agency name, known to
    the resident register or not (PL-8.2a): from the year in which is collected for the coverage year to its end.

    A spell has two events, each a row of its own: its key is twice that of the spell, for the end one more.
    """
    spells = EmployeeCover.objects.filter(within("region", code_ranges(area)), id_number__isnull=False)
    begins, ends = (
        spells.filter(**{f"{day}__range": (date(coverage_year - 1, 1, 1), min(on, date(coverage_year, 12, 31)))})
        .annotate(
            event=ExpressionWrapper(F("pk") * 2 + more, BigIntegerField()),
            change=Value(word, CharField()),
            insurance=Value(EMPLOYEE_INSURANCE, CharField()),
            state=Value(state, CharField()),
            payment_state=Value(payment_state, CharField()),
            changed_on=F(day),
            in_a_row=in_a_row,
        )
        .values_list(
            "event",
            "insurance",
            "name",
            "document_kind",
            "document_kind",
            "id_number",
            "change",
            "state",
            "payment_state",
            "changed_on",
            "in_a_row",
            "employer",
            "region_id",
            "region__full_name",
        )
        for more, word, state, payment_state, day, in_a_row in (
            (0, JOINED, ENROLLED, PAID, "started_on", Value(None, IntegerField())),
            (1, STOPPED, SUSPENDED, PAYMENT_SUSPENDED, "ended_on", F("years")),
        )
    )
    return begins.union(ends, all=True).order_by("event")


DELIVERIES = (
    DeliveryKind(
        "registrations",
        _("New registrations"),
        BureauKind.TAX,
        REGISTRATIONS,
        registration_rows,
        ("JL-4.1", "SL-3.3"),
        withdrawn={STATE.header: ENDED},
    ),
    DeliveryKind(
        "employee_changes",
        _("Changes of employee insurance"),
        BureauKind.TAX,
        EMPLOYEE_CHANGES,
        employee_rows,
        ("PL-8.2a",),
        file="employee_cover",
    ),
)
