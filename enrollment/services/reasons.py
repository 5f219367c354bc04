"""Reasons for not enrolling, verified one by one (ZJ-3.5, ZJ-5.3a), and signed waivers (PL-8.3c)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import NotEnrolledReason, Person
from enrollment.queries import standing_payments
from enrollment.services import versions
from enrollment.services.reach import need_reach


@transaction.atomic
def record_reason(
    *,
    person: Person,
    coverage_year: int,
    reason: str,
    by: Staff,
    on: date,
    detail: str = "",
    evidence: str = "",
    waiver_signed_on: date | None = None,
) -> NotEnrolledReason:
    """Writes down why the person did not enrol; a reason that stands is corrected: withdrawn, and kept.

    Raises ValidationError for a person who has paid, for "other" without words, and for a waiver that is not signed
    for one of the reasons of its form. Raises PermissionDenied for somebody whose hukou is out of reach: the reason is
    verified there and stands in the ledger of that place.
    """
    need_reach(by, person.region_id)
    Person.objects.select_for_update().get(pk=person.pk)
    if standing_payments(coverage_year=coverage_year, on=on).filter(person=person).exists():
        raise ValidationError(_("This person has paid for %(year)s and is enrolled.") % {"year": coverage_year})
    fresh = NotEnrolledReason(
        person=person,
        coverage_year=coverage_year,
        region_id=person.region_id,
        reason=reason,
        detail=detail.strip(),
        evidence=evidence.strip(),
        waiver_signed_on=waiver_signed_on,
        recorded_by=by,
        recorded_on=on,
    )
    if fresh.reason == NotEnrolledReason.Reason.OTHER and not fresh.detail:
        raise ValidationError({"detail": _("Write the reason in words.")})
    if waiver_signed_on and reason not in NotEnrolledReason.WAIVER_REASONS:
        raise ValidationError({"waiver_signed_on": _("The waiver form does not know this reason.")})
    if waiver_signed_on and waiver_signed_on > on:
        raise ValidationError({"waiver_signed_on": _("This day has not come yet.")})
    return versions.replace(fresh, verb="enrollment.record_reason", by=by, on=on)


@transaction.atomic
def withdraw_reason(*, reason: NotEnrolledReason, by: Staff, on: date) -> bool:
    """Takes a reason back that was recorded by mistake; it stays in the history. False if it was withdrawn before.
    Raises PermissionDenied for a reason out of reach."""
    need_reach(by, reason.region_id)
    withdrawn = NotEnrolledReason.objects.filter(pk=reason.pk, withdrawn_on=None).update(withdrawn_on=on)
    if withdrawn:
        audit.record(
            by=by,
            on=on,
            verb="enrollment.withdraw_reason",
            subject=reason.person,
            before=versions.content(reason),
            after={},
        )
    return bool(withdrawn)
