"""Deliveries that the notice wants are made: by a person who asks for it, or by the schedule of an area."""

import logging
from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.audit import coming_from
from accounts.business_day import today_in
from accounts.models import Staff
from accounts.queries import system_staff
from exchanges.calendar.duties import packs_of
from exchanges.calendar.models import DeliverySchedule
from exchanges.channels.base import ChannelError
from exchanges.channels.services import boxes_for, send_delivery
from exchanges.outbound.kinds import DeliveryKind, UnknownDelivery, by_name
from exchanges.outbound.models import Delivery
from exchanges.outbound.queries import deadline_of, last_of_line, receivers
from exchanges.outbound.services import DeliveryRefused, comparable, make_delivery
from notices.queries import pack_for
from policy.deadlines import Occurrence, in_force, occurrences
from policy.pack import Pack
from policy.workdays import UnknownYear
from regions.models import Region

logger = logging.getLogger(__name__)
# How far apart two looks at one schedule are.
EVERY = timedelta(minutes=10)
# For so long after a duty has ended its last list is still made, where the machine was off on the day.
CATCH_UP = timedelta(days=30)


def due_occurrence(kind: DeliveryKind, pack: Pack, *, on: date, days_before: int | None = None) -> Occurrence | None:
    """The latest occurrence that is to be made by now: `days_before` its last day, or as soon as it has begun. An
    earlier one that was missed is not made any more: the latest holds its changes as well. None where the notice names
    no day for the list, or the duty stands no more. Raises `policy.workdays.UnknownYear`.
    """
    deadline = deadline_of(kind, pack)
    if deadline is None:
        return None
    begun = [
        each
        for each in occurrences(deadline, pack)
        if (each.first if days_before is None else max(each.first, each.due_on - timedelta(days=days_before))) <= on
    ]
    return begun[-1] if begun and on <= in_force(deadline, pack).last + CATCH_UP else None


def is_made(kind: DeliveryKind, region: Region, coverage_year: int, occurrence: Occurrence) -> bool:
    """Whether a delivery was made for the occurrence, by itself or by somebody in its time."""
    line = Delivery.objects.filter(kind=kind.name, region=region, coverage_year=coverage_year)
    return line.filter(Q(occurrence=occurrence.key) | Q(on__gte=occurrence.first)).exists()


def make_due(
    *, kind: DeliveryKind, region: Region, coverage_year: int, occurrence: Occurrence, format: str, by: Staff, on: date
) -> Delivery | None:
    """Makes the delivery of an occurrence: what has changed since the last one, and an empty one where nothing has, so
    that the receiver knows. None where it is made already; the database keeps it to one, whoever asks at one time.

    Raises PermissionDenied, and DeliveryRefused as `make_delivery`.
    """
    if is_made(kind, region, coverage_year, occurrence):
        return None
    receiver = receivers(kind, region).first()
    if receiver is None:
        raise DeliveryRefused(_("No bureau of this kind is entered for the area yet."))
    last = last_of_line(kind, region, coverage_year, receiver)
    try:
        return make_delivery(
            kind=kind,
            region=region,
            coverage_year=coverage_year,
            receiver=receiver,
            format=format,
            full=not comparable(kind, last),
            by=by,
            on=on,
            occurrence=occurrence.key,
        )
    except DeliveryRefused:
        if is_made(kind, region, coverage_year, occurrence):
            return None
        raise


def make_now(*, kind: DeliveryKind, region: Region, coverage_year: int, by: Staff, on: date) -> Delivery | None:
    """Makes what is owed in the week or month that has begun; None where it is made, or nothing is owed by a day.
    Raises as `make_due`, and `notices.queries.NoNotice`."""
    occurrence = due_occurrence(kind, pack_for(region.pk, coverage_year, on=on), on=on)
    if occurrence is None:
        return None
    return make_due(
        kind=kind, region=region, coverage_year=coverage_year, occurrence=occurrence, format="xlsx", by=by, on=on
    )


def make_next_due(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Looks at the schedule whose turn it is, if there is one, and makes and sends what it owes; says whether there
    was one. What went wrong stands in its `trouble`, and the next look tries again."""
    now = timezone.now()
    turn = Q(looked_at__isnull=True) | Q(looked_at__lte=now - EVERY) | Q(looked_at__gt=now)
    schedule = DeliverySchedule.objects.filter(turn, is_active=True).order_by("looked_at", "pk").first()
    if schedule is None:
        return False
    if DeliverySchedule.objects.filter(turn, pk=schedule.pk).update(looked_at=now):
        with override("zh-hans"), coming_from("schedule"):
            trouble = _follow(schedule)
        DeliverySchedule.objects.filter(pk=schedule.pk).update(trouble=trouble[:400])
    return True


def _follow(schedule: DeliverySchedule) -> str:
    """Makes and sends what the schedule owes today; returns what is in the way, "" where nothing is."""
    region, by = schedule.region, system_staff()
    on = today_in(region.pk)
    try:
        kind = by_name(schedule.kind)
        # A coverage year is worked for from the autumn before it to its own end, and what was missed then made up for.
        for _area, year, pack in packs_of([region], (on.year - 1, on.year, on.year + 1), on=on):
            occurrence = due_occurrence(kind, pack, on=on, days_before=schedule.days_before)
            if occurrence is None:
                continue
            make_due(
                kind=kind,
                region=region,
                coverage_year=year,
                occurrence=occurrence,
                format=schedule.format,
                by=by,
                on=on,
            )
            if schedule.sends:
                _send(kind, region, year, occurrence, by, on)
    except (ChannelError, DeliveryRefused, UnknownDelivery, UnknownYear) as error:
        return str(error)
    except Exception as error:
        # One schedule in disorder keeps neither the others nor the worker from going on.
        logger.exception("schedule %s", schedule.pk)
        return type(error).__name__
    return ""


def _send(kind: DeliveryKind, region: Region, year: int, occurrence: Occurrence, by: Staff, on: date) -> None:
    made = Delivery.objects.filter(
        kind=kind.name,
        region=region,
        coverage_year=year,
        occurrence=occurrence.key,
        status=Delivery.Status.MADE,
    )
    delivery = made.select_related("region", "receiver").first()
    box = boxes_for(delivery).first() if delivery else None
    if delivery and box:
        send_delivery(delivery=delivery, box=box, by=by, on=on)
