"""Spells of employee insurance."""

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, Scope, ScopedModel
from enrollment.models.people import DocumentKind, Person
from exchanges.models import Batch
from privacy.fields import BlindIndexField, EncryptedTextField
from regions.models import Region


class OfSeenPerson(Scope):
    """Rows about somebody whom the user sees, found by the index of the number."""

    def q(self, user: Any) -> Q:
        seen = Person._base_manager.filter(Person.scope.q(user))
        return Q(Exists(seen.filter(id_number_index=OuterRef("id_number_index"))))


class EmployeeCover(ScopedModel):
    """A spell of employee insurance as its agency tells it (PL-2.5, PL-8.2a): from the first day, up to the first day
    without it. The list names people whom the resident register may not know, and whom tax is to hear of all the same:
    name and number stand here, the index of the number is the key, and `region` is the area that the list is about."""

    scope = AnyOf(ByRegion("region"), OfSeenPerson())

    name = models.CharField(_("name"), max_length=60, blank=True)
    document_kind = models.CharField(
        _("kind of document"), max_length=2, choices=DocumentKind.choices, default=DocumentKind.RESIDENT_ID
    )
    id_number = EncryptedTextField(_("id number"), purpose="enrollment.employeecover.id_number", null=True)
    id_number_index = BlindIndexField(_("index of the id number"))
    # Found by `employee_cover_by_area`, which begins with it.
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("area"))
    employer = models.CharField(_("employer"), max_length=100, blank=True)
    started_on = models.DateField(_("insured from"), null=True, blank=True)
    ended_on = models.DateField(_("insured until before"), null=True, blank=True)
    years = models.PositiveSmallIntegerField(_("years of employee insurance in a row"), null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("employee insurance")
        verbose_name_plural = _("employee insurances")
        indexes = [models.Index(fields=["region", "-id"], name="employee_cover_by_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["id_number_index"], condition=Q(ended_on__isnull=True), name="employee_cover_open_once"
            ),
            models.UniqueConstraint(fields=["id_number_index", "ended_on"], name="employee_cover_end_once"),
            models.CheckConstraint(
                name="employee_cover_dated", condition=Q(started_on__isnull=False) | Q(ended_on__isnull=False)
            ),
            models.CheckConstraint(
                name="employee_cover_forward",
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_on or '…'}–{self.ended_on or '…'}"
