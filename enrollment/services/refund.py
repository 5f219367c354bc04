"""What a paid-out refund does to an enrolment. The chain that leads there stands in the room `refunds`."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import Payment, Person, Registration
from enrollment.queries import standing_payments
from enrollment.services.registration import end_registration


@transaction.atomic
def record_refund(*, payment: Payment, by: Staff, on: date, clause: str = "", why: str = "") -> None:
    """The payment no longer stands from `on`. Without another one for the year the enrolment ends with it.

    The person leaves the enrolled count from that day; registration and benefits end unless another payment for the
    year stands (a duplicate was paid back). Raises ValidationError when the payment does not stand on the day.
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
    if standing_payments(coverage_year=year, on=on).filter(person=person).exists():
        return
    registration = Registration.objects.filter(person=person, coverage_year=year, ended_on__isnull=True).first()
    if registration:
        end_registration(
            registration=registration,
            reason=Registration.EndReason.REFUNDED,
            ended_on=max(on, registration.registered_on),
            by=by,
            on=on,
            clause=clause,
            why=why,
        )
