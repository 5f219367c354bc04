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
    """A dated change of a pack: figures left to another document, a reading, an extension of a window, a correction.

    Proposed by one person, approved by another; before approval it changes nothing. What it changes are its leaves;
    they come into force together, for the area and everything below it.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    scope = ByRegion("region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    pack_id = models.CharField(_("notice"), max_length=60)
    effective_on = models.DateField(_("effective from"))
    document_number = models.CharField(_("document number"), max_length=80)
    reason = models.CharField(_("reason"), max_length=400)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_on = models.DateField(_("proposed on"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("settled by")
    )
    settled_on = models.DateField(_("settled on"), null=True)
    settled_why = models.CharField(_("remark"), max_length=400, blank=True)
    version = models.ForeignKey(
        PackVersion, models.PROTECT, related_name="+", null=True, verbose_name=_("made the version")
    )

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="amendment_two_people",
                condition=Q(settled_by__isnull=True) | Q(status="withdrawn") | ~Q(settled_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="amendment_settled_by_someone",
                condition=Q(status="proposed", settled_by__isnull=True, settled_on__isnull=True)
                | Q(
                    status__in=["approved", "rejected", "withdrawn"], settled_by__isnull=False, settled_on__isnull=False
                ),
            ),
            models.CheckConstraint(name="amendment_has_document", condition=~Q(document_number="") & ~Q(reason="")),
            models.CheckConstraint(name="amendment_rejected_why", condition=~Q(status="rejected") | ~Q(settled_why="")),
            models.CheckConstraint(
                name="amendment_approved_version", condition=~Q(status="approved") | Q(version__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.pack_id} {self.document_number}"


class AmendedLeaf(ScopedModel):
    """One leaf of a pack that an amendment changes. `path` is dotted, the values are text as it stands in a pack.

    Written with the proposal and never changed (migration 0002).
    """

    scope = ByRegion("amendment__region")

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="leaves", verbose_name=_("amendment"))
    path = models.CharField(_("place in the pack"), max_length=200)
    value = models.CharField(_("new value"), max_length=400)
    previous = models.CharField(_("value before"), max_length=400)

    class Meta:
        verbose_name = _("amended leaf")
        verbose_name_plural = _("amended leaves")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "path"], name="amended_leaf_once"),
            models.CheckConstraint(name="amended_leaf_has_value", condition=~Q(value="")),
        ]

    def __str__(self) -> str:
        return f"{self.path}: {self.value}"


class SeenImpact(ScopedModel):
    """What an amendment changes for people, as one person had it before their eyes (`notices.impact.see`).

    `before` and `after` are the versions of the notice that were compared, `people` and `changed` the numbers shown.
    """

    scope = ByRegion("amendment__region")

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="+", verbose_name=_("amendment"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    seen_on = models.DateField(_("seen on"))
    before = models.CharField(_("version before"), max_length=64)
    after = models.CharField(_("version after"), max_length=64)
    people = models.PositiveIntegerField(_("people"), null=True)
    changed = models.PositiveIntegerField(_("answered differently"), null=True)

    class Meta:
        verbose_name = _("impact seen")
        verbose_name_plural = _("impacts seen")
        constraints = [
            models.UniqueConstraint(fields=["amendment", "by", "before", "after"], name="impact_seen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.amendment_id} {self.by_id} {self.after[:12]}"
