"""Reads of batches: which one is next, what was delivered before, why rows were refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from exchanges.kinds import by_name
from exchanges.leases import unheld
from exchanges.models import Batch, BatchChunk, RowError

# How long a worker holds a batch without a word; each block and chunk renews it.
LEASE = timedelta(minutes=10)
EXAMPLES = 3


def free(now: datetime | None = None) -> QuerySet[Batch]:
    """Batches that a worker may take: open, and held by nobody."""
    return Batch.objects.filter(unheld("lease_until", lease=LEASE, now=now or timezone.now()), status__in=Batch.OPEN)


def line_of(batch: Batch) -> QuerySet[Batch]:
    """The lists of one line: those of a kind from one department or, where nobody said whose they are, of one area.
    They are taken in the order in which they came."""
    lists = Batch.objects.filter(kind=batch.kind)
    if batch.sender_id is None:
        return lists.filter(sender__isnull=True, region=batch.region_id)
    return lists.filter(sender=batch.sender_id)


def has_begun() -> Q:
    """Lists that were taken, that a worker has in hand, or of which rows have entered the register."""
    entered = BatchChunk.objects.filter(batch=OuterRef("pk"))
    return Q(status__in=Batch.BEGUN) | Exists(entered)


def standing_before(batch: Batch) -> QuerySet[Batch]:
    """Older lists of the batch's line that are not finished, the oldest first: it waits until each of them is done,
    has been stopped, or, where it failed, has been worked off once more."""
    return line_of(batch).filter(status__in=Batch.UNFINISHED, id__lt=batch.pk).order_by("id")


def first_in_line(now: datetime | None = None) -> QuerySet[Batch]:
    """Batches that a worker may take and before which none of their line stands."""
    before = Batch.objects.filter(kind=OuterRef("kind"), status__in=Batch.UNFINISHED, id__lt=OuterRef("id"))
    of_sender = before.filter(sender=OuterRef("sender"))
    of_area = before.filter(sender__isnull=True, region=OuterRef("region"))
    return free(now).filter(~Exists(of_sender), Q(sender__isnull=False) | ~Exists(of_area))


def newer_list(batch: Batch) -> Batch | None:
    """A list of the line, area and year that was taken and stands for a later period, or for the same with a higher
    sequence number; for a complete list without a period, one with a later business date. None for lists of dated
    events, which each find their own place in time."""
    if by_name(batch.kind).adds_up and not batch.is_full:
        return None
    if not batch.period and not batch.is_full:
        return None
    later = Q(period__gt=batch.period) if batch.period else Q(business_on__gt=batch.business_on)
    if batch.period and batch.sequence is not None:
        later |= Q(period=batch.period, sequence__gt=batch.sequence)
    taken = line_of(batch).filter(
        later,
        region=batch.region_id,
        coverage_year=batch.coverage_year,
        status__in=[Batch.Status.MERGED, Batch.Status.UNCHANGED],
    )
    return taken.exclude(pk=batch.pk).order_by("-period", "-sequence", "-business_on", "-pk").first()


def period_words(batch: Batch) -> str:
    """The period of a list with its sequence number; its business date where it has none."""
    period = batch.period or batch.business_on.isoformat()
    return f"{period} #{batch.sequence}" if batch.sequence is not None else period


def waiting_words(before: Batch) -> str:
    """Why a later list of the line waits for this one, and what to do about it."""
    values = {"number": before.pk}
    if before.status == Batch.Status.FAILED:
        return (
            _(
                "Waits behind list #%(number)s, which failed: lists of one department are taken in their order. Have "
                "that one worked off once more, or stop it; this one then goes on by itself."
            )
            % values
        )
    if before.status == Batch.Status.HELD:
        return (
            _(
                "Waits behind list #%(number)s, which waits for approval. Once that one is applied or stopped, this "
                "one goes on by itself."
            )
            % values
        )
    return _("Waits behind list #%(number)s, which came before and is being worked off.") % values


def next_batch() -> Batch | None:
    """The oldest batch whose turn it is."""
    return first_in_line().order_by("id").first()


def last_of_kind(batch: Batch) -> Batch | None:
    """The last list of the kind that changed anything, or was taken without a refused row, before this batch."""
    return (
        Batch.objects.filter(Q(changed__gt=0) | Q(refused=0), kind=batch.kind, status=Batch.Status.MERGED)
        .exclude(pk=batch.pk)
        .order_by("-finished_at", "-id")
        .first()
    )


def same_delivery(batch: Batch) -> QuerySet[Batch]:
    """Lists of the same kind, area and year that were taken before."""
    return Batch.objects.filter(
        kind=batch.kind,
        region=batch.region_id,
        coverage_year=batch.coverage_year,
        status__in=[Batch.Status.MERGED, Batch.Status.UNCHANGED],
    ).exclude(pk=batch.pk)


@dataclass(frozen=True)
class ReasonCount:
    """One reason in words, how many rows it refused, and some of their numbers with their detail."""

    reason: str
    rows: int
    examples: list[RowError]


def reasons_of(batch: Batch, *, most: int = 20) -> list[ReasonCount]:
    """The reasons why rows were refused, the most frequent first."""
    kind = by_name(batch.kind)
    groups = (
        batch.row_errors.values("field", "code")
        .annotate(rows=Count("id"), first=Min("row_number"), detail=Min("detail"))
        .order_by(F("rows").desc(), "first")[:most]
    )
    return [
        ReasonCount(
            kind.reason(group["field"], group["code"], group["detail"]),
            group["rows"],
            list(batch.row_errors.filter(field=group["field"], code=group["code"]).order_by("row_number")[:EXAMPLES]),
        )
        for group in groups
    ]


def to_mend(user: Any) -> QuerySet[Batch]:
    """The user's own lists with refused rows, or refused as a whole, since no later list of that kind came."""
    mine = Batch.objects.visible_to(user).filter(uploaded_by=user)
    later = Batch.objects.filter(
        kind=OuterRef("kind"),
        region=OuterRef("region"),
        coverage_year=OuterRef("coverage_year"),
        uploaded_by=OuterRef("uploaded_by"),
        id__gt=OuterRef("id"),
        status__in=[Batch.Status.MERGED, Batch.Status.UNCHANGED],
        refused=0,
    )
    wrong = Q(refused__gt=0, status=Batch.Status.MERGED) | Q(status=Batch.Status.REFUSED)
    return mine.filter(wrong).exclude(Exists(later))


