"""Lists between departments that were overdue in the week of a circular."""

from exchanges.calendar.board import Row, overdue
from policy.workdays import UnknownYear
from quotas.queries.ranking import Ranking


def overdue_lists(found: Ranking) -> list[Row]:
    """What bureaus owed the agency of the frozen area, or it owed them, and was overdue on the day of the figures: a
    line for each duty, that of its oldest list. A list counts by the day it came, so that a later one changes nothing
    in an earlier week. Empty for a region below the frozen area: bureaus owe their lists for the whole."""
    snapshot = found.snapshot
    if found.area.pk != snapshot.region_id:
        return []
    try:
        return overdue([found.area], [found.coverage_year], on=snapshot.on, user=None)
    except UnknownYear:
        return []
