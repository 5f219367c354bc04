"""What lists suggest and a person decides."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from enrollment.models.people import Person
from enrollment.models.registration import Registration
from exchanges.models import Batch
from regions.models import Region


class Proposal(ScopedModel):
    """An end of an enrolment that a department's list suggests. Where the notice ends it by itself it is done by rule
    and can be undone; everywhere else a person accepts or rejects it. What was decided once is not proposed again."""

    class Kind(models.TextChoices):
        DEATH = "death", _("The person has died")
        ENLISTED = "enlisted", _("The person has enlisted")
        IN_PRISON = "in_prison", _("The person is in prison")
        MOVED_OUT = "moved_out", _("The person has moved away: enrolled elsewhere?")
        EMPLOYEE_COVER = "employee_cover", _("The person has employee insurance, which comes first")

    class Status(models.TextChoices):
        OPEN = "open", _("To be decided")
        BY_RULE = "by_rule", _("Done by rule")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        UNDONE = "undone", _("Undone")

    DONE = (Status.BY_RULE, Status.ACCEPTED)
    # Which reason the registration ends with.
    END_REASON = {
        Kind.DEATH: Registration.EndReason.DEATH,
        Kind.ENLISTED: Registration.EndReason.ENLISTED,
        Kind.IN_PRISON: Registration.EndReason.IN_PRISON,
        Kind.MOVED_OUT: Registration.EndReason.OTHER_AREA,
        Kind.EMPLOYEE_COVER: Registration.EndReason.EMPLOYEE_INSURANCE,
    }

    scope = AnyOf(ByRegion("region", "person__region"))

    kind = models.CharField(_("what the list says"), max_length=16, choices=Kind.choices)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="proposals", verbose_name=_("registration")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="proposals", verbose_name=_("person"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("place of enrolment"))
    event_on = models.DateField(_("on"))
    clauses = models.CharField(_("clauses"), max_length=80, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", verbose_name=_("from batch"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("decided by")
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "region"], name="proposal_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["registration", "kind", "event_on"], name="proposal_once"),
            models.CheckConstraint(
                name="proposal_decided_by_someone", condition=Q(status="open") | Q(decided_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"
