"""What waits for a member of staff on the workbench: counts over the own area, for the year that work is about."""

from accounts.business_day import today_for
from accounts.models import Staff
from enrollment.queries import COUNTED_AT_MOST, current_coverage_year
from subsidies.queries.decisions import arrived_since_last_run, differing_payments, undetermined


def changes_to_decide(user: Staff) -> int:
    """Rows of lists, and steps by hand, that came after the last decisions."""
    return arrived_since_last_run(
        coverage_year=current_coverage_year(user, on=today_for(user)), ranges=user.code_ranges
    )


def differing_amounts(user: Staff) -> int:
    """Standing payments whose amount is not what was due; counted no further than a page ever shows."""
    on = today_for(user)
    payments = differing_payments(coverage_year=current_coverage_year(user, on=on), on=on, ranges=user.code_ranges)
    return payments.order_by()[:COUNTED_AT_MOST].count()


def undetermined_people(user: Staff) -> int:
    """People for whom a figure is left to another document."""
    decisions = undetermined(coverage_year=current_coverage_year(user, on=today_for(user)), ranges=user.code_ranges)
    return decisions.order_by()[:COUNTED_AT_MOST].count()
