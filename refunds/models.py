from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from enrollment.models import Payment
from privacy.fields import EncryptedTextField
from regions.models import Region


class Application(ScopedModel):
    """A refund application on its way: tax intake → agency's final approval → agency's payout (SL-5.4b).

    Each step is taken by another person; the database refuses the same one twice, and a second payout.
    """

    class Reason(models.TextChoices):
        DEATH = "death", _("Death")
        DUPLICATE = "duplicate", _("Duplicate payment")
        EMPLOYEE_INSURANCE = "employee_insurance", _("Joined employee insurance")
        OTHER_AREA = "other_area", _("Enrolled in another pooling area")
        WRONG_PLACE = "wrong_place", _("Paid to the wrong place")
        ENLISTMENT = "enlistment", _("Enlisted")
        PRISON = "prison", _("Serving a sentence")

    class Status(models.TextChoices):
        APPLIED = "applied", _("Waits for tax intake")
        TAKEN_IN = "taken_in", _("Waits for final approval")
        APPROVED = "approved", _("Waits for payout")
        PAID = "paid", _("Paid out")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    scope = AnyOf(ByRegion("region", "payment__person__region"))

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refund_applications", verbose_name=_("payment"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("place of enrolment"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    applied_on = models.DateField(_("applied on"))
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    amount_fen = models.BigIntegerField(_("amount"), help_text=_("fen"))
    account = EncryptedTextField(_("bank account"), purpose="refunds.application.account", null=True)
    account_holder = models.CharField(_("account holder"), max_length=60, blank=True)
    remark = models.CharField(_("remark"), max_length=400, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.APPLIED)

    class Meta:
        verbose_name = _("refund application")
        verbose_name_plural = _("refund applications")
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "region"], name="refund_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=~Q(status__in=["rejected", "withdrawn"]),
                name="refund_one_open_a_payment",
                violation_error_message=_("There is already a refund application for this payment."),
            ),
            models.CheckConstraint(name="refund_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.payment}"


class Step(ScopedModel):
    """A step that was taken: which, when, by whom, with what result and why."""

    class Kind(models.TextChoices):
        TAX_INTAKE = "tax_intake", _("Tax intake")
        AGENCY_FINAL = "agency_final", _("Agency's final approval")
        AGENCY_PAYOUT = "agency_payout", _("Agency's payout")

    scope = AnyOf(ByRegion("application__region", "application__payment__person__region"))

    application = models.ForeignKey(Application, models.PROTECT, related_name="steps", verbose_name=_("application"))
    kind = models.CharField(_("step"), max_length=14, choices=Kind.choices)
    approved = models.BooleanField(_("approved"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    on = models.DateField(_("business date"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    why = models.CharField(_("why"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("step of a refund")
        verbose_name_plural = _("steps of refunds")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="refund_step_once"),
            models.UniqueConstraint(fields=["application", "by"], name="refund_step_another_person"),
            models.CheckConstraint(name="refund_rejection_has_reason", condition=Q(approved=True) | ~Q(why="")),
        ]


class Payout(ScopedModel):
    """The money that went back; one a payment, for good."""

    scope = AnyOf(ByRegion("application__region", "application__payment__person__region"))

    application = models.OneToOneField(
        Application, models.PROTECT, related_name="payout", verbose_name=_("application")
    )
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="payout", verbose_name=_("payment"))
    amount_fen = models.BigIntegerField(_("amount"), help_text=_("fen"))
    paid_on = models.DateField(_("paid out on"))
    voucher = models.CharField(_("voucher number"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [models.CheckConstraint(name="payout_positive", condition=Q(amount_fen__gt=0))]
