from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import ByRegion, ScopedModel
from notices.models import Amendment
from regions.models import Region


class Queued(ScopedModel):
    """Work over the people of an area that a worker does: who asked for it, for which day. The row is the queue.

    A worker holds a row by a lease with a fence token and writes progress (`done` of `people`) and result under that
    token, so that a worker that lost its lease cannot commit.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    OPEN = (Status.WAITING, Status.RUNNING)

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    on = models.DateField(_("business date"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    asked_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    reason = models.TextField(_("reason"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("held until"), null=True)
    fence = models.PositiveBigIntegerField(_("fence"), default=0)
    people = models.PositiveIntegerField(_("people"), default=0)
    done = models.PositiveIntegerField(_("people worked off"), default=0)

    class Meta:
        abstract = True

    @property
    def final(self) -> bool:
        """Whether no worker has anything left to do with it."""
        return self.status not in self.OPEN


class DecisionRun(Queued):
    """One run of `decide` over an area, with its result.

    Every chunk of decisions is written together with the run's progress (`done`, `last_person`): a run that broke off
    goes on after the last whole chunk.
    """

    scope = ByRegion("region")

    last_person = models.BigIntegerField(_("last person decided"), default=0)
    decided = models.PositiveIntegerField(_("decided"), default=0)
    undetermined = models.PositiveIntegerField(_("undetermined"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unreadable = models.PositiveIntegerField(_("with facts that contradict themselves"), default=0)
    result = models.JSONField(_("sums by fund"), null=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("run of decisions")
        verbose_name_plural = _("runs of decisions")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "id"], name="run_queue"),
            models.Index(fields=["region", "coverage_year", "-id"], name="run_by_place"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "coverage_year"],
                condition=Q(status__in=["waiting", "running"]),
                name="run_one_open_an_area",
            ),
            models.CheckConstraint(
                name="run_status_known", condition=Q(status__in=["waiting", "running", "done", "failed"])
            ),
            models.CheckConstraint(name="run_failed_with_reason", condition=~Q(status="failed") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.coverage_year} {self.on}"


class Calculation(Queued):
    """Something reckoned over all people of an area that writes nothing but its own result: a reconciliation, or what
    an amendment would change.

    It is kept with its day and with `inputs`, the mark of the rows it was reckoned from
    (`subsidies.queries.inputs.mark_of_inputs`): where the mark has changed since, the result is out of date. `people`
    and `done` count steps for a reconciliation (one a check), people for an amendment. `result` names people by
    their keys only; who they are is read when it is shown, by whoever may see them.
    """

    class Kind(models.TextChoices):
        RECONCILIATION = "reconciliation", _("Reconciliation")
        IMPACT = "impact", _("What an amendment changes")

    scope = ByRegion("region")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="+", null=True, verbose_name=_("amendment"))
    inputs = models.CharField(_("mark of the rows it was reckoned from"), max_length=64, blank=True)
    result = models.JSONField(_("result"), null=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("calculation")
        verbose_name_plural = _("calculations")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "id"], name="calculation_queue"),
            models.Index(fields=["region", "coverage_year", "kind", "-id"], name="calculation_by_place"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "coverage_year"],
                condition=Q(status__in=["waiting", "running"], kind="reconciliation"),
                name="calculation_one_open_an_area",
            ),
            models.UniqueConstraint(
                fields=["amendment"],
                condition=Q(status__in=["waiting", "running"], kind="impact"),
                name="calculation_one_open_an_amendment",
            ),
            models.CheckConstraint(
                name="calculation_status_known", condition=Q(status__in=["waiting", "running", "done", "failed"])
            ),
            models.CheckConstraint(
                name="calculation_of_an_amendment",
                condition=Q(kind="impact", amendment__isnull=False) | Q(kind="reconciliation", amendment__isnull=True),
            ),
            models.CheckConstraint(
                name="calculation_done_with_result",
                condition=~Q(status="done") | Q(result__isnull=False, finished_at__isnull=False) & ~Q(inputs=""),
            ),
            models.CheckConstraint(
                name="calculation_failed_with_reason", condition=~Q(status="failed") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.region} {self.coverage_year} {self.on}"
