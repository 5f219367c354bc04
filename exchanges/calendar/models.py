from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scope import ByRegion, ScopedModel
from exchanges.outbound.kinds import title_of
from exchanges.writers import FORMATS
from regions.models import Region


class DeliverySchedule(ScopedModel):
    """A list that an area has made by itself when the notice in force wants it. Without a row, or with one that is
    switched off, only people make it.
    """

    scope = ByRegion("region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    kind = models.CharField(_("kind of delivery"), max_length=24)
    is_active = models.BooleanField(_("made by itself"), default=False)
    days_before = models.PositiveSmallIntegerField(
        _("days before the deadline"), default=0, help_text=_("0: on the last day in time; 2 for a week: on Friday")
    )
    format = models.CharField(_("format"), max_length=4, choices=[(name, name) for name in FORMATS], default="xlsx")
    sends = models.BooleanField(
        _("left in the drop box"),
        default=True,
        help_text=_("Where one is entered for the receiver; else staff send it."),
    )
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    trouble = models.CharField(_("trouble at the last look"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("schedule of a delivery")
        verbose_name_plural = _("schedules of deliveries")
        constraints = [
            models.UniqueConstraint(fields=["region", "kind"], name="schedule_once"),
            models.CheckConstraint(name="schedule_within_a_week", condition=models.Q(days_before__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.region} · {self.title}"

    @property
    def title(self) -> str:
        """What the kind of delivery is called."""
        return title_of(self.kind)
