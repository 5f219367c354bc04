from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Bureau
from accounts.scope import AllOf, AnyOf, ByBureau, ByRegion, ForPermission, Own, Scope, ScopedModel
from exchanges.calendar.models import DeliverySchedule
from exchanges.channels.models import BoxFile, DropBox
from exchanges.outbound.models import Delivery, Receipt
from regions.models import Region

__all__ = [
    "Batch",
    "BatchChunk",
    "BoxFile",
    "Delivery",
    "DeliverySchedule",
    "DropBox",
    "LedgerExport",
    "Receipt",
    "RowError",
]


def _seen_by_its_department(path: str = "") -> Scope:
    """A list holds what one department knows of people: it is seen by who sent it, by that department, and by those
    who watch over all of them in the area."""
    return AnyOf(
        Own(f"{path}uploaded_by"),
        AllOf(ByBureau(f"{path}sender"), ByRegion(f"{path}region")),
        AllOf(ForPermission("exchanges.view_every_sender"), ByRegion(f"{path}region")),
    )


class Batch(ScopedModel):
    """One file of one department, from arrival to result. The row is the queue and the truth.

    A worker holds a batch by a lease with a fence token; every write of the run checks the token, so a worker that
    lost its lease cannot commit.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Waiting")
        STAGING = "staging", _("Reading")
        CHECKING = "checking", _("Checking")
        HELD = "held", _("Waits for approval")
        MERGING = "merging", _("Merging")
        MERGED = "merged", _("Done")
        UNCHANGED = "unchanged", _("Nothing new")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    # A worker may take a batch in one of these states, as soon as no other one holds it.
    OPEN = (Status.RECEIVED, Status.STAGING, Status.CHECKING, Status.MERGING)
    # In a worker's hands, or worked off to the end.
    BEGUN = (Status.STAGING, Status.CHECKING, Status.MERGING, Status.MERGED, Status.UNCHANGED)
    # Later lists of the same line wait for these.
    UNFINISHED = (*OPEN, Status.HELD, Status.FAILED)
    FINAL = (Status.MERGED, Status.UNCHANGED, Status.REFUSED, Status.FAILED, Status.CANCELLED)

    scope = _seen_by_its_department()

    kind = models.CharField(_("kind of list"), max_length=24)
    sender = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, verbose_name=_("from"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    business_on = models.DateField(_("business date"))
    file = models.FileField(_("file"), upload_to="batches/%Y/%m/")
    file_name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    content_hash = models.CharField(_("hash of the rows"), max_length=64, blank=True)

    is_full = models.BooleanField(_("complete list"), default=False)
    period = models.CharField(_("period"), max_length=7, blank=True, help_text=_("year and month, e.g. 2021-10"))
    sequence = models.PositiveIntegerField(_("sequence number"), null=True, blank=True)
    rows_of_manifest = models.PositiveIntegerField(_("rows by its manifest"), null=True, blank=True)

    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RECEIVED)
    reason = models.TextField(_("reason"), blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    # Of the step that the batch is in: `total` is an estimate while the file is read, 0 where it is not known.
    done = models.PositiveIntegerField(_("rows worked off"), default=0)
    done_before = models.PositiveIntegerField(_("of these by an earlier attempt"), default=0)
    total = models.PositiveIntegerField(_("rows of this step"), default=0)
    layout = models.JSONField(_("layout of the file"), null=True, encoder=DjangoJSONEncoder)
    errors_file = models.FileField(_("error file"), upload_to="errors/%Y/%m/", blank=True)
    preview = models.JSONField(_("what it would change"), null=True, encoder=DjangoJSONEncoder)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("approved by")
    )

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    fence = models.PositiveBigIntegerField(_("fence"), default=0)

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("received at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    step_at = models.DateTimeField(_("in this step since"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "id"], name="batch_queue"),
            models.Index(fields=["kind", "region", "coverage_year", "sha256"], name="batch_same_file"),
            models.Index(fields=["kind", "region", "coverage_year", "content_hash"], name="batch_same_rows"),
        ]
        constraints = [
            models.CheckConstraint(name="batch_counts_add_up", condition=Q(rows__gte=F("accepted") + F("refused"))),
            models.CheckConstraint(
                name="batch_refused_with_reason", condition=~Q(status__in=["refused", "failed"]) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.file_name}"


class Brake(ScopedModel):
    """From when on a list that ends marks waits for a second person, for an area and what lies below it.

    The deepest area counts; where none is set, the values of a new row do.
    """

    scope = ByRegion("region")

    region = models.OneToOneField(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    most_ended_percent = models.PositiveSmallIntegerField(
        _("most marks ended (%)"),
        default=20,
        help_text=_("A list that would end more than this share of the marks that stand waits for a second person."),
    )
    from_marks = models.PositiveIntegerField(
        _("from so many marks on"),
        default=20,
        help_text=_("A list of changes that ends fewer marks never waits; complete lists always do."),
    )

    most_outside_percent = models.PositiveSmallIntegerField(
        _("most rows of other areas or departments (%)"),
        default=50,
        help_text=_(
            "A list of which a larger share names places outside its area, or what another department determines, "
            "waits for a second person."
        ),
    )

    class Meta:
        verbose_name = _("brake on lists")
        verbose_name_plural = _("brakes on lists")
        constraints = [
            models.CheckConstraint(
                name="brake_percent", condition=Q(most_ended_percent__lte=100, most_outside_percent__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.most_ended_percent} %"


class BatchChunk(ScopedModel):
    """The ledger of a batch's merge: a chunk that stands here has been merged, in the same transaction."""

    scope = _seen_by_its_department("batch__")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="chunks", verbose_name=_("batch"))
    number = models.PositiveIntegerField(_("chunk"))
    first_row = models.PositiveIntegerField(
        _("first place"), help_text=_("in the order in which rows are merged; not a row of the file")
    )
    last_row = models.PositiveIntegerField(
        _("last place"), help_text=_("in the order in which rows are merged; not a row of the file")
    )
    changed = models.PositiveIntegerField(_("changed"))
    merged_at = models.DateTimeField(_("merged at"), auto_now_add=True)

    class Meta:
        verbose_name = _("chunk of a batch")
        verbose_name_plural = _("chunks of batches")
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_chunk_once")]


