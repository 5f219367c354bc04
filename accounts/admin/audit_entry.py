from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import audit_words
from accounts.admin_base import ReadOnlyAdmin
from accounts.models import AuditEntry


class VerbFilter(admin.SimpleListFilter):
    """The verbs that occur in what the user sees of the trail, in words."""

    title = _("what")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        verbs = model_admin.get_queryset(request).order_by().values_list("verb", flat=True).distinct()
        return sorted(((verb, audit_words.verb_label(verb)) for verb in verbs), key=lambda choice: choice[0])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["when", "by", "what", "record", "region", "why", "origin"]
    list_display_links = ["when"]
    list_filter = ["on", VerbFilter, "by"]
    date_hierarchy = "on"
    list_select_related = ["by", "region"]
    search_fields = ["=object_id", "why", "verb"]
    lookups_by_link = ("model", "object_id", "request")
    fields = ["when", "business_date", "by", "origin", "same_request", "what", "record", "region", "changes", "why"]

    @admin.display(description=_("at"), ordering="id")
    def when(self, entry: AuditEntry) -> str:
        return f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("business date"))
    def business_date(self, entry: AuditEntry) -> str:
        return entry.on.isoformat()

    @admin.display(description=_("what"), ordering="verb")
    def what(self, entry: AuditEntry) -> str:
        return audit_words.verb_label(entry.verb)

    @admin.display(description=_("record"))
    def record(self, entry: AuditEntry) -> SafeString | str:
        """The record with a link to everything that was ever done to it."""
        label = audit_words.record_label(entry.model, entry.object_id)
        if not entry.object_id:
            return label
        return _link({"model": entry.model, "object_id": entry.object_id}, label)

    @admin.display(description=_("same request"))
    def same_request(self, entry: AuditEntry) -> SafeString:
        return _link({"request": str(entry.request)}, _("Everything done by the same request"))

    @admin.display(description=_("before and after"))
    def changes(self, entry: AuditEntry) -> SafeString | str:
        rows = audit_words.changes(entry)
        if not rows:
            return "—"
        head = format_html("<tr><th></th><th>{}</th><th>{}</th></tr>", _("Before"), _("After"))
        body = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", rows)
        return format_html('<table class="table"><thead>{}</thead><tbody>{}</tbody></table>', head, body)


def _link(question: dict[str, str], text: Any) -> SafeString:
    address = reverse("admin:accounts_auditentry_changelist", query=question)
    return format_html('<a href="{}">{}</a>', address, text)
