"""Which rows of the lists told of a recognition later than the notice allows (SL-6.2d)."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchanges.calendar.duties import Duty
from exchanges.kinds import by_name
from exchanges.models import Batch
from policy.deadlines import told_by
from policy.workdays import UnknownYear


@dataclass(frozen=True)
class LateRows:
    """The rows of one list that came too late, and by how many days the latest of them."""

    batch: Batch
    rows: int
    days: int


@dataclass(frozen=True)
class Told:
    """Rows recognised while the duty stands, how many were told of too late, by which lists. `uncounted` rows need the
    working days of years whose holidays are not known."""

    rows: int
    late: int
    most_days: int
    lists: tuple[LateRows, ...]
    uncounted: int = 0


def told_late(duty: Duty, batches: Sequence[Batch]) -> Told | None:
    """Counted by distinct pairs of days, so that a list of any length costs the same. None for a kind of list whose
    rows hold no recognition."""
    recognised = by_name(duty.deadline.file).recognised
    if recognised is None:
        return None
    by_day = {batch.business_on: batch for batch in reversed(batches)}
    by_id = {batch.pk: batch for batch in batches}
    rows = late = uncounted = 0
    lists: dict[int, LateRows] = {}
    for batch_id, recognised_on, told_on, number in recognised([batch.pk for batch in batches]):
        if not duty.stands.first <= recognised_on <= duty.stands.last:
            continue
        try:
            days = (told_on - told_by(duty.deadline, recognised_on)).days
        except UnknownYear:
            uncounted += number
            continue
        rows += number
        if days > 0:
            late += number
            # A mark that has ended names the list that ended it; the day it was told of is that of the list before.
            batch = by_id[batch_id] if by_id[batch_id].business_on == told_on else by_day.get(told_on, by_id[batch_id])
            before = lists.get(batch.pk, LateRows(batch, 0, 0))
            lists[batch.pk] = LateRows(batch, before.rows + number, max(before.days, days))
    found = tuple(sorted(lists.values(), key=lambda each: (each.batch.business_on, each.batch.pk), reverse=True))
    return Told(rows, late, max((each.days for each in found), default=0), found, uncounted)
