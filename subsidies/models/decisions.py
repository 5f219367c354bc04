from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from enrollment.models import Payment, Person
from regions.models import Region
from subsidies.models.answers import Answer
from subsidies.models.runs import DecisionRun


def _reference(to: type[models.Model], **more: Any) -> models.ForeignKey:
    """A reference of a decision: looked up once a statement (migration 0004), and read from the decision's side."""
    return models.ForeignKey(to, models.PROTECT, related_name="+", db_index=False, db_constraint=False, **more)


class Decision(ScopedModel):
    """What was decided for a person and coverage year; a newer decision supersedes it, the old one stays.

    With a payment it is what that payment brought; without one, what the person would owe if they paid on the run's
    business date.

    `decide` writes millions of rows, each chunk in one statement that joins the people, places, payments, answers and
    run they refer to. A foreign key would look up every reference of every row once more and lock it, which would take
    longer than all the rest; the database looks all of them up once a statement instead, and lets nobody delete what
    decisions refer to, nor change or delete a decision (migrations 0002 and 0004). Indexes are those that a page or the
    next run needs.
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
