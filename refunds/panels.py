"""The section of a person's page: their refund applications, and the payments that one may be entered for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from enrollment.models import Person
from enrollment.panels import Panel
from refunds.models import Application
from refunds.queries import is_place_of, refundable_payments


def refunds_of(person: Person, user: Staff, coverage_year: int, on: date) -> Mapping[str, Any] | None:
    """Applications of the person and payments of the place that can be paid back; None where there is neither."""
    applications = list(
        Application.objects.visible_to(user).filter(payment__person=person).select_related("payment", "region")
    )
    payments = []
    if user.has_perm("refunds.apply"):
        payments = [each for each in refundable_payments(user, person.pk) if is_place_of(user, each.region_id)]
    return {"applications": applications, "payments": payments} if applications or payments else None


PANEL = Panel(_("Refunds"), "refunds/person_panel.html", refunds_of, "refunds.view_application", order=60)
