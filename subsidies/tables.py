import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.frame import yuan
from enrollment.tables import NumberColumn
from policy.categories import CATEGORIES
from subsidies.models import DecisionRun

_NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
_LOOK = {
    DecisionRun.Status.DONE: "badge--ok",
    DecisionRun.Status.FAILED: "badge--bad",
    DecisionRun.Status.RUNNING: "badge--info",
}


class RunTable(tables.Table):
    """Runs over an area, the newest first."""

    pk = tables.Column(verbose_name=_("run"), linkify=("subsidies:run", {"pk": tables.A("pk")}))
    region = tables.Column(verbose_name=_("area"))
    on = tables.DateColumn(verbose_name=_("business date"), format="Y-m-d")
    by = tables.Column(verbose_name=_("by"))
    people = tables.Column(verbose_name=_("people"), attrs=_NUMERIC)
    changed = tables.Column(verbose_name=_("people changed"), attrs=_NUMERIC)
    undetermined = tables.Column(verbose_name=_("undetermined"), attrs=_NUMERIC)
    status = tables.Column(verbose_name=_("status"))

    class Meta:
        orderable = False
        empty_text = _("Nothing has been decided here yet.")

    def render_pk(self, value: int) -> str:
        return f"#{value}"

    def render_people(self, value: int) -> str:
        return f"{value:,}"

    render_changed = render_undetermined = render_people

    def render_status(self, value: str, record: DecisionRun) -> SafeString:
        return format_html('<span class="badge {}">{}</span>', _LOOK.get(record.status, ""), value)


class _PersonTable(tables.Table):
    """Rows of people: name with a link, number masked, place."""

    person = tables.Column(verbose_name=_("name"), linkify=("enrollment:person", {"pk": tables.A("person_id")}))
    id_number = NumberColumn(accessor="person__id_number", orderable=False)
    region = tables.Column(verbose_name=_("place"))


class AssistedTable(_PersonTable):
    category = tables.Column(verbose_name=_("assisted as"), accessor="answer__category")
    assistance = tables.Column(verbose_name=_("assistance"), accessor="answer__assistance_fen", attrs=_NUMERIC)
    charged = tables.Column(verbose_name=_("charged"), accessor="answer__charged_fen", attrs=_NUMERIC)
    reimbursed = tables.Column(verbose_name=_("paid afterwards"), accessor="answer__reimbursed_fen", attrs=_NUMERIC)
    net = tables.Column(verbose_name=_("net cost"), accessor="answer__net_fen", attrs=_NUMERIC)
    paid_on = tables.DateColumn(verbose_name=_("paid on"), accessor="payment__paid_on", format="Y-m-d")
    clauses = tables.Column(verbose_name=_("clauses"), accessor="answer__clauses", orderable=False)

    class Meta:
        empty_text = _("Nobody here is assisted and has paid. Assistance follows payment.")
        orderable = False

    def render_category(self, value: str) -> str:
        return CATEGORIES[value]

    def render_assistance(self, value: int) -> str:
        return yuan(value)

    render_charged = render_reimbursed = render_net = render_assistance


class UndeterminedTable(_PersonTable):
    category = tables.Column(verbose_name=_("identity"), accessor="answer__category")
    standard = tables.Column(verbose_name=_("standard"), accessor="answer__standard_fen", attrs=_NUMERIC)
    paid_on = tables.DateColumn(verbose_name=_("paid on"), accessor="payment__paid_on", format="Y-m-d")
    clauses = tables.Column(verbose_name=_("left open by"), accessor="answer__clauses", orderable=False)

    class Meta:
        empty_text = _("Every figure is known: the notice leaves nothing open for anybody here.")
        orderable = False

    def render_category(self, value: str) -> str:
        return CATEGORIES.get(value, "—")

    def render_standard(self, value: int) -> str:
        return yuan(value)


class MarkTable(_PersonTable):
    category = tables.Column(verbose_name=_("identity"))
    determined_on = tables.DateColumn(verbose_name=_("determined on"), format="Y-m-d")
    marked_on = tables.DateColumn(verbose_name=_("marked on"), format="Y-m-d")
    ended_on = tables.DateColumn(verbose_name=_("ends on"), format="Y-m-d")
    batch = tables.Column(verbose_name=_("from batch"), accessor="batch_id", empty_values=())

    class Meta:
        empty_text = _("No identity mark here answers to that.")
        orderable = False

    def render_batch(self, value: int | None) -> str:
        return f"#{value}" if value else str(_("by hand"))
