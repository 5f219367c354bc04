"""Reads of deliveries: the last of a line, whom a list may go to, what is due, which receipts are missing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.business_day import today_for
from accounts.models import Bureau, Staff
from accounts.scope import NOTHING
from exchanges.outbound.kinds import DeliveryKind, kinds
from exchanges.outbound.models import Delivery
from notices.queries import NoNotice, pack_for
from policy.duties import ReportDeadline
from regions.models import Region
from regions.queries import ancestors


def last_of_line(kind: DeliveryKind, region: Region, coverage_year: int, receiver: Bureau) -> Delivery | None:
    """The latest delivery of the line."""
    line = Delivery.objects.filter(
        kind=kind.name, region=region, coverage_year=coverage_year, receiver=receiver
    ).select_related("region", "receiver")
    return line.order_by("-sequence").first()


def receivers(kind: DeliveryKind, region: Region) -> QuerySet[Bureau]:
    """Bureaus that a list of the area may go to: of the kind's receiver, of the area itself or above it; the nearest
    first. A bureau of a part of the area would get to know people who are none of its business."""
    return Bureau.objects.filter(kind=kind.receiver, region__in=[region, *ancestors(region)]).order_by(
        "-region_id", "pk"
    )


def missing_receipts(user: Staff, *, on: date | None = None) -> QuerySet[Delivery]:
    """Deliveries that were sent and not answered within the days that their kind allows."""
    on = on or today_for(user)
    late = NOTHING
    for kind in kinds():
        late |= Q(kind=kind.name, sent_on__lt=on - timedelta(days=kind.receipt_days))
    return Delivery.objects.visible_to(user).filter(late, status=Delivery.Status.SENT)


def is_missed(delivery: Delivery, kind: DeliveryKind, on: date) -> bool:
    """Whether the receipt of this delivery should have come by now."""
    return (
        delivery.status == Delivery.Status.SENT
        and delivery.sent_on is not None
        and delivery.sent_on < on - timedelta(days=kind.receipt_days)
    )


def objected(user: Staff) -> QuerySet[Delivery]:
    """Deliveries that the receiver did not take as they were, and no later one of the line has followed."""
    seen = Delivery.objects.visible_to(user).filter(status=Delivery.Status.REFUSED)
    latest = [each.pk for each in seen.select_related("region", "receiver") if not _followed(each)]
    return seen.filter(pk__in=latest)


def _followed(delivery: Delivery) -> bool:
    return Delivery.objects.filter(
        kind=delivery.kind,
        region=delivery.region_id,
        coverage_year=delivery.coverage_year,
        receiver=delivery.receiver_id,
        sequence__gt=delivery.sequence,
    ).exists()


@dataclass(frozen=True)
class Standing:
    """How a kind of delivery stands in an area: the last one, the notice's deadline for it, and whether it is due."""

    kind: DeliveryKind
    last: Delivery | None
    deadline: ReportDeadline | None
    due: bool


def standings(region: Region, coverage_year: int, user: Staff, *, on: date) -> list[Standing]:
    """Every kind of delivery with its last one in the area that the user may see, and whether one is due by `on`."""
    seen = Delivery.objects.visible_to(user).filter(region=region, coverage_year=coverage_year)
    last: dict[str, Delivery] = {}
    for delivery in seen.select_related("receiver", "region").order_by("id"):
        last[delivery.kind] = delivery
    deadlines = _deadlines(region, coverage_year, on)
    found = []
    for kind in kinds():
        deadline = next((each for each in deadlines if (each.file, each.receiver) == (kind.file, kind.receiver)), None)
        made = last.get(kind.name)
        found.append(Standing(kind, made, deadline, deadline is not None and is_due(deadline, made, on)))
    return found


def is_due(deadline: ReportDeadline, last: Delivery | None, on: date) -> bool:
    """Whether another delivery is owed: weekly by Sunday of each week that begins on Monday (PL-8.2a), monthly once a
    month before its day (TN-6.1), by a day once it is near; `promptly` names no day, so only the first one is due."""
    if last is None:
        return deadline.due in ("weekly", "monthly", "promptly") or (deadline.day is not None and on <= deadline.day)
    if deadline.due == "weekly":
        return last.on < on - timedelta(days=on.weekday())
    if deadline.due == "monthly":
        return (last.on.year, last.on.month) < (on.year, on.month)
    return False


def _deadlines(region: Region, coverage_year: int, on: date) -> list[Any]:
    try:
        pack = pack_for(region.pk, coverage_year, on=on)
    except NoNotice:
        return []
    return list(pack.duties.report_deadlines.values())
