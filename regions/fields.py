from typing import Any

from django.db import models


class RegionCodeField(models.CharField):
    """The 12-digit code of a division, compared byte by byte so that a part of the tree is one range of an index."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 12
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        # PostgreSQL orders text by the database's language unless told otherwise; SQLite compares bytes as it is.
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters

    def get_prep_value(self, value: Any) -> Any:
        """With U+FFFD for a NUL, which PostgreSQL refuses: a look-up with one finds nothing instead of failing."""
        value = super().get_prep_value(value)
        return value.replace("\0", "\ufffd") if isinstance(value, str) else value
