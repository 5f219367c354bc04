"""The audit trail in the reader's words: each room names its verbs and facts in AppConfig.ready()."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from accounts.templatetags.frame import yuan

# The steps of the admin, which every model of it takes.
_OF_ADMIN = {
    "add": pgettext_lazy("audit trail", "Added: %(record)s"),
    "change": pgettext_lazy("audit trail", "Changed: %(record)s"),
    "delete": pgettext_lazy("audit trail", "Deleted: %(record)s"),
    "export": pgettext_lazy("audit trail", "Exported: %(record)s"),
}
_verbs: dict[str, Any] = {}
_facts: dict[str, Any] = {}


def name_verbs(words: Mapping[str, Any]) -> None:
    """What verbs are called, as "room.verb" → words."""
    _verbs.update(words)


def name_facts(words: Mapping[str, Any]) -> None:
    """What keys of before and after are called where no field of the record's model bears their name."""
    _facts.update(words)


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


def changes(
    label: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[str, str, str]]:
    """(what, before, after) of an entry about a record of the model, in words."""
    model, before, after = _model(label), before or {}, after or {}
    return [
        (_fact_label(model, key), _shown(model, key, before.get(key)), _shown(model, key, after.get(key)))
        for key in dict.fromkeys([*before, *after])
    ]


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, key: str) -> models.Field | None:
    try:
        return model._meta.get_field(key) if model is not None else None
    except FieldDoesNotExist:
        return None


def _fact_label(model: type[models.Model] | None, key: str) -> str:
    if key in _facts:
        return str(_facts[key])
    named = getattr(_field(model, key), "verbose_name", None)
    other = _model(f"{model._meta.app_label}.{key}") if model is not None and named is None else None
    return str(capfirst(named or (other._meta.verbose_name if other else key)))


def _shown(model: type[models.Model] | None, key: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return pgettext("audit trail", "yes") if value else pgettext("audit trail", "no")
    if isinstance(value, Mapping):
        return (
            "；".join(f"{_fact_label(model, name)} {_shown(model, name, item)}" for name, item in value.items()) or "—"
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(_shown(model, key, item) for item in value) or "—"
    if key.endswith("_fen") and isinstance(value, int):
        return _("%(amount)s yuan") % {"amount": yuan(value)}
    choices = dict(getattr(_field(model, key), "flatchoices", ()))
    return str(choices.get(value, value))
