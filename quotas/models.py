from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from exchanges.models import Batch
from notices.models import PackVersion
from quotas.publication import PublishedAbove
from regions.models import Region


class Task(ScopedModel):
    """The number of people a town or village must enrol for a coverage year, from the annex of a notice."""

    scope = ByRegion("region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    target = models.PositiveIntegerField(_("task"))
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["region", "-coverage_year"]
        constraints = [
            models.UniqueConstraint(fields=["region", "coverage_year"], name="task_once"),
            models.CheckConstraint(name="task_positive", condition=Q(target__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.coverage_year}: {self.target}"


class Milestone(ScopedModel):
    """What a task asks by a date on the way, e.g. Pingli's column "by 30 November" (PL-8.3a)."""

    scope = ByRegion("task__region")

    task = models.ForeignKey(Task, models.CASCADE, related_name="milestones", verbose_name=_("task"))
    due_on = models.DateField(_("due on"))
    due_count = models.PositiveIntegerField(_("people by then"))

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_on"]
        constraints = [models.UniqueConstraint(fields=["task", "due_on"], name="milestone_once")]

    def __str__(self) -> str:
        return f"{self.due_on}: {self.due_count}"


class Snapshot(ScopedModel):
    """The week's figures of an area, frozen: a published ranking can be explained a year later.

    Weeks run from Monday to Sunday. Of several snapshots of a week the latest is the week's ranking. `overdue` are the
    lists between departments that the circular names, with the fields of `quotas.queries.overdue.OverdueList`.
    """

    scope = AnyOf(ByRegion("region"), PublishedAbove("region"))

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    on = models.DateField(_("figures of"))
    week = models.DateField(_("week from"), help_text=_("Monday of the week"))
    frozen_at = models.DateTimeField(_("frozen at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    pack_version = models.ForeignKey(
        PackVersion, models.PROTECT, related_name="+", verbose_name=_("version of the notice")
    )
    overdue = models.JSONField(_("lists overdue"), default=list, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("weekly snapshot")
        verbose_name_plural = _("weekly snapshots")
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "coverage_year", "on"], name="snapshot_once_a_day"),
            models.CheckConstraint(name="snapshot_in_its_week", condition=Q(on__gte=F("week"))),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.coverage_year} {self.on}"


class Flag(models.TextChoices):
    """What a ranking says of a region in words."""

    MILESTONE_MISSED = "milestone_missed", _("Milestone missed")
    LAST = "last", _("Last place")
    INTERVIEW = "interview", _("Interview due")
    COMPLETE = "complete", _("Task completed")


class SnapshotRow(ScopedModel):
    """One region in a snapshot. Ranked among its siblings where it has a task; rates are derived, not stored.

    `parent` is the region it is ranked under, null for the area itself. `target` is the region's own task or, where it
    has none, the sum of the tasks directly below it; only a region with a task of its own has a `rank`. `milestones` is
    `[["2021-11-30", 38400], …]`, days and people asked by then, in order, as they stood when the row was frozen.
    """

    scope = AnyOf(ByRegion("region"), PublishedAbove("region", "parent"))

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="rows", verbose_name=_("snapshot"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    parent = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, verbose_name=_("belongs to"))
    people = models.PositiveIntegerField(_("people on the register"), default=0)
    enrolled = models.PositiveIntegerField(_("enrolled"))
    enrolled_all = models.PositiveIntegerField(
        _("enrolled, with those after the assessment day"), default=0, help_text=_("ZJ-4.1 counts only up to that day")
    )
    target = models.PositiveIntegerField(_("task"), null=True)
    milestones = models.JSONField(_("milestones"), default=list, encoder=DjangoJSONEncoder)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)
    behind = models.BooleanField(_("behind this week"), default=False)
    weeks_behind = models.PositiveSmallIntegerField(_("weeks behind in a row"), default=0)
    flags = models.JSONField(_("flags"), default=list, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("row of a snapshot")
        verbose_name_plural = _("rows of snapshots")
        ordering = ["snapshot", F("rank").asc(nulls_last=True), "region"]
        indexes = [models.Index(fields=["parent", "snapshot"], name="snapshot_row_siblings")]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "region"], name="snapshot_row_once"),
            models.CheckConstraint(name="snapshot_row_counts", condition=Q(enrolled_all__gte=F("enrolled"))),
            models.CheckConstraint(
                name="snapshot_row_ranked_by_task", condition=Q(rank__isnull=True) | Q(target__gt=0)
            ),
            models.CheckConstraint(
                name="snapshot_row_behind_counted",
                condition=Q(behind=True, weeks_behind__gte=1) | Q(behind=False, weeks_behind=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.enrolled}"
