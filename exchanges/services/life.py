"""Staff stop a batch, or have it worked off once more."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from exchanges import doorbell, queries
from exchanges.kinds import by_name
from exchanges.models import Batch


class BatchIsFinal(Exception):
    """The batch is in a state from which this step does not lead on; the message says which."""


def cancel_batch(*, batch_id: int, by: Staff, on: date, why: str = "") -> Batch:
    """Stops a batch, one that failed included: the later ones of its line go on. What was merged before stays and is
    named in its counts; a worker that has it stops at its next step, because its fence no longer counts.
    Raises BatchIsFinal."""
    with transaction.atomic():
        stopped = Batch.objects.filter(pk=batch_id, status__in=Batch.UNFINISHED).update(
            status=Batch.Status.CANCELLED, fence=F("fence") + 1, lease_until=None, reason=why
        )
        batch = _settled(batch_id, stopped, by, on, "exchanges.cancel_batch", why)
        transaction.on_commit(lambda: doorbell.ring(batch_id))
    return batch


class NeedsSecondPerson(Exception):
    """Whoever sent the list cannot be the one who agrees to it; the message says who can."""


def approve_batch(*, batch_id: int, by: Staff, on: date) -> Batch:
    """Has a list that waits for approval applied as its preview shows it. Where a brake holds it, a second person with
    the right to approve must do so. Raises BatchIsFinal, NeedsSecondPerson."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        held = batch.status == Batch.Status.HELD
        braked = held and bool((batch.preview or {}).get("brake"))
        if braked and (batch.uploaded_by_id == by.pk or not by.has_perm("exchanges.approve_batch")):
            raise NeedsSecondPerson(
                _("A second person decides this: a reviewer of the agency who did not send the list.")
            )
        approved = Batch.objects.filter(pk=batch_id, status=Batch.Status.HELD).update(
            status=Batch.Status.RECEIVED,
            fence=F("fence") + 1,
            attempts=0,
            lease_until=None,
            reason="",
            approved_by=by,
        )
        batch = _settled(batch_id, approved, by, on, "exchanges.approve_batch", "")
        transaction.on_commit(lambda: doorbell.ring(batch_id))
    return batch


def reject_batch(*, batch_id: int, by: Staff, on: date, why: str) -> Batch:
    """Sends a list back that waits for approval: it is refused as a whole, and its sender has to mend what is said.
    Raises BatchIsFinal, PermissionDenied for who approves no lists."""
    if not by.has_perm("exchanges.approve_batch"):
        raise PermissionDenied
    with transaction.atomic():
        rejected = Batch.objects.filter(pk=batch_id, status=Batch.Status.HELD).update(
            status=Batch.Status.REFUSED,
            fence=F("fence") + 1,
            lease_until=None,
            finished_at=timezone.now(),
            reason=_("Sent back by the reviewer: %(why)s") % {"why": why},
        )
        batch = _settled(batch_id, rejected, by, on, "exchanges.reject_batch", why)
        transaction.on_commit(lambda: doorbell.ring(batch_id))
    return batch


def retry_batch(*, batch_id: int, by: Staff, on: date) -> Batch:
    """Puts a failed or cancelled batch back into the queue; chunks that were merged are not merged again.

    Raises BatchIsFinal, also for a stopped list that a later one has followed, if only in part: it would undo what that
    one said.
    """
    with transaction.atomic():
        _refuse_overtaken(Batch.objects.get(pk=batch_id))
        waiting = Batch.objects.filter(pk=batch_id, status__in=[Batch.Status.FAILED, Batch.Status.CANCELLED]).update(
            status=Batch.Status.RECEIVED,
            fence=F("fence") + 1,
            lease_until=None,
            attempts=0,
            reason="",
            approved_by=None,
            finished_at=None,
        )
        batch = _settled(batch_id, waiting, by, on, "exchanges.retry_batch", "")
        transaction.on_commit(lambda: doorbell.ring(batch_id))
    return batch


def _refuse_overtaken(batch: Batch) -> None:
    if (by_name(batch.kind).adds_up and not batch.is_full) or batch.status != Batch.Status.CANCELLED:
        return
    later = queries.line_of(batch).filter(pk__gt=batch.pk)
    if newer := later.filter(queries.has_begun()).order_by("id").first():
        raise BatchIsFinal(
            _(
                "List #%(number)s came later and has been taken, or begun; an older list never undoes a newer one. If "
                "this one is to count, send it again."
            )
            % {"number": newer.pk}
        )


def _settled(batch_id: int, changed: int, by: Staff, on: date, verb: str, why: str) -> Batch:
    batch = Batch.objects.get(pk=batch_id)
    if not changed:
        raise BatchIsFinal(
            _("Batch #%(number)s is “%(status)s”; nothing was done.")
            % {"number": batch_id, "status": batch.get_status_display()}
        )
    audit.record(by=by, on=on, verb=verb, subject=batch, after={"status": batch.status, "done": batch.done}, why=why)
    return batch
