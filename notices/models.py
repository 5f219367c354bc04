from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import ByRegion, Everyone, ScopedModel
from regions.models import Region


class Season(ScopedModel):
    """Which notice governs an area in a coverage year, e.g. Pingli county 2022 by pingli-2022."""

    scope = Everyone()

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    pack_id = models.CharField(_("notice"), max_length=60)

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        ordering = ["region", "-coverage_year"]
        constraints = [models.UniqueConstraint(fields=["region", "coverage_year"], name="season_once")]

    def __str__(self) -> str:
        return f"{self.region} {self.coverage_year}"


class PackVersion(ScopedModel):
    """A pack as it stood when decisions were made by it, so that they can be replayed. Never changed."""

    scope = Everyone()

    version = models.CharField(_("version"), max_length=64, primary_key=True, help_text=_("SHA-256 of the content"))
    pack_id = models.CharField(_("notice"), max_length=60, db_index=True)
    content = models.TextField(_("content"), help_text=_("JSON; the order of its keys is part of it"))
    created_at = models.DateTimeField(_("kept since"), auto_now_add=True)

    class Meta:
        verbose_name = _("version of a notice")
        verbose_name_plural = _("versions of notices")

    def __str__(self) -> str:
        return f"{self.pack_id} {self.version[:12]}"


class Amendment(ScopedModel):
    """A dated change of one leaf of a pack: a figure left to another document, a reading, an extension, a correction.

    Proposed by one person, approved by another; before approval it changes nothing.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    scope = ByRegion("region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    pack_id = models.CharField(_("notice"), max_length=60)
    path = models.CharField(_("place in the pack"), max_length=200)
    value = models.JSONField(_("new value"))
    previous = models.JSONField(_("value before"), null=True)
    effective_on = models.DateField(_("effective from"))
    document_number = models.CharField(_("document number"), max_length=80)
    reason = models.CharField(_("reason"), max_length=400)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_on = models.DateField(_("proposed on"))
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    settled_on = models.DateField(_("settled on"), null=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="amendment_two_people", condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="amendment_settled_by_someone",
                condition=Q(status="proposed", settled_by__isnull=True, settled_on__isnull=True)
                | Q(status="withdrawn")
                | Q(status__in=["approved", "rejected"], settled_by__isnull=False, settled_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.path}"
