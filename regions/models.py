from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from regions.fields import RegionCodeField


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    TOWN = "town", _("Town")
    VILLAGE = "village", _("Village")
    AREA = "area", _("Area outside the register")


class Region(models.Model):
    """A division of the statistical register, or an area that no register knows (Changbaishan: made of members).

    `code` is the 12-digit division code. A region's own part of the tree is the range of codes that share its
    prefix; an area is the union of its members' ranges (`regions.queries.code_ranges`).
    """

    code = RegionCodeField(_("division code"), primary_key=True, validators=[RegexValidator(r"^[0-9A-Z]{12}$")])
    name = models.CharField(_("name of the region"), max_length=80)
    full_name = models.CharField(_("full name"), max_length=240, db_index=True)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("succeeded by")
    )
    ended_on = models.DateField(
        _("abolished on"), null=True, blank=True, help_text=_("First day on which it is no more")
    )

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_ended_with_date",
                condition=models.Q(successor__isnull=True) | models.Q(ended_on__isnull=False),
                violation_error_message=_("A region that has a successor needs the date from which it counts."),
            ),
            models.CheckConstraint(
                name="region_level_known", condition=models.Q(level__in=[str(value) for value in Level.values])
            ),
            models.CheckConstraint(
                name="region_not_its_own_successor",
                condition=models.Q(successor__isnull=True) | ~models.Q(successor=models.F("code")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RegionAlias(models.Model):
    """Another spelling of a region's name, as notices, annexes or departments write it."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="aliases", verbose_name=_("region"))
    name = models.CharField(_("alias"), max_length=80, db_index=True)
    source = models.CharField(_("source"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("alias of a region")
        verbose_name_plural = _("aliases of regions")
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="region_alias_once")]

    def __str__(self) -> str:
        return self.name


class AreaMember(models.Model):
    """A division that belongs to an area outside the register, e.g. the towns of the Changbaishan committee."""

    area = models.ForeignKey(
        Region, models.CASCADE, related_name="members", limit_choices_to={"level": "area"}, verbose_name=_("area")
    )
    member = models.ForeignKey(Region, models.PROTECT, related_name="areas", verbose_name=_("member"))

    class Meta:
        verbose_name = _("member of an area")
        verbose_name_plural = _("members of areas")
        constraints = [
            models.UniqueConstraint(fields=["area", "member"], name="area_member_once"),
            models.CheckConstraint(name="area_not_member_of_itself", condition=~models.Q(area=models.F("member"))),
        ]

    def __str__(self) -> str:
        return f"{self.area} · {self.member}"
