"""After a new key stands first in FIELD_KEYS: what older keys wrote is sealed anew, batch by batch.

Each batch is a transaction and names what it still finds, so that an interrupted run is simply started again. Rows
that change meanwhile are left alone: whoever wrote them used the new key already.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.apps import apps
from django.db import connection, models, transaction

from privacy import keyring
from privacy.fields import BlindIndexField, EncryptedTextField
from privacy.storage import EncryptedFileSystemStorage

Progress = Callable[[int], None]


class Column(NamedTuple):
    """An encrypted column; `str()` is its name for people."""

    model: type[models.Model]
    field: EncryptedTextField

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def quoted(self) -> tuple[str, str, str]:
        """Table, column and primary key, quoted for SQL."""
        names = (self.model._meta.db_table, self.field.column, self.model._meta.pk.column)
        table, column, key = (connection.ops.quote_name(name) for name in names)
        return table, column, key


def encrypted_columns() -> list[Column]:
    """Every EncryptedTextField of every model whose table Django keeps."""
    return [
        Column(model, field)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def _older(column: Column) -> tuple[str, list[bytes]]:
    # The first byte of a sealed value is the id of its key; both databases cut binary values by substr().
    return f"substr({column.quoted[1]}, 1, 1) <> %s", [bytes((keyring.current_key_id(),))]


def stale_values(column: Column) -> int:
    """How many values of the column were written with an older key."""
    table, *_ = column.quoted
    older, parameters = _older(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {older}", parameters)
        return cursor.fetchone()[0]


def rotate_column(column: Column, *, batch: int, progress: Progress) -> int:
    """Seals the column's older values with the current key, `batch` rows a transaction; returns how many.

    Raises keyring.CannotDecrypt where a key is no longer in FIELD_KEYS; batches before that one stand.
    """
    table, name, key = column.quoted
    older, parameters = _older(column)
    purpose, changed, last = column.field.purpose, 0, None
    while True:
        after, arguments = (f" AND {key} > %s", [*parameters, last]) if last is not None else ("", parameters)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key}, {name} FROM {table} WHERE {older}{after} ORDER BY {key} LIMIT {int(batch)}", arguments
            )
            rows = [(pk, bytes(sealed)) for pk, sealed in cursor.fetchall()]
            if not rows:
                return changed
            texts = [keyring.decrypt(sealed, purpose=purpose).decode() for _, sealed in rows]
            fresh = keyring.encrypt_many(texts, purpose=purpose)
            cursor.executemany(
                f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s",
                [(new, pk, old) for new, (pk, old) in zip(fresh, rows, strict=True)],
            )
        last = rows[-1][0]
        changed += len(rows)
        progress(changed)


def indexed_columns() -> list[tuple[Column, BlindIndexField]]:
    """Encrypted columns with their blind index: `number` is indexed by `number_index`, for the purpose `number`."""
    found = []
    for column in encrypted_columns():
        index = next((f for f in column.model._meta.local_fields if f.name == f"{column.field.name}_index"), None)
        if isinstance(index, BlindIndexField):
            found.append((column, index))
    return found


def recompute_index(
    column: Column, index: BlindIndexField, *, batch: int, progress: Progress, write: bool = True
) -> int:
    """Computes the blind index from the plain text, after INDEX_KEY has changed; returns how many rows differed.

    Until it is through, look-ups find only what has been computed already: stop workers and pages before.
    """
    table, name, key = column.quoted
    target = connection.ops.quote_name(index.column)
    changed, last = 0, None
    while True:
        after, arguments = (f" AND {key} > %s", [last]) if last is not None else ("", [])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key}, {name}, {target} FROM {table} WHERE {name} IS NOT NULL{after} "
                f"ORDER BY {key} LIMIT {int(batch)}",
                arguments,
            )
            rows = cursor.fetchall()
            if not rows:
                return changed
            texts = [keyring.decrypt(bytes(sealed), purpose=column.field.purpose).decode() for _, sealed, _ in rows]
            fresh = keyring.blind_index_many(texts, purpose=column.field.name)
            differing = [
                (new, row[0]) for new, row in zip(fresh, rows, strict=True) if row[2] is None or bytes(row[2]) != new
            ]
            if write and differing:
                cursor.executemany(f"UPDATE {table} SET {target} = %s WHERE {key} = %s", differing)
        last = rows[-1][0]
        changed += len(differing)
        progress(changed)


def stale_files() -> Iterator[tuple[EncryptedFileSystemStorage, str]]:
    """Stored files that rows refer to and that an older key sealed. Files that are gone are passed over."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if not isinstance(field, models.FileField) or not _is_sealed(field):
                continue
            names = model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
            for name in names.iterator():
                if name and field.storage.exists(name) and field.storage.key_id_of(name) != keyring.current_key_id():
                    yield field.storage, name


def _is_sealed(field: models.FileField) -> bool:
    return hasattr(field.storage, "key_id_of")
