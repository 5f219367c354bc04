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

    class EndReason(models.TextChoices):
        """Why an enrolment ends before its year does (PL-7.5, SL-5.4a)."""

        DEATH = "death", _("Death")
        ENLISTED = "enlisted", _("Enlisted")
        IN_PRISON = "in_prison", _("In prison")
        EMPLOYEE_INSURANCE = "employee_insurance", _("Joined employee insurance")
        OTHER_AREA = "other_area", _("Enrolled in another area")
        REFUNDED = "refunded", _("Contribution refunded")
        MISTAKE = "mistake", _("Registered by mistake")

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
    end_reason = models.CharField(_("reason of the end"), max_length=24, choices=EndReason.choices, blank=True)

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


class NotEnrolledReason(ScopedModel):
    """Why a person did not enrol for a coverage year, verified one by one (ZJ-3.5), or a signed waiver (PL-8.3c).

    There is one that counts per person and year; a correction withdraws it and writes a new one, so the history stays.
    """

    class Reason(models.TextChoices):
        # Special situations of which evidence is collected and archived (ZJ-5.3a).
        ENLISTED = "enlisted", _("Enlisted")
        SCHOOLING = "schooling", _("At school elsewhere")
        MIGRANT_WORK = "migrant_work", _("Working away from home")
        MARRIAGE_MOVE = "marriage_move", _("Moved by marriage")
        PRISON = "prison", _("In prison")
        NO_HUKOU = "no_hukou", _("Without hukou")
        # Reasons of the waiver form (PL-8.3c, annex 2).
        COMMERCIAL_INSURANCE = "commercial_insurance", _("Has commercial insurance")
        EMPLOYEE_INSURANCE = "employee_insurance", _("Has employee insurance")
        HEALTHY = "healthy", _("Healthy, with a stable income")
        OTHER = "other", _("Other reason")

    WAIVER_REASONS = (Reason.COMMERCIAL_INSURANCE, Reason.EMPLOYEE_INSURANCE, Reason.HEALTHY, Reason.OTHER)

    scope = ByRegion("region")

    person = models.ForeignKey(Person, models.PROTECT, related_name="not_enrolled_reasons", verbose_name=_("person"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("hukou place"))
    reason = models.CharField(_("reason"), max_length=24, choices=Reason.choices)
    detail = models.CharField(_("in their own words"), max_length=200, blank=True)
    evidence = models.CharField(
        _("evidence"), max_length=200, blank=True, help_text=_("Which papers were seen and where they are kept")
    )
    waiver_signed_on = models.DateField(_("waiver signed on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_on = models.DateField(_("recorded on"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("reason for not enrolling")
        verbose_name_plural = _("reasons for not enrolling")
        indexes = [models.Index(fields=["region", "coverage_year"], name="reason_by_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "coverage_year"], condition=Q(withdrawn_on__isnull=True), name="reason_current"
            ),
            models.CheckConstraint(name="reason_other_in_words", condition=~Q(reason="other") | ~Q(detail="")),
            models.CheckConstraint(
                name="reason_of_a_waiver",
                condition=Q(waiver_signed_on__isnull=True)
                | Q(reason__in=["commercial_insurance", "employee_insurance", "healthy", "other"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.coverage_year}"


class EmployeeCover(ScopedModel):
    """A spell of employee insurance as its agency tells it (PL-2.5, PL-8.2a): from the first day, up to the first day
    without it. The list names people whom the resident register may not know: the index of the number is the key, and
    `region` the area that the list is about."""

    scope = ByRegion("region")

    id_number_index = BlindIndexField(_("index of the id number"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    employer = models.CharField(_("employer"), max_length=100, blank=True)
    started_on = models.DateField(_("insured from"), null=True, blank=True)
    ended_on = models.DateField(_("insured until before"), null=True, blank=True)
    years = models.PositiveSmallIntegerField(_("years of employee insurance in a row"), null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("employee insurance")
        verbose_name_plural = _("employee insurances")
        constraints = [
            models.UniqueConstraint(
                fields=["id_number_index"], condition=Q(ended_on__isnull=True), name="employee_cover_open_once"
            ),
            models.UniqueConstraint(fields=["id_number_index", "ended_on"], name="employee_cover_end_once"),
            models.CheckConstraint(
                name="employee_cover_dated", condition=Q(started_on__isnull=False) | Q(ended_on__isnull=False)
            ),
            models.CheckConstraint(
                name="employee_cover_forward",
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_on or '…'}–{self.ended_on or '…'}"


class School(ScopedModel):
    """A school as a unit, in the area whose education bureau lists its students (SL-6.2d)."""

    scope = ByRegion("region")

    name = models.CharField(_("school"), max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="school_once")]

    def __str__(self) -> str:
        return self.name


class Schooling(ScopedModel):
    """A person at a school: which stage, since when, and until when it is expected to last."""

    class Stage(models.TextChoices):
        KINDERGARTEN = "kindergarten", _("Kindergarten")
        PRIMARY = "primary", _("Primary school")
        JUNIOR = "junior", _("Junior middle school")
        SENIOR = "senior", _("Senior middle school")
        COLLEGE = "college", _("College")

    scope = AnyOf(ByRegion("school__region", "person__region"))

    person = models.ForeignKey(Person, models.PROTECT, related_name="schoolings", verbose_name=_("person"))
    school = models.ForeignKey(School, models.PROTECT, related_name="schoolings", verbose_name=_("school"))
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices)
    entered_on = models.DateField(_("entered on"), null=True, blank=True)
    graduates_on = models.DateField(_("expected graduation"), null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("schooling")
        verbose_name_plural = _("schoolings")
        constraints = [
            models.UniqueConstraint(fields=["person"], name="schooling_once"),
            models.CheckConstraint(
                name="schooling_forward",
                condition=Q(entered_on__isnull=True)
                | Q(graduates_on__isnull=True)
                | Q(graduates_on__gte=F("entered_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.school}"


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
