"""A receipt comes in: it is matched to its delivery and compared with what was sent."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from exchanges.outbound.models import Delivery, Receipt
from exchanges.outbound.queries import line_of, waiting_rows
from exchanges.outbound.receipt_file import ReceiptFile, ReceiptUnreadable, read_receipt
from exchanges.writers.cells import yuan


@dataclass(frozen=True)
class Difference:
    """Where a receipt says something else than was sent."""

    what: str
    sent: str
    received: str


def differences(receipt: Receipt) -> list[Difference]:
    """Hash, number, rows and sum of the receipt against the delivery's; what the receipt leaves out is not compared.
    The sum is that of the whole file, so it is compared only where no row was refused."""
    delivery = receipt.delivery
    found = []
    if receipt.sha256 and receipt.sha256 != delivery.sha256:
        found.append(Difference("SHA-256", delivery.sha256, receipt.sha256))
    if receipt.sequence is not None and receipt.sequence != delivery.sequence:
        found.append(Difference(_("Number"), str(delivery.sequence), str(receipt.sequence)))
    if receipt.accepted + receipt.refused != delivery.rows:
        found.append(Difference(_("Rows"), str(delivery.rows), str(receipt.accepted + receipt.refused)))
    if None not in (receipt.sum_fen, delivery.sum_fen) and not receipt.refused and receipt.sum_fen != delivery.sum_fen:
        found.append(Difference(_("Sum"), yuan(str(delivery.sum_fen)), yuan(str(receipt.sum_fen))))
    return found


def answered_by(receipt: ReceiptFile, *, by: Staff) -> Delivery:
    """The delivery that a receipt answers: that of its SHA-256, else of its kind, area, year and number. Raises
    ReceiptUnreadable, also for a delivery that the person may not see."""
    seen = Delivery.objects.visible_to(by).order_by("-id")
    found = seen.filter(sha256=receipt.sha256).first() if receipt.sha256 else None
    line = {"kind": receipt.kind, "region": receipt.area, "coverage_year": receipt.year, "sequence": receipt.sequence}
    if found is None and all(line.values()):
        found = seen.filter(**line).first()
    if found is None:
        raise ReceiptUnreadable(
            _("No delivery has this SHA-256, or this kind, area, year and number. Please check which list it answers.")
        )
    return found


def take_receipt(
    *,
    delivery: Delivery,
    by: Staff,
    on: date,
    data: bytes | None = None,
    said: ReceiptFile | None = None,
    remark: str = "",
) -> tuple[Receipt, bool]:
    """Enters a receipt: a file (`data`), or what was said in another way (`said`). Returns it, and whether it is new:
    the same one again changes nothing, unless the file was sent once more since and waits for it.

    The delivery is acknowledged where nothing differs and no row was refused. Raises ReceiptUnreadable, also for the
    receipt of another delivery or of rows that the file has not, and PermissionDenied.
    """
    if not by.has_perm("exchanges.take_receipt"):
        raise PermissionDenied
    receipt_file = said if said is not None else read_receipt(data or b"")
    digest = hashlib.sha256(data if data is not None else repr((receipt_file, remark)).encode()).hexdigest()
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update(of=("self",)).select_related("receiver").get(pk=delivery.pk)
        _check_fits(receipt_file, delivery)
        receipt, new = Receipt.objects.get_or_create(
            delivery=delivery,
            content_hash=digest,
            defaults={
                "origin": Receipt.Origin.ENTERED if data is None else Receipt.Origin.FILE,
                "received_on": on,
                "by": by,
                "sequence": receipt_file.sequence,
                "sha256": receipt_file.sha256,
                "accepted": receipt_file.accepted,
                "refused": len(receipt_file.refused),
                "sum_fen": receipt_file.sum_fen,
                "refused_rows": receipt_file.refused,
                "remark": remark.strip()[:400],
            },
        )
        if new or delivery.status == Delivery.Status.SENT:
            _settle(receipt, delivery, by, on)
    return receipt, new


def _check_fits(receipt: ReceiptFile, delivery: Delivery) -> None:
    if receipt.sha256 and receipt.sha256 != delivery.sha256:
        other = Delivery.objects.filter(receiver=delivery.receiver_id, sha256=receipt.sha256).first()
        if other is not None:
            raise ReceiptUnreadable(
                _("This receipt answers No. %(other)s, not No. %(number)s.")
                % {"other": other.sequence, "number": delivery.sequence}
            )
    beyond = max((row for row, _reason in receipt.refused), default=0)
    if beyond > delivery.rows:
        raise ReceiptUnreadable(
            _("The receipt refuses row %(row)s; the file has %(rows)s rows.") % {"row": beyond, "rows": delivery.rows}
        )


def settle_refused(delivery: Delivery, held: set[tuple[int, int]]) -> None:
    """Writes down which refused rows of earlier files of the line are settled by this delivery: all but those held
    back. Part of the transaction that enters the delivery."""
    waiting = {place for place in waiting_rows(delivery) if place not in held and place[0] < delivery.sequence}
    earlier = line_of(delivery).filter(sequence__in={sequence for sequence, _row in waiting})
    receipts = Receipt.objects.select_for_update(of=("self",)).filter(delivery__in=earlier).select_related("delivery")
    for receipt in receipts:
        sequence = receipt.delivery.sequence
        settled = [
            each._replace(settled_by=delivery.sequence)
            if each.settled_by is None and (sequence, each.row) in waiting
            else each
            for each in receipt.refusals
        ]
        receipt.refused_rows = [list(each if each.settled_by else each[:2]) for each in settled]
        receipt.save(update_fields=["refused_rows"])


def _settle(receipt: Receipt, delivery: Delivery, by: Staff, on: date) -> None:
    receipt.delivery = delivery
    differing = differences(receipt)
    before = delivery.status
    clean = not differing and not receipt.refused
    delivery.status = Delivery.Status.ACKNOWLEDGED if clean else Delivery.Status.REFUSED
    # What was answered has gone, though nobody said so.
    delivery.sent_on = delivery.sent_on or on
    delivery.save(update_fields=["status", "sent_on"])
    audit.record(
        by=by,
        on=on,
        verb="exchanges.take_receipt",
        subject=delivery,
        before={"status": before},
        after={
            "status": delivery.status,
            "accepted": receipt.accepted,
            "refused": receipt.refused,
            "differences": [each.what for each in differing],
        },
        why=receipt.remark,
    )
