"""What of the deliveries stands in the sidebar and waits on the workbench."""

from django.utils.translation import gettext_lazy as _

from accounts.navigation import Entry, Waiting, add_entry, add_waiting
from exchanges.outbound.queries import missing_receipts, objected


def fill_frame() -> None:
    """Called once, when the room is ready."""
    add_entry(Entry(_("Deliveries"), "exchanges:deliveries", "Exchange", 44, ("exchanges.view_delivery",), "file"))
    ours = ("exchanges.make_delivery",)
    # Whoever owes the receipt is reminded of it as well.
    both = (*ours, "exchanges.take_receipt")
    cards = (
        (_("Missing receipts"), missing_receipts, "missing", _("Every delivery has its receipt in time."), both),
        (_("Deliveries the receiver objects to"), objected, "objected", _("No receiver objects to a delivery."), ours),
    )
    for order, (title, rows, show, empty, permissions) in enumerate(cards, start=24):
        add_waiting(
            Waiting(
                title,
                "exchanges:deliveries",
                lambda user, rows=rows: rows(user).count(),
                permissions,
                order,
                query=f"show={show}",
                empty=empty,
            )
        )
