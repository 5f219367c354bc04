"""The ledger `refunds`: every application of an area and year with its chain."""

from datetime import date

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from accounts.scope import visible_ranges, within
from enrollment.models import Person
from exchanges.ledgers import Column, Kind, Ledger, Rows
from refunds.models import Application, Step
from regions.models import Region

COLUMNS = (
    Column("申请编号", Kind.INTEGER, 10),
    Column("姓名"),
    Column("证件号码", Kind.NUMBER, 22, purpose=Person._meta.get_field("id_number").purpose),
    Column("参保地", width=30),
    Column("票据号", width=24),
    Column("缴费日期", Kind.DATE),
    Column("退费金额（元）", Kind.MONEY),
    Column("退费原因", labels=dict(Application.Reason.choices)),
    Column("申请日期", Kind.DATE),
    Column("状态", labels=dict(Application.Status.choices)),
    Column("税务受理日期", Kind.DATE),
    Column("税务受理人"),
    Column("医保终审日期", Kind.DATE),
    Column("医保终审人"),
    Column("办理退费日期", Kind.DATE),
    Column("办理退费人"),
    Column("支付凭证号", width=20),
    Column("备注", width=30),
)


def refund_rows(user: Staff, area: Region, coverage_year: int, on: date) -> Rows:
    """Applications for payments of the year that were entered by the day, by number; times of day are not told."""

    def of_step(kind: str, field: str) -> Subquery:
        return Subquery(Step.objects.filter(application=OuterRef("pk"), kind=kind).values(field)[:1])

    chain = [
        of_step(kind, field)
        for kind in (Step.Kind.TAX_INTAKE, Step.Kind.AGENCY_FINAL, Step.Kind.AGENCY_PAYOUT)
        for field in ("on", "by__full_name")
    ]
    return (
        Application.objects.filter(within("region", visible_ranges(user, area)))
        .filter(payment__coverage_year=coverage_year, applied_on__lte=on)
        .order_by("pk")
        .values_list(
            "pk",
            "payment__person__name",
            "payment__person__id_number",
            "region__full_name",
            "payment__receipt_no",
            "payment__paid_on",
            "amount_fen",
            "reason",
            "applied_on",
            "status",
            *chain,
            "payout__voucher",
            "remark",
        )
    )


REFUNDS = Ledger("refunds", _("Refunds"), COLUMNS, refund_rows, "refunds.view_application")
