"""Reads of batches: which one is next, what was delivered before, why rows were refused."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from exchanges.kinds import by_name
from exchanges.models import Batch, RowError

EXAMPLES = 3


def free(now: datetime | None = None) -> QuerySet[Batch]:
    """Batches that a worker may take: open, and held by nobody (or by one whose lease has run out)."""
    return Batch.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now or timezone.now()), status__in=Batch.OPEN
    )


def next_batch() -> Batch | None:
    """The oldest batch that a worker may take and before which no other one of its kind and sender is still open:
    a department's lists are taken in the order in which they came."""
    waiting = free().order_by("id")
    for batch in waiting[:100]:
        before = Batch.objects.filter(kind=batch.kind, sender=batch.sender_id, status__in=Batch.OPEN, id__lt=batch.id)
        if not before.exists():
            return batch
    return None


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
