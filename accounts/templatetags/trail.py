"""Entries of the audit trail in words: `{{ entry|what }}`, `{{ entry|record }}`, `{% for … in entry|changes %}`."""

from django import template

from accounts import audit_words
from accounts.models import AuditEntry

register = template.Library()


@register.filter
def what(entry: AuditEntry) -> str:
    """What was done: "Number shown in full"."""
    return audit_words.verb_label(entry.verb)


@register.filter
def record(entry: AuditEntry) -> str:
    """Of what: "Refund application 7"."""
    return audit_words.record_label(entry.model, entry.object_id)


@register.filter
def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """(what, before, after), each in words."""
    return audit_words.changes(entry)
