"""System checks over all models: what would mix encrypted columns up is refused before anything starts."""

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error

from privacy.fields import EncryptedTextField


def encrypted_fields_have_their_own_purpose(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """No two columns share a purpose: it binds a value to its place."""
    bearers = defaultdict(list)
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                bearers[field.purpose].append(field)
    return [
        Error(
            f"The purpose {purpose!r} is shared by {', '.join(str(field) for field in fields)}.",
            hint="Each column needs its own, or values could be moved between them unnoticed.",
            obj=fields[-1],
            id="privacy.E002",
        )
        for purpose, fields in bearers.items()
        if len(fields) > 1
    ]
