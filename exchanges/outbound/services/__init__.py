"""What can be done with a delivery: make it, hand it over, take its receipt. Each writes its audit row."""

from exchanges.outbound.services.hand_over import check_turn, hand_over, read_out
from exchanges.outbound.services.make import DeliveryRefused, Preview, comparable, make_delivery, preview
from exchanges.outbound.services.receipts import answered_by, take_receipt

__all__ = [
    "DeliveryRefused",
    "Preview",
    "answered_by",
    "check_turn",
    "comparable",
    "hand_over",
    "make_delivery",
    "preview",
    "read_out",
    "take_receipt",
]
