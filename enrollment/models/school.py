"""Schools as units, and who goes to them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel, Through
from enrollment.models.people import Person
from exchanges.models import Batch
from regions.models import Region


class School(ScopedModel):
    """A school as a unit, in the area whose education bureau lists its students (SL-6.2d). Seen also by those whose
    people go to it."""

    scope = AnyOf(
        ByRegion("region"),
        Through("enrollment.Schooling", "school", ByRegion("person__region", "person__residence")),
    )

    name = models.CharField(_("school"), max_length=80)
    # Found by `school_once`, which begins with it.
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("area"))

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

    scope = ByRegion("school__region", "person__region", "person__residence")

    # Found by `schooling_once`.
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="schoolings", db_index=False, verbose_name=_("person")
    )
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
