from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, Everyone, ScopedModel
from enrollment.models import Payment, Person
from exchanges.models import Batch
from notices.models import PackVersion
from regions.models import Region


class Category(models.TextChoices):
    """The identities of the notices, with the identifiers of quote.md."""

    TEKUN = "tekun", "特困人员"
    ORPHAN = "orphan", "孤儿"
    UNSUPPORTED_CHILD = "unsupported_child", "事实无人抚养儿童"
    DIBAO = "dibao", "低保对象"
    DIBAO_MARGIN = "dibao_margin", "低保边缘"
    POVERTY_RETURN = "poverty_return", "返贫致贫人口"
    UNSTABLE_EXIT = "unstable_exit", "脱贫不稳定户"
    AT_RISK = "at_risk", "边缘易致贫户"
    SUDDEN_HARDSHIP = "sudden_hardship", "突发严重困难户"
    POVERTY_EXIT = "poverty_exit", "未纳入监测的稳定脱贫人口"
    SEVERE_DISABILITY = "severe_disability", "重度残疾人"
    FAMILY_PLANNING = "family_planning", "计划生育家庭"
    ENTITLED_GROUP = "entitled_group", "重点优抚对象"


class IdentityMark(ScopedModel):
    """An identity of a person in time: determined by a department, marked by the agency, ended some day."""

    scope = AnyOf(ByRegion("region", "person__region"))

    person = models.ForeignKey(Person, models.PROTECT, related_name="marks", verbose_name=_("person"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("hukou place"))
    category = models.CharField(_("identity"), max_length=20, choices=Category.choices)
    determined_on = models.DateField(_("determined on"))
    marked_on = models.DateField(_("marked on"), help_text=_("Day on which the mark stood in the system"))
    ended_on = models.DateField(
        _("ended on"), null=True, blank=True, help_text=_("First day on which it no longer counts")
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("identity mark")
        verbose_name_plural = _("identity marks")
        indexes = [models.Index(fields=["region", "category"], name="mark_by_place")]
        constraints = [
            models.UniqueConstraint(fields=["person", "category", "determined_on"], name="mark_once"),
            models.UniqueConstraint(
                fields=["person", "category"], condition=Q(ended_on__isnull=True), name="mark_one_open_a_category"
            ),
            models.CheckConstraint(
                name="mark_ends_after_start", condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("determined_on"))
            ),
            models.CheckConstraint(
                name="mark_category_known", condition=Q(category__in=[str(value) for value in Category.values])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_category_display()}"


class Answer(ScopedModel):
    """What the policy says of one distinct set of facts; many decisions share an answer. Never changed.

    Amounts in fen. `facts` and `quote` are the engine's own JSON (quote.md), so that it can be replayed.
    """

    scope = Everyone()

    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", verbose_name=_("by version"))
    facts_key = models.CharField(_("key of the facts"), max_length=64, help_text=_("SHA-256 of the facts"))
    quote_key = models.CharField(_("key of the answer"), max_length=64, help_text=_("SHA-256 of the answer"))
    facts = models.JSONField(_("facts"), encoder=DjangoJSONEncoder)
    quote = models.JSONField(_("answer"), encoder=DjangoJSONEncoder)
    outcome = models.CharField(_("outcome"), max_length=12)
    window = models.CharField(_("window"), max_length=12, blank=True)
    category = models.CharField(_("assisted as"), max_length=20, blank=True)
    standard_fen = models.BigIntegerField(_("standard"), null=True)
    assistance_fen = models.BigIntegerField(_("assistance"), null=True)
    charged_fen = models.BigIntegerField(_("charged"), null=True)
    reimbursed_fen = models.BigIntegerField(_("paid afterwards"), null=True)
    net_fen = models.BigIntegerField(_("net cost"), null=True)
    subsidy_fen = models.BigIntegerField(_("fiscal subsidy"), null=True)
    benefit_start = models.DateField(_("benefits from"), null=True)
    benefit_end = models.DateField(_("benefits to"), null=True)
    clauses = models.CharField(_("clauses"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("answer of the policy")
        verbose_name_plural = _("answers of the policy")
        constraints = [
            models.UniqueConstraint(fields=["pack_version", "facts_key"], name="answer_once"),
            models.CheckConstraint(
                name="answer_within_standard",
                condition=Q(assistance_fen__isnull=True)
                | Q(standard_fen__isnull=True)
                | Q(assistance_fen__gte=0, assistance_fen__lte=F("standard_fen")),
            ),
        ]


class AnswerFund(ScopedModel):
    """The part of an answer's assistance or fiscal subsidy that one fund bears, in fen.

    Where a notice gives a sum and no split (Zhuji's fiscal subsidy), the whole of it stands under `UNSPLIT`.
    """

    UNSPLIT = "unsplit"

    class Purpose(models.TextChoices):
        ASSISTANCE = "assistance", _("Assistance")
        FISCAL_SUBSIDY = "fiscal_subsidy", _("Fiscal subsidy")

    scope = Everyone()

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="funds")
    purpose = models.CharField(_("purpose"), max_length=14, choices=Purpose.choices)
    fund = models.CharField(_("fund"), max_length=20)
    amount_fen = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("fund of an answer")
        verbose_name_plural = _("funds of an answer")
        constraints = [models.UniqueConstraint(fields=["answer", "purpose", "fund"], name="answer_fund_once")]


class DecisionRun(ScopedModel):
    """One run of `decide` over an area: who, for which day, with what result. The row is the queue.

    A worker holds a run by a lease with a fence token, and every chunk of decisions is written together with the run's
    progress (`done`, `last_person`) under that token: a run that broke off goes on after the last whole chunk, and a
    worker that lost its lease cannot commit.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Deciding")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    OPEN = (Status.WAITING, Status.RUNNING)

    scope = ByRegion("region")

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
    last_person = models.BigIntegerField(_("last person decided"), default=0)
    done = models.PositiveIntegerField(_("people worked off"), default=0)

    people = models.PositiveIntegerField(_("people"), default=0)
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


def _reference(to: type[models.Model], **more: Any) -> models.ForeignKey:
    """A reference of a decision: shown to exist by the statement that writes it, and read from the decision's side."""
    return models.ForeignKey(to, models.PROTECT, related_name="+", db_index=False, db_constraint=False, **more)


class Decision(ScopedModel):
    """What was decided for a person and coverage year; a newer decision supersedes it, the old one stays.

    With a payment it is what that payment brought; without one, what the person would owe if they paid on the run's
    business date.

    `decide` writes millions of rows, each chunk in one statement that joins the people, places, payments, answers and
    run they refer to. The database does not look up every reference of every row once more, which would take longer
    than all the rest (docs/performance.md); it refuses to delete what decisions refer to (migration 0002). Indexes
    are those that a page or the next run needs.
    """

    scope = AnyOf(ByRegion("region", "person__region"))

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="decisions", db_constraint=False, verbose_name=_("person")
    )
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    region = _reference(Region, verbose_name=_("place of enrolment"))
    answer = _reference(Answer, verbose_name=_("answer"))
    payment = _reference(Payment, null=True, verbose_name=_("by payment"))
    run = _reference(DecisionRun, verbose_name=_("run"))
    decided_on = models.DateField(_("decided on"))
    superseded_by = _reference(DecisionRun, null=True, verbose_name=_("superseded by run"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(
                fields=["coverage_year", "region"], condition=Q(superseded_by__isnull=True), name="decision_by_place"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "coverage_year"], condition=Q(superseded_by__isnull=True), name="decision_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.coverage_year}"
