"""Reads of identity marks: who has which on a day, who of them has not paid, which end soon, what can be taken back."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import AuditEntry
from accounts.scope import within
from enrollment.queries import Ranges, standing_payments
from subsidies.models import Category, IdentityMark

ENDING_WITHIN = timedelta(days=30)


def marks_on(on: date, *, ranges: Ranges | None = None) -> QuerySet[IdentityMark]:
    """Marks of identities that hold on the day: determined by then and not ended by then."""
    marks = IdentityMark.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), determined_on__lte=on)
    return marks if ranges is None else marks.filter(within("region", ranges))


def marks_without_payment(*, coverage_year: int, on: date, ranges: Ranges | None = None) -> QuerySet[IdentityMark]:
    """Of the marks that hold on the day those of people who have not paid: assistance follows payment (JL-2.1)."""
    paid = standing_payments(coverage_year=coverage_year, on=on).filter(person=OuterRef("person"))
    return marks_on(on, ranges=ranges).filter(~Exists(paid))


def marks_ending_soon(on: date, *, ranges: Ranges | None = None) -> QuerySet[IdentityMark]:
    """Of the marks that hold on the day those that end within 30 days."""
    return marks_on(on, ranges=ranges).filter(ended_on__lte=on + ENDING_WITHIN)


def people_by_category(on: date, *, ranges: Ranges) -> list[tuple[Category, int]]:
    """Every category and how many people of the place hold it on the day; who holds several counts in each."""
    counts = dict(
        marks_on(on, ranges=ranges).values_list("category").annotate(people=Count("person", distinct=True)).order_by()
    )
    return [(category, counts.get(category, 0)) for category in Category]


def last_step_by_hand(marks: Collection[IdentityMark], *, on: date) -> dict[int, AuditEntry]:
    """Mark → its last step by hand, where that was taken on this business day and can still be taken back."""
    entries = AuditEntry.objects.filter(
        model=IdentityMark._meta.label_lower,
        object_id__in=[str(mark.pk) for mark in marks],
        verb__in=("subsidies.add_mark", "subsidies.end_mark", "subsidies.take_back"),
    )
    last = {int(entry.object_id): entry for entry in entries.order_by("id")}
    return {pk: entry for pk, entry in last.items() if entry.on == on and entry.verb != "subsidies.take_back"}
