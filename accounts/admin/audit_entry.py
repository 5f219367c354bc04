import json

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.admin_base import ReadOnlyAdmin
from accounts.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "verb", "record", "region", "why", "origin"]
    list_display_links = ["at"]
    list_filter = ["on", "verb", "by"]
    date_hierarchy = "on"
    list_select_related = ["by", "region"]
    search_fields = ["=object_id", "why", "verb"]
    lookups_by_link = ("model", "object_id", "request")
    fields = ["at", "on", "by", "origin", "same_request", "verb", "record", "region", "changes", "why"]

    @admin.display(description=_("record"))
    def record(self, entry: AuditEntry) -> SafeString | str:
        """The record with a link to everything that was ever done to it."""
        if not entry.object_id:
            return entry.model
        return format_html(
            '<a href="{}?model={}&amp;object_id={}">{} {}</a>',
            reverse("admin:accounts_auditentry_changelist"),
            entry.model,
            entry.object_id,
            entry.model,
            entry.object_id,
        )

    @admin.display(description=_("same request"))
    def same_request(self, entry: AuditEntry) -> SafeString:
        return format_html(
            '<a href="{}?request={}">{}</a>',
            reverse("admin:accounts_auditentry_changelist"),
            entry.request,
            entry.request,
        )

    @admin.display(description=_("before and after"))
    def changes(self, entry: AuditEntry) -> SafeString:
        before, after = entry.before or {}, entry.after or {}
        rows = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td><td>{}</td></tr>",
            ((name, _shown(before.get(name)), _shown(after.get(name))) for name in dict.fromkeys([*before, *after])),
        )
        head = format_html("<tr><th></th><th>{}</th><th>{}</th></tr>", _("before"), _("after"))
        return format_html('<table class="table"><thead>{}</thead><tbody>{}</tbody></table>', head, rows)


def _shown(value: object) -> str:
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
