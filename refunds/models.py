from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.scope import ByRegion, ScopedModel
from enrollment.models import Payment
from notices.models import PackVersion
from privacy.fields import EncryptedTextField
from privacy.masks import mask_account
from regions.models import Region


class Application(ScopedModel):
    """A refund application on its way: tax intake → agency's final approval → agency's payout (SL-5.4b, PL-7.3b).

    Whoever entered it takes none of the three steps, and nobody takes two of them; the database refuses the same
    person twice, and a second payout. `allowed` is what the notice says (true; null: it has no rule, people decide),
    `facts` and `answer` are the engine's own JSON, so that the application can be explained by `pack_version` later.
    """

    class Reason(models.TextChoices):
        DEATH = "death", _("Death")
        DUPLICATE = "duplicate", _("Duplicate payment")
        EMPLOYEE_INSURANCE = "employee_insurance", _("Joined employee insurance")
        OTHER_AREA = "other_area", _("Enrolled in another pooling area")
        WRONG_PLACE = "wrong_place", _("Paid to the wrong place")
        ENLISTMENT = "enlistment", pgettext_lazy("refund", "Enlisted")
        PRISON = "prison", _("Serving a sentence")

    class Status(models.TextChoices):
        APPLIED = "applied", _("Waits for tax intake")
        TAKEN_IN = "taken_in", _("Waits for final approval")
        APPROVED = "approved", _("Waits for payout")
        PAID = "paid", _("Paid out")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (Status.APPLIED, Status.TAKEN_IN, Status.APPROVED)

    scope = ByRegion("region", "payment__person__region")

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
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", verbose_name=_("by version"))
    allowed = models.BooleanField(_("allowed by the notice"), null=True)
    facts = models.JSONField(_("facts"), encoder=DjangoJSONEncoder)
    answer = models.JSONField(_("answer"), encoder=DjangoJSONEncoder)

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
            models.CheckConstraint(
                name="refund_not_against_notice", condition=Q(allowed=True) | Q(allowed__isnull=True)
            ),
            models.CheckConstraint(
                name="refund_reason_known",
                condition=Q(
                    reason__in=[
                        "death",
                        "duplicate",
                        "employee_insurance",
                        "other_area",
                        "wrong_place",
                        "enlistment",
                        "prison",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="refund_status_known",
                condition=Q(status__in=["applied", "taken_in", "approved", "paid", "rejected", "withdrawn"]),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.payment}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def masked_account(self) -> str:
        return mask_account(self.account) if self.account else ""

    @property
    def clauses(self) -> list[str]:
        """Ids of the clauses that decided, the leading one first; empty where the notice has no rule."""
        return self.answer.get("citations", [])

    @property
    def benefit_from_first_payment(self) -> bool:
        """Paid to the wrong place: who pays again where it should be has benefits from the first payment (PL-7.3b)."""
        return bool(self.answer.get("benefit_from_first_payment"))


class Step(ScopedModel):
    """A step that was taken: which, when, by whom, with what result and why. Never changed (migration 0002)."""

    class Kind(models.TextChoices):
        APPLICATION = "application", _("Application")
        TAX_INTAKE = "tax_intake", _("Tax intake")
        AGENCY_FINAL = "agency_final", _("Agency's final approval")
        AGENCY_PAYOUT = "agency_payout", _("Agency's payout")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    scope = ByRegion("application__region", "application__payment__person__region")

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
            # Who entered an application may withdraw it; every other second step of a person is refused.
            models.UniqueConstraint(
                fields=["application", "by"], condition=~Q(kind="withdrawal"), name="refund_step_another_person"
            ),
            models.CheckConstraint(
                name="refund_step_known",
                condition=Q(kind__in=["application", "tax_intake", "agency_final", "agency_payout", "withdrawal"]),
            ),
            models.CheckConstraint(
                name="refund_rejected_where_judged",
                condition=Q(approved=True) | Q(kind__in=["tax_intake", "agency_final"]),
            ),
            models.CheckConstraint(
                name="refund_end_has_reason", condition=(Q(approved=True) & ~Q(kind="withdrawal")) | ~Q(why="")
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.application_id} {self.get_kind_display()}"


class Payout(ScopedModel):
    """The money that went back; one a payment, for good.

    The database takes it only after three approved steps of the chain, for the payment and the amount of its
    application (migration 0002).
    """

    scope = ByRegion("application__region", "application__payment__person__region")

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

    def __str__(self) -> str:
        return self.voucher
