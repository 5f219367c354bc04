from typing import NamedTuple

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Bureau
from accounts.scope import AllOf, AnyOf, ByBureau, ByRegion, ForPermission, Scope, ScopedModel
from regions.models import Region


def _seen_by_its_receiver(path: str = "") -> Scope:
    """A delivery holds full numbers: it is seen by the bureau that it goes to, and by those who watch over the
    exchange with every bureau in the area."""
    return AnyOf(
        AllOf(ByBureau(f"{path}receiver"), ByRegion(f"{path}region")),
        AllOf(ForPermission("exchanges.view_every_sender"), ByRegion(f"{path}region")),
    )


class Delivery(ScopedModel):
    """A list that was made for another department: kept as it left, so that it can be repeated to the byte.

    A line is everything of one kind, area, year and receiver; its deliveries are numbered from 1 without a gap.
    `base_sequence` is the delivery whose changes this one holds, 0 where it holds everything. `standing` keeps the
    rows as the receiver has them after the latest delivery of the line; the next one is compared with them.
    `occurrence` is what of the notice's calendar it was made for (`policy.deadlines`), "" where a person made it of
    their own accord; only such a delivery may be empty, to say that nothing has changed.
    """

    class Status(models.TextChoices):
        MADE = "made", _("Made, not sent yet")
        SENT = "sent", _("Sent, waits for the receipt")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        REFUSED = "refused", _("Objected to by the receiver")

    scope = _seen_by_its_receiver()

    kind = models.CharField(_("kind of delivery"), max_length=24)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    receiver = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name=_("receiver"))
    receiver_name = models.CharField(
        _("name of the receiver"), max_length=80, help_text=_("As it was called then; it stands in file and manifest")
    )
    sequence = models.PositiveIntegerField(_("number"), default=1)
    base_sequence = models.PositiveIntegerField(_("changes since number"), default=0)
    occurrence = models.CharField(
        _("made for"), max_length=10, blank=True, help_text=_("The week, month or day of the notice, e.g. 2021-W47")
    )
    on = models.DateField(_("business date"))
    format = models.CharField(_("format"), max_length=4)
    columns_version = models.CharField(_("version of the columns"), max_length=12)

    rows = models.PositiveIntegerField(_("rows"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    withdrawn = models.PositiveIntegerField(_("withdrawn"), default=0)
    sum_fen = models.BigIntegerField(_("sum"), null=True, help_text=_("fen, without withdrawn rows"))
    standing_rows = models.PositiveIntegerField(_("rows that stand after it"), default=0)
    standing_fen = models.BigIntegerField(_("sum that stands after it"), null=True, help_text=_("fen"))
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("bytes"))
    file = models.FileField(_("file"), upload_to="deliveries/%Y/%m/")
    standing = models.FileField(_("rows as they stand"), upload_to="deliveries/standing/", blank=True)

    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.MADE)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    repeated_on = models.DateField(_("sent once more on"), null=True, blank=True)
    sent_via = models.CharField(_("sent by way of"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "sent_on"], name="delivery_unanswered")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "region", "coverage_year", "receiver", "sequence"], name="delivery_number_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "region", "coverage_year", "occurrence"],
                condition=~Q(occurrence=""),
                name="delivery_occurrence_once",
            ),
            models.CheckConstraint(
                name="delivery_after_its_base", condition=Q(sequence__gte=1, base_sequence__lt=F("sequence"))
            ),
            models.CheckConstraint(
                name="delivery_counts_add_up", condition=Q(rows=F("added") + F("changed") + F("withdrawn"))
            ),
            models.CheckConstraint(
                name="delivery_status_known", condition=Q(status__in=["made", "sent", "acknowledged", "refused"])
            ),
            models.CheckConstraint(name="delivery_sent_dated", condition=~Q(status="sent") | Q(sent_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.region_id} {self.coverage_year} No. {self.sequence}"

    @property
    def is_full(self) -> bool:
        return not self.base_sequence

    @property
    def file_name(self) -> str:
        """`marks_610926000000_2022_0003_changes.xlsx`: it says what it is and holds nothing of anyone."""
        what = "full" if self.is_full else "changes"
        return f"{self.kind}_{self.region_id}_{self.coverage_year}_{self.sequence:04d}_{what}.{self.format}"


class Refusal(NamedTuple):
    """A row of the file that the receiver did not take, and the number of the delivery in which it went out again, or
    before which it had gone from the register; None: it waits to be mended."""

    row: int
    reason: str
    settled_by: int | None = None


class Receipt(ScopedModel):
    """What the receiver says of a delivery: how many rows were taken, which were refused and why, of which file."""

    class Origin(models.TextChoices):
        FILE = "file", _("Receipt file")
        ENTERED = "entered", _("Entered by hand")

    scope = _seen_by_its_receiver("delivery__")

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="receipts", verbose_name=_("delivery"))
    origin = models.CharField(_("origin"), max_length=8, choices=Origin.choices)
    content_hash = models.CharField(_("hash of the receipt"), max_length=64)
    received_on = models.DateField(_("received on"))
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    sequence = models.PositiveIntegerField(_("number"), null=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    accepted = models.PositiveIntegerField(_("accepted rows"), default=0)
    refused = models.PositiveIntegerField(_("refused rows"), default=0)
    sum_fen = models.BigIntegerField(_("sum"), null=True, help_text=_("fen"))
    refused_rows = models.JSONField(
        _("reasons"), default=list, encoder=DjangoJSONEncoder, help_text=_("[row, reason] each")
    )
    remark = models.CharField(_("remark"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("receipt of a delivery")
        verbose_name_plural = _("receipts of deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "content_hash"], name="receipt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery} {self.received_on}"

    @property
    def refusals(self) -> list[Refusal]:
        """`refused_rows`: each is kept as [row, reason], and as [row, reason, number of a delivery] once settled."""
        return [Refusal(*each) for each in self.refused_rows]
