import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from exchanges.kinds import label_of
from exchanges.models import Batch

_NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}
_BADGES = {
    Batch.Status.MERGED: "badge--ok",
    Batch.Status.UNCHANGED: "",
    Batch.Status.REFUSED: "badge--bad",
    Batch.Status.FAILED: "badge--bad",
    Batch.Status.CANCELLED: "",
    Batch.Status.HELD: "badge--warn",
}


def badge(batch: Batch) -> SafeString:
    """The state of a batch as a badge; one with refused rows stands out."""
    look = _BADGES.get(batch.status, "badge--info")
    if batch.status == Batch.Status.MERGED and batch.refused:
        look = "badge--warn"
    return format_html('<span class="badge {}">{}</span>', look, batch.get_status_display())


class BatchTable(tables.Table):
    """Lists received, the newest first."""

    file_name = tables.Column(verbose_name=_("File"), linkify=("exchanges:batch", {"number": tables.A("pk")}))
    kind = tables.Column(verbose_name=_("Kind of list"))
    sender = tables.Column(verbose_name=_("From"), default=_("The agency itself"))
    region = tables.Column(verbose_name=_("Area"))
    coverage_year = tables.Column(verbose_name=_("Year"), localize=False)
    created_at = tables.DateTimeColumn(verbose_name=_("Received"), format="Y-m-d H:i")
    status = tables.Column(verbose_name=_("Status"))
    rows = tables.Column(verbose_name=_("Rows"), attrs=_NUMBER)
    refused = tables.Column(verbose_name=_("Refused rows"), attrs=_NUMBER)
    changed = tables.Column(verbose_name=_("Changed"), attrs=_NUMBER)

    class Meta:
        order_by = "-pk"
        empty_text = _("No list has been received here.")

    def render_kind(self, record: Batch) -> str:
        return label_of(record.kind)

    def render_rows(self, value: int) -> str:
        return f"{value:,}"

    render_refused = render_changed = render_rows

    def render_status(self, record: Batch) -> SafeString:
        return badge(record)
