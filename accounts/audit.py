"""The audit trail: one row for every write, in the transaction of the write."""

from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, models

from accounts.models import AuditEntry, Staff
from privacy.masks import mask_text
from regions.models import Region


@dataclass(frozen=True)
class Origin:
    """Where a write comes from: a network address or a command, and the request that all its rows share."""

    where: str
    request: UUID


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def coming_from(where: str):
    """All writes inside carry this origin."""
    token = _origin.set(Origin(where[:80], uuid4()))
    try:
        yield
    finally:
        _origin.reset(token)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {mask_text(str(key)): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value


def record(
    *,
    by: Staff,
    on: date,
    verb: str,
    subject: models.Model,
    region: Region | str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    why: str = "",
) -> AuditEntry:
    """Writes one audit row. Raises RuntimeError outside a transaction: a write and its trace stand or fall together.

    `verb` is "room.verb" (e.g. "refunds.final_approval"); before and after carry only what changed, personal data
    in them is masked here once more.
    """
    if region is None:
        region = subject.pk if isinstance(subject, Region) else getattr(subject, "region_id", None)
    return _write(by, on, verb, subject._meta.label_lower, str(subject.pk), region, before, after, why)


def record_many(
    *,
    by: Staff,
    on: date,
    verb: str,
    model: type[models.Model],
    counts: Mapping[str, Any],
    region: Region | str | None = None,
    why: str = "",
) -> AuditEntry:
    """Writes the one audit row of a set-based write: what it did, in numbers of rows. `object_id` stays empty.
    Raises RuntimeError outside a transaction."""
    return _write(by, on, verb, model._meta.label_lower, "", region, None, counts, why)


def _write(
    by: Staff,
    on: date,
    verb: str,
    label: str,
    object_id: str,
    region: Region | str | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: str,
) -> AuditEntry:
    if not connection.in_atomic_block:
        raise RuntimeError("an audit row is written inside the transaction of the write")
    origin = _origin.get() or Origin("shell", uuid4())
    return AuditEntry.objects.create(
        by=by,
        on=on,
        origin=origin.where,
        request=origin.request,
        verb=verb,
        model=label,
        object_id=object_id,
        region_id=region.pk if isinstance(region, Region) else region,
        before=_masked(before) if before is not None else None,
        after=_masked(after) if after is not None else None,
        why=mask_text(why)[:400],
    )
