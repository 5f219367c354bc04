"""When the identities of a list were recognised, and when the agency was told (SL-6.2d)."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Count

from subsidies.models import IdentityMark


def recognised(batches: Sequence[int]) -> Iterable[tuple[int, date, date, int]]:
    """Of the marks that lists brought or ended: key of the list, day of recognition, day on which the agency was told,
    and how many, in one query."""
    marks = IdentityMark.objects.filter(batch__in=batches).order_by()
    return marks.values_list("batch_id", "determined_on", "marked_on").annotate(rows=Count("pk"))
