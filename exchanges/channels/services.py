"""Files come out of the drop boxes and answers go back; deliveries go into them.

A file is taken once: it is claimed by a row, moved to `taken/` under the number of that row, fetched, and entered
together with its batch in one transaction. When the batch is final, its receipt is written and the file moved to
`done/` or `failed/`. Each look goes on where an earlier one broke off.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Staff
from accounts.queries import system_staff
from exchanges.channels.base import ChannelError
from exchanges.channels.connect import opened
from exchanges.channels.looking import LEASE, BoxHeld, Look, Looking, make_folders
from exchanges.channels.models import DropBox
from exchanges.channels.streams import Source
from exchanges.leases import unheld
from exchanges.outbound.manifest import ENDING, manifest_bytes
from exchanges.outbound.models import Delivery
from exchanges.outbound.services import check_turn, hand_over, read_out

__all__ = ["BoxHeld", "Look", "boxes_due", "boxes_for", "look_into", "look_into_next", "send_delivery", "try_box"]

logger = logging.getLogger(__name__)
# How far apart two looks are.
EVERY = timedelta(minutes=5)
# A file without a manifest is complete when its size has not changed for so long.
STABLE = timedelta(seconds=30)


def _unheld(now: datetime) -> Q:
    return unheld("held_until", lease=LEASE, now=now)


def boxes_due(now: datetime) -> QuerySet[DropBox]:
    """Boxes in use that bureaus leave files in, not held and not looked into for a while, or at a time to come, before
    the clock was set back."""
    late = Q(looked_at__isnull=True) | Q(looked_at__lte=now - EVERY) | Q(looked_at__gt=now)
    return DropBox.objects.filter(_unheld(now), late, is_active=True, direction=DropBox.Direction.IN).order_by(
        "looked_at", "pk"
    )


def look_into_next(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Looks into the box whose turn it is, if there is one; says whether there was."""
    box = boxes_due(timezone.now()).first()
    if box is None:
        return False
    try:
        look_into(box=box, by=system_staff(), stopping=stopping)
    except BoxHeld:
        logger.info("drop box %s is being looked into by another worker", box.pk)
    return True


def look_into(
    *, box: DropBox, by: Staff, stable: timedelta = STABLE, stopping: Callable[[], bool] = lambda: False
) -> Look:
    """Takes what is complete, answers what is final. A box that cannot be reached says so in its `trouble`.

    Raises BoxHeld.
    """
    now = timezone.now()
    if not DropBox.objects.filter(_unheld(now), pk=box.pk).update(held_until=now + LEASE):
        raise BoxHeld(box.pk)
    look = Look()
    try:
        with override("zh-hans"), opened(box) as channel:
            Looking(box, channel, by, stable, stopping, look).run()
    except ChannelError as error:
        look.trouble = str(error)
        logger.warning("drop box %s: %s", box.pk, error)
    except Exception as error:
        # One box in disorder keeps neither the others nor the worker from going on.
        look.trouble = type(error).__name__
        logger.exception("drop box %s", box.pk)
    finally:
        said = look.trouble or "；".join(look.left)
        DropBox.objects.filter(pk=box.pk).update(held_until=None, looked_at=timezone.now(), trouble=said[:400])
    return look


def try_box(*, box: DropBox) -> int:
    """Does what every look begins with, and returns how many files lie in the box. Raises ChannelError."""
    with opened(box) as channel:
        if box.direction == DropBox.Direction.IN:
            make_folders(channel)
        return sum(entry.size is not None for entry in channel.entries())


def boxes_for(delivery: Delivery) -> QuerySet[DropBox]:
    """Boxes in use in which deliveries are left for the receiver."""
    return DropBox.objects.filter(
        bureau=delivery.receiver_id, direction=DropBox.Direction.OUT, is_active=True
    ).order_by("pk")


def send_delivery(*, delivery: Delivery, box: DropBox, by: Staff, on: date) -> Delivery:
    """Leaves the file in the box, then its manifest, and says that it was handed over. Once more changes nothing there:
    it is the same file under the same name. Raises ChannelError, and what `read_out` and `hand_over` raise."""
    check_turn(delivery)
    blocks = read_out(delivery=delivery, by=by, on=on)
    with opened(box) as channel:
        channel.put(delivery.file_name, Source(blocks))
        channel.put(f"{delivery.file_name}{ENDING}", Source(manifest_bytes(delivery)))
    return hand_over(delivery=delivery, via=box.get_channel_display(), by=by, on=on)