def failed(user: Any) -> QuerySet[Batch]:
    """Lists that the worker could not finish."""
    return Batch.objects.visible_to(user).filter(status=Batch.Status.FAILED)


def running(user: Any) -> QuerySet[Batch]:
    """Lists that wait or are being worked off."""
    return Batch.objects.visible_to(user).filter(status__in=(*Batch.OPEN, Batch.Status.HELD))


def held(user: Any) -> QuerySet[Batch]:
    """Lists that wait for this person as the second one: none that they handed in themselves."""
    return Batch.objects.visible_to(user).filter(status=Batch.Status.HELD).exclude(uploaded_by=user)


@dataclass(frozen=True)
class Progress:
    """Where a batch stands: rows done of all of the step (0: not known yet), rows a second, seconds left."""

    done: int
    total: int
    rate: float | None
    left: float | None


def progress(batch: Batch) -> Progress:
    """Rows of the step that the batch is in; while the file is read, all of them are an estimate by what was read. The
    rate is that of this attempt."""
    if batch.status not in Batch.OPEN:
        return Progress(batch.rows, batch.rows, None, None)
    if batch.status == Batch.Status.RECEIVED:
        return Progress(0, 0, None, None)
    done = min(batch.done, batch.total) if batch.total else batch.done
    seconds = (timezone.now() - batch.step_at).total_seconds() if batch.step_at else 0
    own = done - batch.done_before
    rate = own / seconds if own > 0 and seconds > 0 else None
    left = (batch.total - done) / rate if rate and batch.total else None
    return Progress(done, batch.total, rate, left)
