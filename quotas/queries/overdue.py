"""Lists between departments that were overdue in the week of a circular."""

from datetime import date
from typing import NamedTuple

from django.utils.translation import override

from exchanges.calendar.board import overdue
from exchanges.calendar.duties import Direction
from policy.workdays import UnknownYear
from quotas.queries.ranking import Ranking
from regions.models import Region


class OverdueList(NamedTuple):
    """A list that was overdue: what a bureau owed the agency or, where it is `ours`, the agency owed the bureau."""

    bureau: str
    ours: bool
    title: str
    due_on: date
    days: int
    clause: str


def overdue_on(area: Region, coverage_year: int, on: date) -> list[OverdueList]:
    """What is overdue in an area on a day: one for each duty, that of its oldest list. Names and titles are Chinese, as
    what is published is. Empty where the working days of the year are not known."""
    with override("zh-hans"):
        try:
            rows = overdue([area], [coverage_year], on=on, user=None)
        except UnknownYear:
            return []
        return [
            OverdueList(
                row.duty.bureau_name,
                row.duty.direction == Direction.OUT,
                row.duty.title,
                row.occurrence.due_on,
                row.days,
                " ".join(row.duty.deadline.clause),
            )
            for row in rows
        ]


def overdue_lists(found: Ranking) -> list[OverdueList]:
    """What the week's figures were frozen with. Empty for a region below the frozen area: bureaus owe their lists for
    the whole."""
    if found.area.pk != found.snapshot.region_id:
        return []
    return [OverdueList(**{**each, "due_on": date.fromisoformat(each["due_on"])}) for each in found.snapshot.overdue]
