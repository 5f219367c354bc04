"""What lists suggest and a person decides."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.scope import AnyOf, ByRegion, ScopedModel
from enrollment.models.payment import Payment
from enrollment.models.people import Person
from enrollment.models.registration import Registration
from exchanges.models import Batch
from regions.models import Region


class Proposal(ScopedModel):
    """What a department's list suggests about an enrolment: to end it, to let it stand again, or which of several
    payments goes to refund. Where the notice ends an enrolment by itself it is done by rule and can be undone;
    everywhere else a person accepts or rejects it. What was decided once is not proposed again.

    `region` is where it is decided: the place of enrolment, of a payment for refund the place where it was paid.
    `event_on` is the day of the event; of a reopening the day of the end that would be taken back.
    """

    class Kind(models.TextChoices):
        DEATH = "death", _("The person has died")
        ENLISTED = "enlisted", _("The person has enlisted")
        IN_PRISON = "in_prison", _("The person is in prison")
        MOVED_OUT = "moved_out", _("The person has moved away: enrolled elsewhere?")
        EMPLOYEE_COVER = "employee_cover", _("The person has employee insurance, which comes first")
        BACK_TO_NORMAL = "back_to_normal", _("The police list the person as normal again: was the end a mistake?")
        DUPLICATE = "duplicate", _("Paid more than once for the year: one payment goes to refund")

    class Status(models.TextChoices):
        OPEN = "open", _("To be decided")
        BY_RULE = "by_rule", _("Done by rule")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
        REJECTED = "rejected", pgettext_lazy("proposal", "Rejected")
        UNDONE = "undone", _("Undone")
        LAPSED = "lapsed", _("Overtaken by a later list")

    DONE = (Status.BY_RULE, Status.ACCEPTED)
    # Which reason the registration ends with.
    END_REASON = {
        Kind.DEATH: Registration.EndReason.DEATH,
        Kind.ENLISTED: Registration.EndReason.ENLISTED,
        Kind.IN_PRISON: Registration.EndReason.IN_PRISON,
        Kind.MOVED_OUT: Registration.EndReason.OTHER_AREA,
        Kind.EMPLOYEE_COVER: Registration.EndReason.EMPLOYEE_INSURANCE,
    }
    # Ends that the status in the list of the police brings.
    BY_STATUS = (Kind.DEATH, Kind.ENLISTED, Kind.IN_PRISON, Kind.MOVED_OUT)

    class StaysBy(models.TextChoices):
        """What puts the other payment first (SL-5.3, PL-7.3a)."""

        COLLEGE_STUDENT = "college_student", _("paid as a college student")
        USUAL_RESIDENCE = "usual_residence", _("paid at the usual residence")
        FIRST_PAYMENT = "first_payment", _("paid first")

    scope = AnyOf(ByRegion("region", "person__region"))

    kind = models.CharField(_("what the list says"), max_length=16, choices=Kind.choices)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="proposals", verbose_name=_("registration")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="proposals", verbose_name=_("person"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("place of enrolment"))
    event_on = models.DateField(_("on"))
    clauses = models.CharField(_("clauses"), max_length=80, blank=True)
    end_reason = models.CharField(
        _("reason of the end that would be taken back"),
        max_length=24,
        choices=Registration.EndReason.choices,
        blank=True,
    )
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="proposals", null=True, blank=True, verbose_name=_("goes to refund")
    )
    stays = models.ForeignKey(Payment, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("stays"))
    stays_by = models.CharField(_("because it was"), max_length=16, choices=StaysBy.choices, blank=True)
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
            models.UniqueConstraint(
                fields=["registration", "kind", "event_on"],
                condition=~Q(kind="duplicate"),
                name="proposal_once",
            ),
            models.UniqueConstraint(fields=["payment"], condition=Q(kind="duplicate"), name="proposal_once_a_payment"),
            models.CheckConstraint(
                name="proposal_decided_by_someone", condition=Q(status="open") | Q(decided_on__isnull=False)
            ),
            models.CheckConstraint(
                name="proposal_names_both_payments",
                condition=~Q(kind="duplicate")
                | (Q(payment__isnull=False, stays__isnull=False) & ~Q(stays_by="") & ~Q(payment=F("stays"))),
            ),
            models.CheckConstraint(
                name="proposal_names_the_end", condition=~Q(kind="back_to_normal") | ~Q(end_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"
