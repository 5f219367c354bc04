"""Reads of deliveries: the last of a line, whom a list may go to, what is due, which receipts are missing."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.business_day import today_for
from accounts.models import Bureau, BureauKind, Staff
from accounts.scope import NOTHING
from exchanges.outbound.kinds import DeliveryKind, kinds
from exchanges.outbound.models import Delivery
from notices.queries import NoNotice, pack_for
from policy.deadlines import occurrences
from policy.duties import ReportDeadline
from policy.pack import Pack
from regions.models import Region
from regions.queries import ancestors


def last_of_line(kind: DeliveryKind, region: Region, coverage_year: int, receiver: Bureau) -> Delivery | None:
    """The latest delivery of the line."""
    line = Delivery.objects.filter(
        kind=kind.name, region=region, coverage_year=coverage_year, receiver=receiver
    ).select_related("region", "receiver")
    return line.order_by("-sequence").first()


def receivers(kind: DeliveryKind, *areas: Region) -> QuerySet[Bureau]:
    """Bureaus that a list of the areas may go to: of the kind's receiver, of the area itself or above it; the nearest
    first. A bureau of a part of the area would get to know people who are none of its business. What goes to the agency
    goes to the one above, never to itself."""
    above = [each for area in areas for each in ancestors(area)]
    places = above if kind.receiver == BureauKind.AGENCY else [*areas, *above]
    return Bureau.objects.filter(kind=kind.receiver, region__in=places).order_by("-region_id", "pk")


def missing_receipts(user: Staff, *, on: date | None = None) -> QuerySet[Delivery]:
    """Deliveries that were sent and not answered within the days that their kind allows."""
    on = on or today_for(user)
    late = NOTHING
    for kind in kinds():
        late |= Q(kind=kind.name, waits_since__lt=on - timedelta(days=kind.receipt_days))
    seen = Delivery.objects.visible_to(user).annotate(waits_since=Coalesce("repeated_on", "sent_on"))
    return seen.filter(late, status=Delivery.Status.SENT)


def is_missed(delivery: Delivery, kind: DeliveryKind, on: date) -> bool:
    """Whether the receipt of this delivery should have come by now."""
    waits_since = delivery.repeated_on or delivery.sent_on
    return (
        delivery.status == Delivery.Status.SENT
        and waits_since is not None
        and waits_since < on - timedelta(days=kind.receipt_days)
    )


def objected(user: Staff) -> QuerySet[Delivery]:
    """Deliveries that the receiver did not take as they were: until a later one of the line has followed, and as long
    as refused rows wait to be mended and delivered again."""
    seen = Delivery.objects.visible_to(user).filter(status=Delivery.Status.REFUSED)
    rows = seen.select_related("region", "receiver").prefetch_related("receipts")
    return seen.filter(pk__in=[each.pk for each in rows if not _followed(each) or _waiting(each)])


def line_of(delivery: Delivery) -> QuerySet[Delivery]:
    """All deliveries of the line."""
    return Delivery.objects.filter(
        kind=delivery.kind,
        region=delivery.region_id,
        coverage_year=delivery.coverage_year,
        receiver=delivery.receiver_id,
    )


def unsent_before(delivery: Delivery) -> Delivery | None:
    """The first delivery of the line that was not sent and without which the changes of this one make no sense: from
    the last one that held everything on. None where there is none, and for one that holds everything itself."""
    if delivery.is_full:
        return None
    before = line_of(delivery).filter(sequence__lt=delivery.sequence).order_by("sequence")
    whole = before.filter(base_sequence=0).last()
    return before.filter(sequence__gte=whole.sequence if whole else 1, status=Delivery.Status.MADE).first()


def _followed(delivery: Delivery) -> bool:
    return line_of(delivery).filter(sequence__gt=delivery.sequence).exists()


def waiting_rows(delivery: Delivery) -> set[tuple[int, int]]:
    """Rows of the delivery's line, by number of the delivery and of the row in its file, that the receiver refused and
    that no later delivery has settled."""
    refused = line_of(delivery).filter(status=Delivery.Status.REFUSED).prefetch_related("receipts")
    return {(each.sequence, row) for each in refused for row in _waiting(each)}


def _waiting(delivery: Delivery) -> list[int]:
    """Rows that the last receipt refuses, if it is about the file as it was sent."""
    receipt = max(delivery.receipts.all(), key=lambda each: each.pk, default=None)
    if receipt is None or receipt.sha256 not in ("", delivery.sha256):
        return []
    return [each.row for each in receipt.refusals if each.settled_by is None]


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
    try:
        pack = pack_for(region.pk, coverage_year, on=on)
    except NoNotice:
        pack = None
    found = []
    for kind in kinds():
        deadline = deadline_of(kind, pack) if pack else None
        made = last.get(kind.name)
        due = pack is not None and deadline is not None and is_due(deadline, pack, made, on)
        found.append(Standing(kind, made, deadline, due))
    return found


def deadline_of(kind: DeliveryKind, pack: Pack) -> ReportDeadline | None:
    """The deadline of the notice that the kind of delivery fulfils."""
    deadlines = (each for each in pack.duties.report_deadlines.values() if each.outgoing)
    return next((each for each in deadlines if (each.file, each.receiver) == (kind.file, kind.receiver)), None)


def is_due(deadline: ReportDeadline, pack: Pack, last: Delivery | None, on: date) -> bool:
    """Whether another delivery is owed: the week or month that has begun has none yet (PL-8.2a). `promptly` names no
    day, so only the first one is due."""
    begun = [each for each in occurrences(deadline, pack) if each.first <= on]
    if last is None:
        return bool(begun) or deadline.due == "promptly"
    return bool(begun) and last.on < begun[-1].first
