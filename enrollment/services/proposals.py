"""Ends of enrolments that lists suggest: done by rule, or proposed and decided by a person."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import Proposal, Registration
from enrollment.services.registration import end_registration, reopen_registration
from exchanges.models import Batch


@transaction.atomic
def propose(*, registration: Registration, kind: str, event_on: date, clauses: str, batch: Batch) -> bool:
    """Puts an end of the registration to a person. False where the same was proposed, done or rejected before."""
    _row, made = Proposal.objects.get_or_create(
        registration=registration,
        kind=kind,
        event_on=event_on,
        defaults={
            "person_id": registration.person_id,
            "region_id": registration.region_id,
            "clauses": clauses,
            "batch": batch,
        },
    )
    return made


@transaction.atomic
def end_by_rule(*, registration: Registration, kind: str, event_on: date, clauses: str, batch: Batch) -> bool:
    """Ends the registration from the day of the event on because the notice says so. False where the same was done
    before, also when staff have undone it since."""
    if not propose(registration=registration, kind=kind, event_on=event_on, clauses=clauses, batch=batch):
        return False
    proposal = Proposal.objects.get(registration=registration, kind=kind, event_on=event_on)
    _end(proposal, by=batch.uploaded_by, on=batch.business_on)
    _decided(proposal, Proposal.Status.BY_RULE, by=batch.uploaded_by, on=batch.business_on)
    return True


@transaction.atomic
def accept_proposals(*, proposals: Iterable[int], by: Staff, on: date) -> int:
    """Does what the open ones of these proposals say; returns how many. Raises ValidationError, and then does none."""
    rows = _open(proposals)
    for proposal in rows:
        _end(proposal, by=by, on=on)
        _decided(proposal, Proposal.Status.ACCEPTED, by=by, on=on)
        audit.record(by=by, on=on, verb="enrollment.accept_proposal", subject=proposal, after={"kind": proposal.kind})
    return len(rows)


@transaction.atomic
def reject_proposals(*, proposals: Iterable[int], by: Staff, on: date) -> int:
    """Leaves the enrolments of the open ones of these proposals as they are; returns how many."""
    rows = _open(proposals)
    for proposal in rows:
        _decided(proposal, Proposal.Status.REJECTED, by=by, on=on)
        audit.record(by=by, on=on, verb="enrollment.reject_proposal", subject=proposal, after={"kind": proposal.kind})
    return len(rows)


@transaction.atomic
def undo_proposal(*, proposal: Proposal, by: Staff, on: date) -> bool:
    """Takes a decision back: an ended registration stands again, a rejected proposal is open again. False where there
    is nothing to take back. Raises ValidationError when the person was registered anew since."""
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("registration").get(pk=proposal.pk)
    if proposal.status == Proposal.Status.REJECTED:
        Proposal.objects.filter(pk=proposal.pk).update(status=Proposal.Status.OPEN, decided_by=None, decided_on=None)
    elif proposal.status in Proposal.DONE:
        reopen_registration(registration=proposal.registration, by=by, on=on, why=_("the decision was taken back"))
        _decided(proposal, Proposal.Status.UNDONE, by=by, on=on)
    else:
        return False
    audit.record(by=by, on=on, verb="enrollment.undo_proposal", subject=proposal, before={"status": proposal.status})
    return True


def _open(proposals: Iterable[int]) -> list[Proposal]:
    rows = Proposal.objects.filter(pk__in=list(proposals), status=Proposal.Status.OPEN)
    return list(rows.select_for_update(of=("self",)).select_related("registration__person").order_by("person_id", "pk"))


def _end(proposal: Proposal, *, by: Staff, on: date) -> None:
    registration = proposal.registration
    end_registration(
        registration=registration,
        reason=Proposal.END_REASON[Proposal.Kind(proposal.kind)],
        # What began before the registration was a duplicate from its first day.
        ended_on=max(proposal.event_on, registration.registered_on),
        clause=proposal.clauses,
        by=by,
        on=on,
        why=_("batch #%(number)s: %(kind)s") % {"number": proposal.batch_id, "kind": proposal.get_kind_display()},
    )


def _decided(proposal: Proposal, status: str, *, by: Staff, on: date) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(status=status, decided_by=by, decided_on=on)
