"""Refund orders that were finally approved, for whoever pays them out (SL-5.4b)."""

from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from accounts.scope import within
from enrollment.deliveries import DOCUMENT, DOCUMENT_CODE, document_cells
from enrollment.ledgers import NAME, NUMBER
from exchanges.ledgers import Column, Kind
from exchanges.outbound.kinds import DeliveryKind
from policy.categories import REFUND_REASONS
from refunds.models import Application, Step
from regions.models import Region
from regions.queries import code_ranges

AMOUNT = Column("退费金额（元）", Kind.MONEY, 14)
COLUMNS = (
    Column("申请编号", Kind.INTEGER, 10),
    NAME,
    DOCUMENT_CODE,
    DOCUMENT,
    NUMBER,
    Column("参保地", width=30),
    Column("电子税票号码", width=24),
    Column("缴费日期", Kind.DATE, 12),
    AMOUNT,
    Column("退费原因", width=18, labels=REFUND_REASONS),
    Column("收款人", width=12),
    Column("收款账号", Kind.NUMBER, 24, purpose=Application._meta.get_field("account").purpose),
    Column("终审日期", Kind.DATE, 12),
)


def order_rows(area: Region, coverage_year: int, on: date) -> QuerySet:
    """Applications for payments of the year whose final approval was given by the day, by their number."""
    approvals = Step.objects.filter(application=OuterRef("pk"), kind=Step.Kind.AGENCY_FINAL, approved=True)
    return (
        Application.objects.filter(
            within("region", code_ranges(area)),
            payment__coverage_year=coverage_year,
            status__in=[Application.Status.APPROVED, Application.Status.PAID],
        )
        .annotate(approved_on=Subquery(approvals.values("on")[:1]))
        .filter(approved_on__lte=on)
        .order_by("pk")
        .values_list(
            "pk",
            "pk",
            "payment__person__name",
            *document_cells("payment__person"),
            "region__full_name",
            "payment__receipt_no",
            "payment__paid_on",
            "amount_fen",
            "reason",
            "account_holder",
            "account",
            "approved_on",
        )
    )


REFUND_ORDERS = DeliveryKind(
    "refund_orders",
    _("Refund orders"),
    BureauKind.FINANCE,
    COLUMNS,
    order_rows,
    ("SL-5.4b",),
    sum_column=AMOUNT.header,
)
