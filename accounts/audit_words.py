"""The audit trail in the reader's words: each room names its verbs and facts in AppConfig.ready()."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from accounts.models import AuditEntry
from accounts.templatetags.frame import yuan

# The steps of the admin, which every model of it takes.
_OF_ADMIN = {
    "add": pgettext_lazy("audit trail", "Added: %(record)s"),
    "change": pgettext_lazy("audit trail", "Changed: %(record)s"),
    "delete": pgettext_lazy("audit trail", "Deleted: %(record)s"),
    "export": pgettext_lazy("audit trail", "Exported: %(record)s"),
}
Model = type[models.Model]
_verbs: dict[str, Any] = {}
_facts: dict[str, Any] = {}
_records: dict[str, str] = {}
_values: dict[str, Callable[[Any], str]] = {}


def name_verbs(words: Mapping[str, Any]) -> None:
    """What verbs are called, as "room.verb" → words."""
    _verbs.update(words)


def name_facts(words: Mapping[str, Any]) -> None:
    """What keys of before and after are called where no field of the record's model bears their name."""
    _facts.update(words)


def name_records(labels: Mapping[str, str]) -> None:
    """Of which model the facts of a verb are, where its subject is another record: "room.verb" → "room.model"."""
    _records.update(labels)


def name_values(words: Mapping[str, Callable[[Any], str]]) -> None:
    """What values are called that stand for something and are no choices of their field: "room.model.key" → words."""
    _values.update(words)


def verb_label(verb: str) -> str:
    """What was done, in words; a verb that nobody named as it stands."""
    if verb in _verbs:
        return str(_verbs[verb])
    room, _dot, rest = verb.partition(".")
    step, _line, model_name = rest.partition("_")
    model = _model(f"{room}.{model_name}")
    if step in _OF_ADMIN and model is not None:
        return _OF_ADMIN[step] % {"record": model._meta.verbose_name}
    return verb


def record_label(label: str, object_id: str) -> str:
    """The kind of record and its key: "refunds.application", "7" → "Refund application 7"."""
    model = _model(label)
    kind = str(capfirst(model._meta.verbose_name)) if model is not None else label
    return f"{kind} {object_id}".rstrip()


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """(what, before, after) of an entry, in words."""
    labels = (_records.get(entry.verb, entry.model), entry.model)
    told_of = [model for label in dict.fromkeys(labels) if (model := _model(label)) is not None]
    before, after = entry.before or {}, entry.after or {}
    return [
        (_fact_label(told_of, key), _shown(told_of, key, before.get(key)), _shown(told_of, key, after.get(key)))
        for key in dict.fromkeys([*before, *after])
    ]


def _model(label: str) -> Model | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(told_of: Sequence[Model], key: str) -> models.Field | None:
    for model in told_of:
        with suppress(FieldDoesNotExist):
            return model._meta.get_field(key)
    return None


def _fact_label(told_of: Sequence[Model], key: str) -> str:
    if key in _facts:
        return str(_facts[key])
    named = getattr(_field(told_of, key), "verbose_name", None)
    others = [_model(f"{model._meta.app_label}.{key}") for model in told_of] if named is None else []
    return str(capfirst(named or next((other._meta.verbose_name for other in others if other), key)))


def _shown(told_of: Sequence[Model], key: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return pgettext("audit trail", "yes") if value else pgettext("audit trail", "no")
    if isinstance(value, Mapping):
        return (
            "；".join(f"{_fact_label(told_of, name)} {_shown(told_of, name, item)}" for name, item in value.items())
            or "—"
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(_shown(told_of, key, item) for item in value) or "—"
    if key.endswith("_fen") and isinstance(value, int):
        return _("%(amount)s yuan") % {"amount": yuan(value)}
    for model in told_of:
        if words := _values.get(f"{model._meta.label_lower}.{key}"):
            return words(value)
    choices = dict(getattr(_field(told_of, key), "flatchoices", ()))
    return str(choices.get(value, value))
