"""Staff stop a batch, or have it worked off once more."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from exchanges import doorbell
from exchanges.models import Batch


class BatchIsFinal(Exception):
    """The batch is in a state from which this step does not lead on; the message says which."""


def cancel_batch(*, batch_id: int, by: Staff, on: date, why: str = "") -> Batch:
    """Stops a batch. What was merged before stays and is named in its counts; a worker that has it stops at its next
    step, because its fence no longer counts. Raises BatchIsFinal."""
    with transaction.atomic():
        stopped = Batch.objects.filter(pk=batch_id, status__in=(*Batch.OPEN, Batch.Status.HELD)).update(
            status=Batch.Status.CANCELLED, fence=F("fence") + 1, lease_until=None, reason=why
        )
        return _settled(batch_id, stopped, by, on, "exchanges.cancel_batch", why)


def retry_batch(*, batch_id: int, by: Staff, on: date) -> Batch:
    """Puts a failed or cancelled batch back into the queue; chunks that were merged are not merged again.
    Raises BatchIsFinal."""
    with transaction.atomic():
        waiting = Batch.objects.filter(pk=batch_id, status__in=[Batch.Status.FAILED, Batch.Status.CANCELLED]).update(
            status=Batch.Status.RECEIVED,
            fence=F("fence") + 1,
            lease_until=None,
            attempts=0,
            reason="",
            finished_at=None,
        )
        batch = _settled(batch_id, waiting, by, on, "exchanges.retry_batch", "")
        transaction.on_commit(lambda: doorbell.ring(batch_id))
    return batch


def _settled(batch_id: int, changed: int, by: Staff, on: date, verb: str, why: str) -> Batch:
    batch = Batch.objects.get(pk=batch_id)
    if not changed:
        raise BatchIsFinal(
            _("Batch #%(number)s is “%(status)s”; nothing was done.")
            % {"number": batch_id, "status": batch.get_status_display()}
        )
    audit.record(by=by, on=on, verb=verb, subject=batch, after={"status": batch.status, "done": batch.done}, why=why)
    return batch
