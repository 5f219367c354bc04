"""What lists suggest about enrolments: done by rule, or proposed and decided by a person."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from accounts.scope import within
from enrollment.models import Proposal, Registration
from enrollment.services.reach import need_reach
from enrollment.services.registration import apply_end, apply_reopening
from exchanges.models import Batch


@transaction.atomic
def propose(
    *, registration: Registration, kind: str, event_on: date, clauses: str, batch: Batch, end_reason: str = ""
) -> bool:
    """Puts a matter of the registration to a person. False where the same was proposed, done or rejected before; what a
    later list had overtaken is open again. `end_reason` is that of the end which a reopening would take back."""
    proposal, made = Proposal.objects.get_or_create(
        registration=registration,
        kind=kind,
        event_on=event_on,
        defaults={
            "person_id": registration.person_id,
            "region_id": registration.region_id,
            "clauses": clauses,
            "batch": batch,
            "end_reason": end_reason,
        },
    )
    if proposal.status != Proposal.Status.LAPSED:
        return made
    Proposal.objects.filter(pk=proposal.pk).update(
        status=Proposal.Status.OPEN, decided_by=None, decided_on=None, batch=batch
    )
    return True


@transaction.atomic
def end_by_rule(*, registration: Registration, kind: str, event_on: date, clauses: str, batch: Batch) -> bool:
    """Ends the registration from the day of the event on because the notice says so. False where the same was done
    before, also when staff have undone it since, and where a later list had overtaken it: then a person decides."""
    same = Proposal.objects.filter(registration=registration, kind=kind, event_on=event_on)
    known = same.exists()
    proposed = propose(registration=registration, kind=kind, event_on=event_on, clauses=clauses, batch=batch)
    if known or not proposed:
        return False
    proposal = same.get()
    _end(proposal, by=batch.uploaded_by, on=batch.business_on)
    _decided(proposal, Proposal.Status.BY_RULE, by=batch.uploaded_by, on=batch.business_on)
    return True


@transaction.atomic
def accept_proposals(*, proposals: Iterable[int], by: Staff, on: date) -> int:
    """Does what the open ones of these proposals say, as far as they are within reach of `by`; returns how many.
    Raises ValidationError, and then does none."""
    rows = _open(proposals, by)
    for proposal in rows:
        _carry_out(proposal, by=by, on=on)
        _decided(proposal, Proposal.Status.ACCEPTED, by=by, on=on)
        audit.record(by=by, on=on, verb="enrollment.accept_proposal", subject=proposal, after=_said(proposal))
    return len(rows)


@transaction.atomic
def reject_proposals(*, proposals: Iterable[int], by: Staff, on: date) -> int:
    """Leaves everything as it is for the open ones of these proposals within reach of `by`; returns how many."""
    rows = _open(proposals, by)
    for proposal in rows:
        _decided(proposal, Proposal.Status.REJECTED, by=by, on=on)
        audit.record(by=by, on=on, verb="enrollment.reject_proposal", subject=proposal, after=_said(proposal))
    return len(rows)


@transaction.atomic
def undo_proposal(*, proposal: Proposal, by: Staff, on: date) -> bool:
    """Takes a decision back: an ended registration stands again, a reopened one ends as it had; a rejected proposal and
    one about a refund are open again. False where there is nothing to take back.

    Raises ValidationError when the person was registered anew or the payment refunded since, PermissionDenied for a
    proposal out of reach.
    """
    need_reach(by, proposal.region_id)
    proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("registration__person", "payment")
        .get(pk=proposal.pk)
    )
    if proposal.status == Proposal.Status.REJECTED:
        _reopened(proposal)
    elif proposal.status not in Proposal.DONE:
        return False
    elif proposal.kind == Proposal.Kind.DUPLICATE:
        if proposal.payment.refunded_on:
            raise ValidationError(_("This payment has been refunded since."))
        _reopened(proposal)
    else:
        if proposal.kind == Proposal.Kind.BACK_TO_NORMAL:
            _end(proposal, by=by, on=on)
        else:
            apply_reopening(registration=proposal.registration, by=by, on=on, why=_("the decision was taken back"))
        _decided(proposal, Proposal.Status.UNDONE, by=by, on=on)
    audit.record(by=by, on=on, verb="enrollment.undo_proposal", subject=proposal, before={"status": proposal.status})
    return True


def lapse(proposals: QuerySet[Proposal], *, by: Staff, on: date) -> int:
    """Closes proposals that a later list or a refund has overtaken; returns how many. Part of a verb that writes what
    overtook them."""
    return proposals.update(status=Proposal.Status.LAPSED, decided_by=by, decided_on=on)


def _open(proposals: Iterable[int], by: Staff) -> list[Proposal]:
    rows = Proposal.objects.filter(
        within("region", by.code_ranges), pk__in=list(proposals), status=Proposal.Status.OPEN
    )
    rows = rows.select_for_update(of=("self",)).select_related("registration__person", "payment", "stays")
    return list(rows.order_by("person_id", "pk"))


def _carry_out(proposal: Proposal, *, by: Staff, on: date) -> None:
    if proposal.kind == Proposal.Kind.DUPLICATE:
        if any(each.reversed_on or each.refunded_on for each in (proposal.payment, proposal.stays)):
            raise ValidationError(
                _("One of the two payments of %(person)s no longer stands: it was reversed or refunded.")
                % {"person": proposal.person.name}
            )
    elif proposal.kind == Proposal.Kind.BACK_TO_NORMAL:
        _take_end_back(proposal, by=by, on=on)
    else:
        _end(proposal, by=by, on=on)


def _take_end_back(proposal: Proposal, *, by: Staff, on: date) -> None:
    registration = proposal.registration
    if (registration.ended_on, registration.end_reason) != (proposal.event_on, proposal.end_reason):
        raise ValidationError(
            _("The registration of %(person)s is not as it was when this was proposed. Please look at it first.")
            % {"person": proposal.person.name}
        )
    apply_reopening(registration=registration, by=by, on=on, why=_why(proposal))
    ends = Proposal.objects.filter(
        registration=registration, kind__in=Proposal.BY_STATUS, status__in=[Proposal.Status.OPEN, *Proposal.DONE]
    )
    lapse(ends, by=by, on=on)


def _end(proposal: Proposal, *, by: Staff, on: date) -> None:
    registration = proposal.registration
    apply_end(
        registration=registration,
        reason=proposal.end_reason or Proposal.END_REASON[Proposal.Kind(proposal.kind)],
        # What began before the registration was a duplicate from its first day.
        ended_on=max(proposal.event_on, registration.registered_on),
        clause=proposal.clauses,
        by=by,
        on=on,
        why=_why(proposal),
    )


def _why(proposal: Proposal) -> str:
    return _("batch #%(number)s: %(kind)s") % {"number": proposal.batch_id, "kind": proposal.get_kind_display()}


def _said(proposal: Proposal) -> dict[str, object]:
    said: dict[str, object] = {"kind": proposal.kind}
    if proposal.kind == Proposal.Kind.DUPLICATE:
        said |= {"payment": proposal.payment_id, "stays": proposal.stays_id, "clauses": proposal.clauses}
    return said


def _reopened(proposal: Proposal) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(status=Proposal.Status.OPEN, decided_by=None, decided_on=None)


def _decided(proposal: Proposal, status: str, *, by: Staff, on: date) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(status=status, decided_by=by, decided_on=on)
