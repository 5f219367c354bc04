"""Receipts of the tax bureau, and the entitlement record that rests on them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from enrollment.models.people import Person
from exchanges.models import Batch
from regions.models import Region


class Payment(ScopedModel):
    """A receipt of the tax bureau. A reversal cancels its receipt: `reversed_on` is set, the row stays."""

    scope = AnyOf(ByRegion("region", "person__region"))

    receipt_no = models.CharField(_("receipt number"), max_length=60, unique=True)
    # Found by `payment_of_person`, which begins with it.
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="payments", db_index=False, verbose_name=_("person")
    )
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("place of enrolment"))
    tier = models.PositiveSmallIntegerField(_("tier"), default=1)
    amount_fen = models.BigIntegerField(_("amount"), help_text=_("fen"))
    paid_on = models.DateField(_("paid on"))
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))
    by_roster = models.BooleanField(_("paid by a department in one batch"), default=False)
    reversed_on = models.DateField(_("reversed on"), null=True, blank=True)
    reversal_batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("reversed by batch")
    )
    refunded_on = models.DateField(_("refunded on"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [
            models.Index(fields=["coverage_year", "region", "paid_on"], name="payment_by_place"),
            models.Index(fields=["person", "coverage_year"], name="payment_of_person"),
        ]
        constraints = [
            # Every payment has a voucher (PL-6.3).
            models.CheckConstraint(name="payment_has_voucher", condition=~Q(receipt_no="")),
            models.CheckConstraint(name="payment_not_negative", condition=Q(amount_fen__gte=0)),
            models.CheckConstraint(
                name="payment_reversed_after", condition=Q(reversed_on__isnull=True) | Q(reversed_on__gte=F("paid_on"))
            ),
            models.CheckConstraint(name="payment_tier", condition=Q(tier__in=[1, 2])),
        ]

    def __str__(self) -> str:
        return self.receipt_no


class Entitlement(ScopedModel):
    """权益记录: from when to when a person has benefits, by which payment and which clauses. History is kept:

    a new version supersedes the old one, which stays with the day from which it no longer counts.
    """

    scope = AnyOf(ByRegion("region", "person__region"))

    person = models.ForeignKey(Person, models.PROTECT, related_name="entitlements", verbose_name=_("person"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    # Found by person and by place; an index of either reference of its own would only slow decisions down.
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("place of enrolment")
    )
    starts_on = models.DateField(_("benefits from"))
    ends_on = models.DateField(_("benefits to"), help_text=_("Last day with benefits"))
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="+", null=True, db_index=False, verbose_name=_("by payment")
    )
    clauses = models.CharField(_("clauses"), max_length=200)
    recorded_on = models.DateField(_("recorded on"))
    superseded_on = models.DateField(_("superseded on"), null=True, blank=True)

    class Meta:
        verbose_name = _("entitlement record")
        verbose_name_plural = _("entitlement records")
        indexes = [models.Index(fields=["region", "coverage_year"], name="entitlement_by_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "coverage_year"], condition=Q(superseded_on__isnull=True), name="entitlement_current"
            ),
            models.CheckConstraint(name="entitlement_forward", condition=Q(ends_on__gte=F("starts_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}–{self.ends_on}"