class RowError(ScopedModel):
    """One reason why a row was refused. The row itself stands in the stored file; `row_number` is its number there.

    `code` is one of the problems of the kind of list (`exchanges.kinds`), which says it in words; `detail` is what the
    words need of the row, personal data masked.
    """

    scope = _seen_by_its_department("batch__")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="row_errors", verbose_name=_("batch"))
    row_number = models.PositiveIntegerField(_("row"))
    field = models.CharField(_("field"), max_length=24, blank=True)
    code = models.CharField(_("reason"), max_length=40)
    detail = models.CharField(_("detail"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ["batch", "row_number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_number", "field", "code"], name="row_error_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.row_number} {self.field} {self.code}"


class LedgerExport(ScopedModel):
    """A ledger that left the house: which, for whom, how many rows, and the hash of what was written."""

    scope = AnyOf(Own("by"), ByRegion("region"))

    ledger = models.CharField(_("ledger"), max_length=24)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("area"))
    coverage_year = models.PositiveSmallIntegerField(_("coverage year"))
    on = models.DateField(_("business date"))
    format = models.CharField(_("format"), max_length=4)
    rows = models.PositiveIntegerField(_("rows"))
    sha256 = models.CharField("SHA-256", max_length=64)
    full_numbers = models.BooleanField(_("with full numbers"), default=False)
    why = models.CharField(_("why"), max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("exported ledger")
        verbose_name_plural = _("exported ledgers")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.ledger} {self.region} {self.coverage_year}"
