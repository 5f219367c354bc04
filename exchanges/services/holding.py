"""A worker's hold on a batch, and how it lets go of it.

A worker holds a batch by a lease; each of its writes names the fence it got with it and touches nothing when the fence
has moved on. One that died lets go when its lease runs out. After an error a batch rests before it is tried again: for
so long it is held by nobody.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, trouble
from exchanges import queries
from exchanges.models import Batch
from exchanges.reading import FileRefused, ReaderKilled
from privacy.keyring import CannotDecrypt

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
# How long a batch rests after its first and its second attempt; no longer than a lease may last (exchanges/leases.py).
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
# Seconds.
DATABASE_WAITS = 60


class NotTaken(Exception):
    """Another worker has the batch, it is final, or an older one of its line is not finished."""


class LostLease(Exception):
    """The batch was cancelled, or taken over by another worker."""


class Stopped(Exception):
    """The worker was asked to end; the batch goes back to the queue."""


def claim(batch_id: int) -> int:
    """Takes a batch whose turn it is; returns the fence. Raises NotTaken."""
    now = timezone.now()
    with transaction.atomic():
        taken = (
            queries.first_in_line(now)
            .filter(pk=batch_id)
            .update(
                status=Batch.Status.STAGING,
                fence=F("fence") + 1,
                attempts=F("attempts") + 1,
                done=0,
                done_before=0,
                total=0,
                step_at=now,
                lease_until=now + queries.LEASE,
                started_at=Coalesce("started_at", now),
            )
        )
        if not taken:
            raise NotTaken(batch_id)
        fence, attempts = Batch.objects.values_list("fence", "attempts").get(pk=batch_id)
    if attempts > MOST_ATTEMPTS:
        # Its worker died each time without a word: set aside, so that the queue goes on.
        _set_aside(Batch.objects.get(pk=batch_id), fence, _("The worker broke off three times while it had this file."))
        raise NotTaken(batch_id)
    return fence


class Held:
    """A batch with the fence by which this worker holds it."""

    def __init__(self, batch: Batch, fence: int, stopping: Callable[[], bool]) -> None:
        self.batch, self.fence, self.stopping = batch, fence, stopping

    def write(self, **fields: object) -> None:
        """Changes the batch and renews the lease; raises LostLease, or Stopped when the worker is to end."""
        if self.stopping():
            raise Stopped
        mine = Batch.objects.filter(pk=self.batch.pk, fence=self.fence, status__in=Batch.OPEN)
        now = timezone.now()
        if "status" in fields:
            fields["step_at"] = now
        if not mine.update(lease_until=now + queries.LEASE, **fields):
            raise LostLease(self.batch.pk)

    def release(self) -> None:
        """Lets go of the batch."""
        Batch.objects.filter(pk=self.batch.pk, fence=self.fence).update(lease_until=None)


def _settle(
    batch_id: int, fence: int, status: Batch.Status, reason: str, *, rests_until: datetime | None = None
) -> bool:
    final = status in Batch.FINAL
    return bool(
        Batch.objects.filter(pk=batch_id, fence=fence, status__in=Batch.OPEN).update(
            status=status, reason=reason, lease_until=rests_until, finished_at=timezone.now() if final else None
        )
    )


def end(held: Held, ending: Exception) -> None:
    """Says what came of a file that cannot be taken; puts a batch back whose worker is to end."""
    batch = held.batch
    if isinstance(ending, FileRefused):
        with transaction.atomic():
            if _settle(batch.pk, held.fence, Batch.Status.REFUSED, str(ending)):
                audit.record(
                    by=batch.uploaded_by, on=batch.business_on, verb="exchanges.refuse", subject=batch, why=str(ending)
                )
    elif isinstance(ending, Stopped):
        Batch.objects.filter(pk=batch.pk, fence=held.fence).update(
            status=Batch.Status.RECEIVED, lease_until=None, attempts=F("attempts") - 1
        )
    else:
        logger.info("batch %s was cancelled or taken over", batch.pk)


def give_back(held: Held, error: Exception) -> None:
    """Puts the batch back or sets it aside. The database may be what failed: it is waited for a minute, so that the
    list goes on as soon as it answers; after that the batch is free when its lease runs out."""
    for left in reversed(range(DATABASE_WAITS)):
        try:
            _failed(held, error)
        except (OperationalError, InterfaceError):
            connection.close()
            if not left or held.stopping():
                raise
            time.sleep(1)
        else:
            return


def _failed(held: Held, error: Exception) -> None:
    batch = held.batch
    attempts = Batch.objects.values_list("attempts", flat=True).get(pk=batch.pk)
    told = {"error": _words_for(error, batch), "number": attempts}
    if attempts >= MOST_ATTEMPTS:
        _set_aside(batch, held.fence, _("%(error)s (attempt %(number)s)") % told)
        return
    pause = timedelta(0) if trouble.is_momentary(error) else PAUSES[attempts - 1]
    rests_until = timezone.now() + pause
    told["time"] = f"{timezone.localtime(rests_until):%H:%M:%S}"
    words = _("%(error)s (attempt %(number)s; the next one at %(time)s)") % told
    _settle(batch.pk, held.fence, Batch.Status.RECEIVED, words, rests_until=rests_until)


def _words_for(error: Exception, batch: Batch) -> str:
    if words := trouble.words_for(error):
        return words
    if isinstance(error, ReaderKilled):
        return str(error)
    if isinstance(error, CannotDecrypt) or (isinstance(error, OSError) and error.filename == batch.file.path):
        return _(
            "The stored file is missing or damaged (%(error)s). The system administrator can bring it back from the "
            "backup; otherwise stop this list and have it sent again."
        ) % {"error": type(error).__name__}
    return _("An error of the program, %(error)s; the log of the worker has all of it.") % {
        "error": type(error).__name__
    }


def _set_aside(batch: Batch, fence: int, words: str) -> None:
    with transaction.atomic():
        if _settle(batch.pk, fence, Batch.Status.FAILED, words):
            audit.record(by=batch.uploaded_by, on=batch.business_on, verb="exchanges.fail", subject=batch, why=words)
