from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.frame import masked, yuan
from enrollment.models import EmployeeCover, Payment, Person, Proposal
from enrollment.panels import Badge

_NUMERIC = {"td": {"class": "num"}, "th": {"class": "num"}}
# Numbers that nobody reads in two halves.
_WHOLE = {"td": {"class": "nowrap"}}


def badge(label: object, look: str = "") -> SafeString:
    """A word in a frame: look is "", "ok", "warn", "bad" or "info"."""
    return format_html('<span class="badge{}">{}</span>', f" badge--{look}" if look else "", label)


class NumberColumn(tables.Column):
    """An id number, masked, in one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(verbose_name=_("id number"), attrs=_WHOLE, **kwargs)

    def render(self, value: str) -> str:
        return masked(value)


class YuanColumn(tables.Column):
    """An amount in fen, shown in yuan."""

    def __init__(self, verbose_name: Any) -> None:
        super().__init__(verbose_name=verbose_name, attrs=_NUMERIC)

    def render(self, value: int) -> str:
        return yuan(value)


class PeopleTable(tables.Table):
    """People of a list; `enrolled` is set by the view."""

    name = tables.Column(verbose_name=_("name"), linkify=("enrollment:person", {"pk": tables.A("pk")}))
    id_number = NumberColumn()
    birth_date = tables.DateColumn(verbose_name=_("birth date"), format="Y-m-d")
    region = tables.Column(verbose_name=_("hukou place"))
    status = tables.Column(verbose_name=_("status"))
    enrolled = tables.Column(verbose_name=_("enrolment"))

    class Meta:
        orderable = False
        empty_text = _("Nobody here answers to that. Try the beginning of the name, or another place.")

    def render_status(self, value: str, record: Person) -> SafeString | str:
        return value if record.status == Person.Status.NORMAL else badge(value, "warn")

    def render_enrolled(self, value: bool) -> SafeString:
        return badge(_("is enrolled"), "ok") if value else badge(_("is not enrolled"))


class NotPaidTable(tables.Table):
    """People who have not paid, by household; the badges come from the rooms above."""

    name = tables.Column(verbose_name=_("name"), linkify=("enrollment:person", {"pk": tables.A("pk")}))
    badges = tables.Column(verbose_name=_("identity"), accessor="pk", empty_values=())
    id_number = NumberColumn()
    household = tables.Column(verbose_name=_("household number"), attrs=_WHOLE)
    region = tables.Column(verbose_name=_("village"))
    reason = tables.Column(verbose_name=_("reason"), accessor="pk", empty_values=())

    class Meta:
        orderable = False
        empty_text = _("Everyone here has paid.")

    def __init__(self, *args: Any, badges: dict[int, list[Badge]], reasons: dict[int, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._badges, self._reasons = badges, reasons

    def render_badges(self, record: Person) -> SafeString:
        return format_html_join(" ", "{}", ((badge(*each),) for each in self._badges.get(record.pk, ())))

    def render_reason(self, record: Person) -> SafeString | str:
        reason = self._reasons.get(record.pk)
        return reason.get_reason_display() if reason else "—"


class _PaymentTable(tables.Table):
    person = tables.Column(verbose_name=_("name"), linkify=("enrollment:person", {"pk": tables.A("person_id")}))
    id_number = NumberColumn(accessor="person__id_number")
    region = tables.Column(verbose_name=_("place of enrolment"))
    receipt_no = tables.Column(verbose_name=_("receipt number"), attrs=_WHOLE)
    paid_on = tables.DateColumn(verbose_name=_("paid on"), format="Y-m-d")


class AmountTable(_PaymentTable):
    """Payments whose amount is not what was due; `due_fen` is annotated."""

    amount_fen = YuanColumn(_("paid (yuan)"))
    due_fen = YuanColumn(_("due (yuan)"))
    difference = tables.Column(verbose_name=_("difference"), accessor="pk", attrs=_NUMERIC)

    class Meta:
        orderable = False
        empty_text = _("Every payment is what was due.")

    def render_difference(self, record: Payment) -> str:
        return yuan(record.amount_fen - record.due_fen)


class DuplicateTable(_PaymentTable):
    """Standing payments of people who are enrolled more than once, and what is proposed about each."""

    amount_fen = YuanColumn(_("amount (yuan)"))
    proposal = tables.Column(verbose_name=_("proposed"), accessor="pk", empty_values=())

    class Meta:
        orderable = False
        empty_text = _("Nobody here has paid twice.")

    def __init__(self, *args: Any, proposals: Callable[[list[Payment]], dict[int, Proposal]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ask, self._proposals = proposals, None

    def before_render(self, request: Any) -> None:
        self._proposals = self._ask([row.record for row in getattr(self, "page", self).object_list])

    def render_proposal(self, record: Payment) -> SafeString | str:
        proposal = (self._proposals or {}).get(record.pk)
        if proposal is None:
            return "—"
        if proposal.kind == Proposal.Kind.EMPLOYEE_COVER:
            words = badge(_("employee insurance comes first"), "info")
        elif proposal.payment_id == record.pk:
            words = badge(_("goes to refund"), "warn")
        else:
            words = badge(_("stays"), "ok")
        return format_html("{} {} {}", words, proposal.get_status_display(), proposal.clauses)


class SchoolTable(tables.Table):
    """Schools; `pupils` and `unpaid` are annotated: those whom the user sees."""

    name = tables.Column(verbose_name=_("school"), linkify=("enrollment:school", {"pk": tables.A("pk")}))
    region = tables.Column(verbose_name=_("area"))
    pupils = tables.Column(verbose_name=_("pupils"), attrs=_NUMERIC)
    unpaid = tables.Column(verbose_name=_("not paid"), attrs=_NUMERIC)

    class Meta:
        orderable = False
        empty_text = _("No school answers to that. The education bureau's student list brings them.")


class PupilTable(tables.Table):
    """Pupils of a school; `paid` is annotated."""

    person = tables.Column(verbose_name=_("name"), linkify=("enrollment:person", {"pk": tables.A("person_id")}))
    id_number = NumberColumn(accessor="person__id_number")
    stage = tables.Column(verbose_name=_("stage"))
    region = tables.Column(verbose_name=_("hukou place"), accessor="person__region")
    household = tables.Column(verbose_name=_("household number"), accessor="person__household", attrs=_WHOLE)
    graduates_on = tables.DateColumn(verbose_name=_("expected graduation"), format="Y-m-d")
    paid = tables.Column(verbose_name=_("contribution"))

    class Meta:
        orderable = False
        empty_text = _("No pupil of your area here answers to that.")

    def render_paid(self, value: bool) -> SafeString:
        return badge(_("has paid"), "ok") if value else badge(_("has not paid"), "warn")


class CoverTable(tables.Table):
    """Spells of employee insurance, the last told of first; `person` is annotated: who of the register it is."""

    name = tables.Column(verbose_name=_("name"), empty_values=())
    id_number = NumberColumn()
    employer = tables.Column(verbose_name=_("employer"))
    started_on = tables.DateColumn(verbose_name=_("insured from"), format="Y-m-d")
    ended_on = tables.DateColumn(verbose_name=_("insured until before"), format="Y-m-d")
    years = tables.Column(verbose_name=_("years in a row"), attrs=_NUMERIC)
    region = tables.Column(verbose_name=_("area"))

    class Meta:
        orderable = False
        empty_text = _("No spell answers to that. The list of the employee insurance agency brings them.")

    def render_name(self, record: EmployeeCover) -> SafeString | str:
        name = record.name or "—"
        if record.person is None:
            return format_html("{} {}", name, badge(_("not in the register")))
        return format_html('<a href="{}">{}</a>', reverse("enrollment:person", args=[record.person]), name)
