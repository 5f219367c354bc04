"""Where a person is enrolled for a year, or why not."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import ByRegion, ScopedModel
from enrollment.models.people import Person
from policy.newborn import situation_by_birth
from regions.models import Region


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
    # Found by `registration_by_place`, which begins with it.
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("place of enrolment")
    )
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

    @property
    def decided_situation(self) -> str:
        """Name of the situation that the person is decided for by: of a young child it is told from the birth date."""
        return self.Situation(situation_by_birth(self.situation, self.person.birth_date.year, self.coverage_year)).label


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
    # Found by `reason_by_place`, which begins with it.
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("hukou place"))
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
