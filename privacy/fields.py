"""Model fields for personal data. The column holds bytes; the attribute is the plain text."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import models

from privacy import keyring


class EncryptedTextField(models.BinaryField):
    """Text that is encrypted at rest. It cannot be filtered on; pair it with a `BlindIndexField`.

    `purpose` names the column for good: it is bound into every ciphertext.
    """

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        self.purpose = purpose
        kwargs["editable"] = kwargs.get("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        problems = super().check(**kwargs)
        if not self.purpose:
            hint = 'Give it one for good: EncryptedTextField(purpose="room.model.field").'
            problems.append(Error("An encrypted column needs a purpose.", hint=hint, obj=self, id="privacy.E001"))
        return problems

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else keyring.decrypt(bytes(value), purpose=self.purpose).decode()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = keyring.encrypt(value.encode(), purpose=self.purpose)
        return super().get_db_prep_value(value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Serialised (dumpdata) in plain text would leak; the fixture carries nothing."""
        return ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"{self.name} is encrypted: look it up by its blind index")


class BlindIndexField(models.BinaryField):
    """16 bytes from `privacy.keyring.blind_index`, for exact look-ups and joins.

    Named after the column it indexes, `number_index` for `number`, and filled with the purpose `number`: by that
    `manage.py rotate_keys --index` computes it anew.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = keyring.INDEX_BYTES
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)
