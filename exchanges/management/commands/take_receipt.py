"""`manage.py take_receipt FILE`: the answer of a receiver, matched to its delivery."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.business_day import today_in
from accounts.cli import CommandRefused, JsonCommand
from accounts.models import Staff
from exchanges.outbound.models import Delivery
from exchanges.outbound.receipt_file import MOST_BYTES, ReceiptUnreadable, read_receipt
from exchanges.outbound.services import answered_by, take_receipt
from exchanges.outbound.services.receipts import differences


class Command(JsonCommand):
    help = "Takes the receipt of a delivery (json or csv); exit status 1 where it objects or differs"
    takes = ()
    permission = "exchanges.take_receipt"
    refusals = (ReceiptUnreadable,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", help="json or csv")

    def handle_json(self, *, file: str, by: Staff, **options: Any) -> tuple[dict[str, Any], int]:
        path = Path(file)
        if not path.is_file():
            raise CommandRefused(f"找不到文件 {file}")
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        try:
            delivery = answered_by(read_receipt(data), by=by)
            receipt, new = take_receipt(delivery=delivery, data=data, by=by, on=today_in(delivery.region_id))
        except PermissionDenied as error:
            raise CommandRefused(f"账号“{by.username}”没有登记回执的权限") from error
        delivery = receipt.delivery
        result = {
            "delivery": delivery.pk,
            "kind": delivery.kind,
            "sequence": delivery.sequence,
            "status": delivery.status,
            "new": new,
            "accepted": receipt.accepted,
            "refused": receipt.refused,
            "differences": [
                {"what": each.what, "sent": each.sent, "received": each.received} for each in differences(receipt)
            ],
        }
        return result, 0 if delivery.status == Delivery.Status.ACKNOWLEDGED else 1
