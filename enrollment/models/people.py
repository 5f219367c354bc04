"""People of the register, and who asked for a full number."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from exchanges.models import Batch
from privacy.fields import BlindIndexField, EncryptedTextField
from privacy.masks import mask_number
from regions.models import Region


class DocumentKind(models.TextChoices):
    """Kinds of identity document with the codes of the national medical-security platform."""

    RESIDENT_ID = "01", _("Resident identity card")
    HK_PASS = "04", _("Mainland travel permit of a Hong Kong resident")
    MACAU_PASS = "05", _("Mainland travel permit of a Macau resident")
    TAIWAN_PASS = "06", _("Mainland travel permit of a Taiwan resident")
    FOREIGN_PERMANENT = "07", _("Foreign permanent residence card")
    PASSPORT = "08", _("Foreign passport")
    HMT_RESIDENCE = "17", _("HK/Macau/Taiwan residence permit")
    OTHER = "99", _("Other document")


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
    # Found by `person_by_place`, which begins with it.
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("hukou place"))
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
