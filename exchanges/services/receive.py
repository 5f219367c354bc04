"""A file arrives: it is kept, sealed, with its hash; the batch's row is the queue."""

import hashlib
import unicodedata
from contextlib import suppress
from datetime import date
from pathlib import PurePosixPath

from django.core.files.base import File
from django.db import DatabaseError, transaction

from accounts import audit
from accounts.models import Bureau, Staff
from exchanges import doorbell
from exchanges.kinds import by_name
from exchanges.models import Batch
from regions.models import Region


def receive_file(
    *,
    kind: str,
    file: File,
    region: Region,
    coverage_year: int,
    sender: Bureau | None,
    by: Staff,
    on: date,
    is_full: bool = False,
    period: str = "",
    sequence: int | None = None,
    rows_of_manifest: int | None = None,
) -> Batch:
    """Keeps the file and enters its batch; a worker takes it from there (`run_batch`).

    `is_full`: the sender declares that the list is complete, so that what it does not name has ended. `period` is the
    month it stands for (2021-10; else what its title says), `sequence` its number within that. With fewer rows than
    `rows_of_manifest` it is refused as incomplete.
    `sender` is None where nobody said who sent it. Raises UnknownKind.
    """
    by_name(kind)
    name = shown_name(file.name or "")
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    for block in file.chunks():
        digest.update(block)
        size += len(block)
    batch = Batch(
        kind=kind,
        sender=sender,
        region=region,
        coverage_year=coverage_year,
        business_on=on,
        file_name=name,
        size=size,
        sha256=digest.hexdigest(),
        uploaded_by=by,
        is_full=is_full,
        period=period,
        sequence=sequence,
        rows_of_manifest=rows_of_manifest,
    )
    # The stored name is our own: nothing of what a sender writes becomes a path.
    batch.file.save(f"{kind}{_ending(name)}", file, save=False)
    try:
        with transaction.atomic():
            batch.save()
            audit.record(
                by=by,
                on=on,
                verb="exchanges.receive",
                subject=batch,
                after={"kind": kind, "file": name, "size": size, "sha256": batch.sha256, "year": coverage_year},
            )
            transaction.on_commit(lambda: doorbell.ring(batch.pk))
    except BaseException:
        remove_unless_entered(batch)
        raise
    return batch


def remove_unless_entered(batch: Batch) -> None:
    """After a transaction that broke off: the stored file goes too. It stays where it cannot be told whether the row
    was committed, for a list without its file would be lost."""
    with suppress(DatabaseError):
        if not Batch.objects.filter(file=batch.file.name).exists():
            batch.file.storage.delete(batch.file.name)


def shown_name(name: str) -> str:
    """The file's own name without path, line breaks and other characters that cannot be seen; 200 at most."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(
        character for character in last if unicodedata.category(character)[0] not in "CZ" or character == " "
    )
    return seen.strip()[-200:] or "list"


def _ending(name: str) -> str:
    ending = PurePosixPath(name).suffix.lower()
    return ending if ending in {".csv", ".txt", ".xls", ".xlsx"} else ".bin"
