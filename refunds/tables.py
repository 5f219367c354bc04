import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from enrollment.tables import NumberColumn, YuanColumn
from refunds.models import Application

BADGES = {
    Application.Status.PAID: "badge--ok",
    Application.Status.REJECTED: "badge--bad",
    Application.Status.WITHDRAWN: "",
}


def badge(application: Application) -> SafeString:
    """The state of an application as a badge."""
    look = BADGES.get(application.status, "badge--info")
    return format_html('<span class="badge {}">{}</span>', look, application.get_status_display())


class ApplicationTable(tables.Table):
    pk = tables.Column(verbose_name=_("no."), linkify=("refunds:application", {"pk": tables.A("pk")}))
    person = tables.Column(verbose_name=_("name"), accessor="payment__person__name")
    id_number = NumberColumn(accessor="payment__person__id_number", orderable=False)
    region = tables.Column(verbose_name=_("place of enrolment"))
    year = tables.Column(verbose_name=_("coverage year"), accessor="payment__coverage_year", localize=False)
    reason = tables.Column(verbose_name=_("reason"))
    amount_fen = YuanColumn(_("amount (yuan)"))
    applied_on = tables.DateColumn(verbose_name=_("applied on"), format="Y-m-d")
    status = tables.Column(verbose_name=_("status"))

    class Meta:
        order_by = "-pk"
        empty_text = _("No refund application here. One is entered from a payment on the person's page.")

    def render_pk(self, value: int) -> str:
        return f"#{value}"

    def render_status(self, record: Application) -> SafeString:
        return badge(record)
