"""What a paid-out refund does to an enrolment. The chain that leads there stands in the room `refunds`."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import Payment, Person, Proposal, Registration
from enrollment.queries import standing_payments
from enrollment.services.proposals import lapse
from enrollment.services.registration import apply_end


@transaction.atomic
def record_refund(*, payment: Payment, by: Staff, on: date, clause: str = "", why: str = "") -> None:
    """The payment no longer stands from `on`. Without another one for the year the enrolment ends with it.

    The person leaves the enrolled count from that day; registration and benefits end unless another payment for the
    year stands (a duplicate was paid back): then the registration is where that one was made. Raises
    ValidationError when the payment does not stand on the day.
    """
    person = Person.objects.select_for_update().get(pk=payment.person_id)
    refunded = Payment.objects.filter(
        pk=payment.pk, reversed_on__isnull=True, refunded_on__isnull=True, paid_on__lte=on
    ).update(refunded_on=on)
    if not refunded:
        raise ValidationError(_("This payment no longer stands: it was reversed or refunded."))
    payment.refunded_on = on
    audit.record(
        by=by,
        on=on,
        verb="enrollment.record_refund",
        subject=payment,
        before={"refunded_on": None},
        after={"refunded_on": on},
        why=why,
    )
    year = payment.coverage_year
    open_ones = Proposal.objects.filter(kind=Proposal.Kind.DUPLICATE, status=Proposal.Status.OPEN)
    lapse(open_ones.filter(Q(payment=payment) | Q(stays=payment)), by=by, on=on)
    registration = Registration.objects.filter(person=person, coverage_year=year, ended_on__isnull=True).first()
    remaining = standing_payments(coverage_year=year, on=on).filter(person=person).order_by("paid_on", "pk").first()
    if remaining:
        _follow(registration, remaining, by=by, on=on)
    elif registration:
        apply_end(
            registration=registration,
            reason=Registration.EndReason.REFUNDED,
            ended_on=max(on, registration.registered_on),
            by=by,
            on=on,
            clause=clause,
            why=why,
        )


def _follow(registration: Registration | None, payment: Payment, *, by: Staff, on: date) -> None:
    """The place of enrolment is that of the earliest payment that stands, also after the refund of an earlier one."""
    if registration is None or registration.region_id == payment.region_id:
        return
    before = registration.region_id
    Registration.objects.filter(pk=registration.pk).update(region=payment.region_id, tier=payment.tier)
    audit.record(
        by=by,
        on=on,
        verb="enrollment.move_registration",
        subject=registration,
        before={"place": before},
        after={"place": payment.region_id},
    )
