"""Lists of people that other departments get: registrations, and who left or joined employee insurance."""

from datetime import date

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from accounts.scope import within
from enrollment.ledgers import NAME, NUMBER, town_of, village_of
from enrollment.models import DocumentKind, Registration
from enrollment.platform_codes import ENROLLED, PERSON_KINDS, RESIDENT_INSURANCE, person_kind
from exchanges.ledgers import Column, Kind
from exchanges.outbound.kinds import DeliveryKind
from policy.categories import SITUATIONS
from regions.models import Region
from regions.queries import code_ranges

DOCUMENT_CODE = Column("证件类型代码", width=12)
DOCUMENT = Column("证件类型", width=18, labels=dict(DocumentKind.choices))
PLACE = (Column("参保地区划", width=14), Column("镇（街道）", width=14), Column("村（社区）", width=18))
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
    Column("参保状态代码", width=12),
)


def place_cells(path: str) -> tuple:
    """Code, town and village of a place, for the columns PLACE."""
    return f"{path}_id", town_of(path), village_of(path)


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
    # The platform's kind of person goes by the age at the beginning of the year, so that it is the same all year long.
    kind = person_kind(date(coverage_year, 1, 1), registration="", born="person__birth_date")
    return holding.order_by("pk").values_list(
        "pk",
        Value(RESIDENT_INSURANCE),
        "person__name",
        *document_cells("person"),
        kind,
        kind,
        *place_cells("region"),
        "coverage_year",
        "situation",
        "tier",
        "registered_on",
        Value(ENROLLED),
    )


EMPLOYEE_CHANGES = (
    NAME,
    DOCUMENT_CODE,
    DOCUMENT,
    NUMBER,
    Column("职工医保变动", width=12),
    Column("变动日期", Kind.DATE, 12),
    Column("连续参保年限", Kind.INTEGER, 12),
    *PLACE,
)


def employee_rows(area: Region, coverage_year: int, on: date) -> QuerySet:
    """People registered for the year in the area whose employee insurance ended, or who joined it and left, by then."""
    joined = Q(end_reason=Registration.EndReason.EMPLOYEE_INSURANCE, ended_on__lte=on)
    stopped = Q(employee_cover_ended_on__lte=on)
    changes = Registration.objects.filter(
        joined | stopped, within("region", code_ranges(area)), coverage_year=coverage_year
    )
    return changes.order_by("pk").values_list(
        "pk",
        "person__name",
        *document_cells("person"),
        Case(When(joined, then=Value(JOINED)), default=Value(STOPPED), output_field=CharField()),
        Case(When(joined, then=F("ended_on")), default=F("employee_cover_ended_on")),
        "employee_cover_years",
        *place_cells("region"),
    )


DELIVERIES = (
    DeliveryKind(
        "registrations",
        _("New registrations"),
        BureauKind.TAX,
        REGISTRATIONS,
        registration_rows,
        ("JL-4.1", "SL-3.3"),
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
