"""A delivery leaves: read out for a download, or handed over and from then on waiting for its receipt."""

import hashlib
from collections.abc import Iterator
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from exchanges.outbound.models import Delivery
from exchanges.outbound.queries import unsent_before
from exchanges.outbound.services.make import DeliveryRefused

_BLOCK_BYTES = 1024 * 1024


def read_out(*, delivery: Delivery, by: Staff, on: date) -> Iterator[bytes]:
    """The file's bytes, the same at every time; that they were read out stands in the audit trail first.

    Raises PermissionDenied, and DeliveryRefused where the stored file is gone or no longer what was made.
    """
    if not by.has_perm("exchanges.download_delivery"):
        raise PermissionDenied
    _whole(delivery)
    with transaction.atomic():
        audit.record(
            by=by,
            on=on,
            verb="exchanges.download_delivery",
            subject=delivery,
            after={"sequence": delivery.sequence, "rows": delivery.rows, "sha256": delivery.sha256},
        )
    return _blocks(delivery)


def check_turn(delivery: Delivery) -> None:
    """Raises DeliveryRefused where an earlier delivery of the line has to go first: the receiver could not tell that
    the changes in it are missing."""
    first = unsent_before(delivery)
    if first is not None:
        raise DeliveryRefused(
            _("No. %(first)s has not been sent yet, and No. %(number)s holds what has changed since. Send it first.")
            % {"first": first.sequence, "number": delivery.sequence}
        )


def hand_over(*, delivery: Delivery, via: str, by: Staff, on: date) -> Delivery:
    """Says that the file went to the receiver, for the first time or once more; its receipt is waited for from `on`.

    It has left on the day of the first time. A delivery that was acknowledged stays so: the receiver has it, whatever
    was repeated. Raises PermissionDenied, and DeliveryRefused as `check_turn`.
    """
    if not by.has_perm("exchanges.make_delivery"):
        raise PermissionDenied
    check_turn(delivery)
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",)).select_related("region", "receiver").get(pk=delivery.pk)
        )
        before = delivery.status
        if before != Delivery.Status.ACKNOWLEDGED:
            delivery.status = Delivery.Status.SENT
        if delivery.sent_on is None:
            delivery.sent_on = on
        else:
            delivery.repeated_on = on
        delivery.sent_via = via[:80]
        delivery.save(update_fields=["status", "sent_on", "repeated_on", "sent_via"])
        audit.record(
            by=by,
            on=on,
            verb="exchanges.hand_over",
            subject=delivery,
            before={"status": before},
            after={"status": delivery.status, "via": delivery.sent_via, "sha256": delivery.sha256},
        )
    return delivery


def _blocks(delivery: Delivery) -> Iterator[bytes]:
    with delivery.file.storage.open(delivery.file.name) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _whole(delivery: Delivery) -> None:
    digest = hashlib.sha256()
    try:
        for block in _blocks(delivery):
            digest.update(block)
    except FileNotFoundError as error:
        raise DeliveryRefused(
            _("The file of this delivery is not in the store; please make a new full delivery.")
        ) from error
    if digest.hexdigest() != delivery.sha256:
        raise DeliveryRefused(_("The stored file is not the one that was made; please make a new full delivery."))
