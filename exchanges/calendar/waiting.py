"""What of the calendar stands in the sidebar and waits on the workbench."""

from django.utils.translation import gettext_lazy as _

from accounts.business_day import today_for
from accounts.models import Staff
from accounts.navigation import Entry, Waiting, add_entry, add_waiting
from exchanges.calendar.board import State, overdue
from policy.workdays import UnknownYear

_SEES = ("exchanges.view_batch", "exchanges.view_delivery")


def overdue_lists(user: Staff) -> int:
    """Duties with a list overdue in the person's own areas: of all bureaus for who watches over them, else of the own
    one. Those of the years that are worked for today."""
    on = today_for(user)
    # With what is above them, so that going up asks the database nothing more.
    areas = list(user.regions.select_related("parent__parent__parent__parent"))
    try:
        return len(overdue(areas, (on.year, on.year + 1), on=on, user=user))
    except UnknownYear:
        return 0


def fill_frame() -> None:
    """Called once, when the room is ready."""
    add_entry(Entry(_("Exchange calendar"), "exchanges:calendar", "Exchange", 41, _SEES, "calendar"))
    add_entry(
        Entry(
            _("Deliveries made by themselves"),
            "admin:exchanges_deliveryschedule_changelist",
            "Administration",
            60,
            ("exchanges.view_deliveryschedule",),
            "clock",
        )
    )
    add_waiting(
        Waiting(
            _("Overdue lists"),
            "exchanges:calendar",
            overdue_lists,
            _SEES,
            19,
            query=f"state={State.OVERDUE}",
            empty=_("No list is overdue."),
        )
    )
