import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from notices.models import Amendment

BADGES = {
    Amendment.Status.PROPOSED: "badge--info",
    Amendment.Status.APPROVED: "badge--ok",
    Amendment.Status.REJECTED: "badge--bad",
    Amendment.Status.WITHDRAWN: "",
}


def badge(amendment: Amendment) -> SafeString:
    """The state of an amendment as a badge."""
    return format_html('<span class="badge {}">{}</span>', BADGES[amendment.status], amendment.get_status_display())


class AmendmentTable(tables.Table):
    pk = tables.Column(verbose_name=_("no."), linkify=("notices:amendment", {"pk": tables.A("pk")}))
    pack_id = tables.Column(verbose_name=_("notice"))
    region = tables.Column(verbose_name=_("area"))
    document_number = tables.Column(verbose_name=_("document number"))
    leaves = tables.Column(verbose_name=_("changes"), accessor="pk", orderable=False)
    effective_on = tables.DateColumn(verbose_name=_("effective from"), format="Y-m-d")
    proposed_by = tables.Column(verbose_name=_("proposed by"))
    settled_by = tables.Column(verbose_name=_("settled by"))
    status = tables.Column(verbose_name=_("status"))

    class Meta:
        order_by = "-pk"
        empty_text = _("No amendment here. One is proposed from a figure on the page of a notice.")

    def render_pk(self, value: int) -> str:
        return f"#{value}"

    def render_leaves(self, record: Amendment) -> str:
        return "；".join(f"{leaf.path}: {leaf.value}" for leaf in record.leaves.all())

    def render_status(self, record: Amendment) -> SafeString:
        return badge(record)
