from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from exchanges.models import Batch
from privacy.fields import BlindIndexField, EncryptedTextField
from privacy.masks import mask_number
from regions.models import Region


class DocumentKind(models.TextChoices):
    """Kinds of identity document with the codes of the national medical-security platform."""

    RESIDENT_ID = "01", _("Resident identity card")
    FOREIGN_PERMANENT = "07", _("Foreign permanent residence card")
    PASSPORT = "08", _("Foreign passport")
    HMT_RESIDENCE = "17", _("HK/Macau/Taiwan residence permit")


class Person(ScopedModel):
    """A resident, identified by kind of document and number. `region` is the place of hukou (ZJ-1.1, PL-7.1)."""

    class Status(models.TextChoices):
        NORMAL = "normal", _("Normal")
        DEAD = "dead", _("Dead")
        MOVED_OUT = "moved_out", _("Moved out")
        ENLISTED = "enlisted", _("Enlisted")
        IN_PRISON = "in_prison", _("In prison")

    scope = AnyOf(ByRegion("region", "residence"))

    name = models.CharField(_("name"), max_length=60, db_index=True)
    document_kind = models.CharField(_("kind of document"), max_length=2, choices=DocumentKind.choices)
    id_number = EncryptedTextField(_("id number"), purpose="enrollment.person.id_number")
    id_number_index = BlindIndexField(_("index of the id number"), unique=True)
    birth_date = models.DateField(_("birth date"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("hukou place"))
    residence = models.ForeignKey(
        Region, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("residence")
    )
    household = models.CharField(_("household number"), max_length=40, blank=True)
    phone = EncryptedTextField(_("phone"), purpose="enrollment.person.phone", null=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.NORMAL)
    status_on = models.DateField(_("status since"), null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["region", "name"], name="person_by_place")]
        constraints = [
            models.CheckConstraint(
                name="person_status_dated", condition=Q(status="normal") | Q(status_on__isnull=False)
            ),
            models.CheckConstraint(name="person_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_number(self) -> str:
        return mask_number(self.id_number)


class Registration(ScopedModel):
    """参保登记: a person's enrolment in a place for a coverage year, with what the rules ask about it."""

    class Situation(models.TextChoices):
        GENERAL = "general", _("General")
        NEWBORN = "newborn", _("Newborn")
        COLLEGE_STUDENT = "college_student", _("College student")
        EMPLOYEE_LAPSED = "employee_lapsed", _("Lapsed from employee insurance")
        DISCHARGED_SOLDIER = "discharged_soldier", _("Discharged soldier")
        RETURNING_GRADUATE = "returning_graduate", _("Returning graduate")
        RELEASED_PRISONER = "released_prisoner", _("Released prisoner")
        MISSING_FOUND = "missing_found", _("Missing person found")
        RETURNING_MIGRANT = "returning_migrant", _("Returning migrant worker")

    class Student(models.TextChoices):
        NONE = "none", _("No student")
        SCHOOL = "school", _("Pupil")
        COLLEGE = "college", _("College student")

    scope = ByRegion("region")

    person = models.ForeignKey(Person, models.PROTECT, related_name="registrations", verbose_name=_("person"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("place of enrolment"))
    situation = models.CharField(_("situation"), max_length=20, choices=Situation.choices, default=Situation.GENERAL)
    student = models.CharField(_("student"), max_length=8, choices=Student.choices, default=Student.NONE)
    tier = models.PositiveSmallIntegerField(_("tier"), default=1)
    employee_cover_ended_on = models.DateField(_("employee insurance ended on"), null=True, blank=True)
    employee_cover_years = models.PositiveSmallIntegerField(_("years of employee insurance in a row"), default=0)
    registered_on = models.DateField(_("registered on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=24, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [models.Index(fields=["region", "coverage_year"], name="registration_by_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "coverage_year"], condition=Q(ended_on__isnull=True), name="registration_once_a_year"
            ),
            models.CheckConstraint(name="registration_tier", condition=Q(tier__in=[1, 2])),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.coverage_year}"


class Payment(ScopedModel):
    """A receipt of the tax bureau. A reversal cancels its receipt: `reversed_on` is set, the row stays."""

    scope = AnyOf(ByRegion("region", "person__region"))

    receipt_no = models.CharField(_("receipt number"), max_length=60, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="payments", verbose_name=_("person"))
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
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("place of enrolment"))
    starts_on = models.DateField(_("benefits from"))
    ends_on = models.DateField(_("benefits to"), help_text=_("Last day with benefits"))
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+", null=True, verbose_name=_("by payment"))
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


class NumberReveal(ScopedModel):
    """A full number that was shown on request, with the reason."""

    scope = ByRegion("region")

    person = models.ForeignKey(Person, models.PROTECT, related_name="reveals", verbose_name=_("person"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    why = models.CharField(_("why"), max_length=400)

    class Meta:
        verbose_name = _("number shown")
        verbose_name_plural = _("numbers shown")
        constraints = [models.CheckConstraint(name="reveal_has_reason", condition=~Q(why=""))]
