"""Spells of employee insurance."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import ByRegion, ScopedModel
from exchanges.models import Batch
from privacy.fields import BlindIndexField
from regions.models import Region


class EmployeeCover(ScopedModel):
    """A spell of employee insurance as its agency tells it (PL-2.5, PL-8.2a): from the first day, up to the first day
    without it. The list names people whom the resident register may not know: the index of the number is the key, and
    `region` the area that the list is about."""

    scope = ByRegion("region")

    id_number_index = BlindIndexField(_("index of the id number"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    employer = models.CharField(_("employer"), max_length=100, blank=True)
    started_on = models.DateField(_("insured from"), null=True, blank=True)
    ended_on = models.DateField(_("insured until before"), null=True, blank=True)
    years = models.PositiveSmallIntegerField(_("years of employee insurance in a row"), null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("employee insurance")
        verbose_name_plural = _("employee insurances")
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
