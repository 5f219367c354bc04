from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchanges.outbound.kinds import UnknownDelivery, by_name, title_of
from exchanges.outbound.models import Delivery
from exchanges.outbound.queries import is_missed

_NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}
_BADGES = {
    Delivery.Status.MADE: "badge--info",
    Delivery.Status.SENT: "badge--info",
    Delivery.Status.ACKNOWLEDGED: "badge--ok",
    Delivery.Status.REFUSED: "badge--bad",
}


def badge(delivery: Delivery, on: date) -> SafeString:
    """The state of a delivery on a day as a badge; one whose receipt is overdue stands out."""
    try:
        missed = is_missed(delivery, by_name(delivery.kind), on)
    except UnknownDelivery:
        missed = False
    if missed:
        return format_html('<span class="badge badge--warn">{}</span>', _("Receipt missing"))
    return format_html('<span class="badge {}">{}</span>', _BADGES[delivery.status], delivery.get_status_display())


class DeliveryTable(tables.Table):
    """Deliveries as they stand `on` a day, the newest first."""

    kind = tables.Column(
        verbose_name=gettext_lazy("Delivery"), linkify=("exchanges:delivery", {"number": tables.A("pk")})
    )
    sequence = tables.Column(verbose_name=gettext_lazy("No."), attrs=_NUMBER, localize=False)
    region = tables.Column(verbose_name=gettext_lazy("Area"))
    coverage_year = tables.Column(verbose_name=gettext_lazy("Year"), localize=False)
    receiver = tables.Column(verbose_name=gettext_lazy("Receiver"))
    on = tables.DateColumn(verbose_name=gettext_lazy("As of"), format="Y-m-d")
    base_sequence = tables.Column(verbose_name=gettext_lazy("Content"))
    rows = tables.Column(verbose_name=gettext_lazy("Rows"), attrs=_NUMBER)
    status = tables.Column(verbose_name=gettext_lazy("Status"))

    class Meta:
        order_by = "-pk"
        empty_text = gettext_lazy("Nothing has been delivered here.")

    def __init__(self, *args: Any, on: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.on = on

    def render_kind(self, record: Delivery) -> str:
        return title_of(record.kind)

    def render_base_sequence(self, record: Delivery) -> str:
        if record.is_full:
            return _("everything")
        return _("changes since No. %(number)s") % {"number": record.base_sequence}

    def render_status(self, record: Delivery) -> SafeString:
        return badge(record, self.on)
