"""How the duties of an area stand on a day: each occurrence with the list that fulfils it, or what is in the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from accounts.scope import within
from exchanges.calendar.duties import Direction, Duty, duties_of
from exchanges.calendar.models import DeliverySchedule
from exchanges.calendar.recognitions import Told, told_late
from exchanges.models import Batch, Delivery, Receipt
from policy.deadlines import Arrival, Occurrence, standing
from regions.models import Region
from regions.queries import code_ranges, within_ranges

# A list that is being worked off has come; what is held, refused, broken off or stopped has not.
_COMES = (*Batch.OPEN, Batch.Status.MERGED, Batch.Status.UNCHANGED)
_LEFT = (Delivery.Status.SENT, Delivery.Status.ACKNOWLEDGED)


class State(StrEnum):
    """How a line of the calendar stands: as the law has it, or without a day (`undated`), or as a list that does not
    pass through here (`unwatched`)."""

    OVERDUE = "overdue"
    PENDING = "pending"
    LATE = "late"
    DONE = "done"
    UNDATED = "undated"
    UNWATCHED = "unwatched"


STATES = {
    State.OVERDUE: _("Overdue"),
    State.PENDING: _("Still to come"),
    State.LATE: _("Came late"),
    State.DONE: _("Came in time"),
    State.UNDATED: _("Without a day"),
    State.UNWATCHED: _("Not checked here"),
}


@dataclass(frozen=True)
class Row:
    """One line of the calendar. `document` is the list that fulfils it; `aside` the newest list since then that does
    not count. `days` left, overdue or late. `told` are the rows of a duty that runs from each recognition.

    Occurrences in a row that are overdue, or were made good by one list, are one line: the first of them, with its
    days, and how many `times` there are up to `until`.
    """

    duty: Duty
    state: State
    occurrence: Occurrence | None = None
    days: int = 0
    times: int = 1
    until: Occurrence | None = None
    document: Batch | Delivery | None = None
    aside: Batch | Delivery | None = None
    told: Told | None = None
    automatic: bool = False

    @property
    def on(self) -> date | None:
        """The day on which the document came or left."""
        return _day_of(self.document) if self.document else None


def rows_of(
    areas: Sequence[Region], years: Iterable[int], *, on: date, user: Staff | None, lists_only: bool = False
) -> list[Row]:
    """The calendar of some areas as it stands on a day, overdue lines first.

    With a user only what that person may see: all of it for who watches over every bureau, else the duties of the own
    bureau. `lists_only` leaves out what is no matter of a list's day: rows told too late, what is made by itself.
    Raises `policy.workdays.UnknownYear`.
    """
    if user is not None:
        areas = [area for area in areas if within_ranges(area.pk, user.code_ranges)]
    duties = [duty for duty in duties_of(areas, years, on=on) if user is None or _sees(user, duty)]
    if not duties:
        return []
    batches, deliveries = _batches(duties, on, user), _deliveries(duties, on, user)
    scheduled = set() if lists_only else _scheduled(duties)
    rows: list[Row] = []
    for duty in duties:
        if not duty.watched:
            rows += [
                Row(duty, State.UNWATCHED, each, max((each.due_on - on).days, 0)) for each in duty.occurrences
            ] or [Row(duty, State.UNWATCHED)]
        elif duty.direction == Direction.OUT:
            automatic = (duty.area.pk, duty.delivery.name) in scheduled
            rows += _stand(duty, _lists_to(duty, deliveries), on, automatic=automatic)
        else:
            came = _lists_of(duty, batches)
            if duty.deadline.each_row:
                rows.append(_each_row(duty, came, counted=not lists_only))
            else:
                rows += _stand(duty, came, on)
    order = list(State)
    return sorted(rows, key=lambda row: (order.index(row.state), *_by_day(row), row.duty.title, row.duty.bureau_name))


def overdue(areas: Sequence[Region], years: Iterable[int], *, on: date, user: Staff | None) -> list[Row]:
    """One row for each duty with something overdue, that of its oldest missing list, while the duty stands.

    Without a user every bureau's, for what is published.
    """
    found: dict[int, Row] = {}
    for row in rows_of(areas, years, on=on, user=user, lists_only=True):
        if row.state == State.OVERDUE and on <= row.duty.stands.last:
            found.setdefault(id(row.duty), row)
    return list(found.values())


def _scheduled(duties: list[Duty]) -> set[tuple[str, str]]:
    asked = DeliverySchedule.objects.filter(region__in={duty.area.pk for duty in duties}, is_active=True)
    return set(asked.values_list("region_id", "kind"))


def _sees(user: Staff, duty: Duty) -> bool:
    if user.has_perm("exchanges.view_every_sender"):
        return True
    return duty.bureau is not None and duty.bureau.pk == user.bureau_id


def _batches(duties: list[Duty], on: date, user: Staff | None) -> list[Batch]:
    places = Q(region__in={code for duty in duties for code in duty.above})
    for area in {duty.area.pk: duty.area for duty in duties}.values():
        places |= within("region", code_ranges(area))
    asked = Batch.objects.filter(
        places,
        kind__in={duty.deadline.file for duty in duties if duty.direction == Direction.IN},
        coverage_year__in={duty.coverage_year for duty in duties},
        sender__in={duty.bureau.pk for duty in duties if duty.bureau},
        business_on__lte=on,
    )
    return list(_seen(asked, user).defer("layout", "preview").order_by("business_on", "id"))


def _deliveries(duties: list[Duty], on: date, user: Staff | None) -> list[Delivery]:
    asked = Delivery.objects.filter(
        kind__in={duty.delivery.name for duty in duties if duty.delivery},
        region__in={code for duty in duties for code in duty.above},
        coverage_year__in={duty.coverage_year for duty in duties},
        on__lte=on,
    )
    said = Receipt.objects.filter(delivery=OuterRef("pk"), sha256__in=["", OuterRef("sha256")]).order_by("-pk")
    taken = Subquery(said.values("accepted")[:1])
    return list(_seen(asked, user).annotate(taken=taken).order_by("sent_on", "id"))


def _seen(asked: QuerySet, user: Staff | None) -> QuerySet:
    return asked if user is None else asked.visible_to(user)


def _lists_of(duty: Duty, batches: list[Batch]) -> list[Batch]:
    return [
        batch
        for batch in batches
        if duty.bureau
        and batch.sender_id == duty.bureau.pk
        and (batch.kind, batch.coverage_year) == (duty.deadline.file, duty.coverage_year)
    ]


def _lists_to(duty: Duty, deliveries: list[Delivery]) -> list[Delivery]:
    """The lists of ours for the area, or for one above that holds it."""
    return [
        delivery
        for delivery in deliveries
        if (delivery.kind, delivery.coverage_year) == (duty.delivery.name, duty.coverage_year)
        and delivery.region_id in duty.above
    ]


def is_part(duty: Duty, document: Batch | Delivery) -> bool:
    """Whether a list is one of a part of the area only: it is not what is owed for the whole by a day."""
    return bool(duty.occurrences) and document.region_id not in duty.above


def counts(duty: Duty, document: Batch | Delivery, on: date) -> bool:
    """Whether a list has come, or left, by the day. Some row must have been taken, here or, where the receiver objects
    to others, there."""
    if isinstance(document, Delivery):
        left = document.sent_on is not None and document.sent_on <= on
        return left and (document.status in _LEFT or bool(document.taken))
    nothing_taken = document.status == Batch.Status.MERGED and document.rows and not document.accepted
    return document.status in _COMES and not nothing_taken and not is_part(duty, document)


def _day_of(document: Batch | Delivery) -> date:
    return (document.sent_on or document.on) if isinstance(document, Delivery) else document.business_on


def _stand(duty: Duty, lists: Sequence[Batch | Delivery], on: date, *, automatic: bool = False) -> list[Row]:
    counting = [each for each in lists if counts(duty, each, on)]
    others = [each for each in lists if not counts(duty, each, on)]
    if not duty.occurrences:
        last = counting[-1] if counting else None
        return [Row(duty, State.UNDATED, document=last, aside=_newest(others, last), automatic=automatic)]
    arrivals = [Arrival(_day_of(each), getattr(each, "period", "")) for each in counting]
    rows: list[Row] = []
    for occurrence in duty.occurrences:
        if occurrence.first > on and rows and (rows[-1].state == State.PENDING or rows[-1].until.first > on):
            # One time that is still to come is enough to look at.
            break
        found = standing(occurrence, arrivals, on)
        document = counting[found.arrival] if found.arrival is not None else None
        late = [each for each in others if _day_of(each) >= occurrence.first]
        aside = _newest(late, None) if document is None else None
        row = Row(
            duty,
            State(found.state),
            occurrence,
            found.days,
            document=document,
            aside=aside,
            automatic=automatic,
            until=occurrence,
        )
        if rows and row.state in (State.OVERDUE, State.LATE) and _alike(rows[-1], row):
            rows[-1] = replace(rows[-1], times=rows[-1].times + 1, until=occurrence, aside=aside)
        else:
            rows.append(row)
    return rows


def _alike(one: Row, other: Row) -> bool:
    return (one.state, one.document) == (other.state, other.document)


def _newest(others: Sequence[Batch | Delivery], since: Batch | Delivery | None) -> Batch | Delivery | None:
    newer = [each for each in others if since is None or _day_of(each) >= _day_of(since)]
    return newer[-1] if newer else None


def _each_row(duty: Duty, lists: list[Batch], *, counted: bool) -> Row:
    taken = [each for each in lists if each.status == Batch.Status.MERGED]
    told = told_late(duty, taken) if counted and taken else None
    last = taken[-1] if taken else None
    aside = _newest([each for each in lists if each not in taken], last)
    if told is None or not (told.rows or told.uncounted):
        return Row(duty, State.UNDATED, document=last, aside=aside)
    state = State.LATE if told.late else State.DONE
    return Row(duty, state, days=told.most_days, document=last, aside=aside, told=told)


def _by_day(row: Row) -> tuple[int, date]:
    """What is to come stands nearest first, what came newest first."""
    due_on = row.occurrence.due_on if row.occurrence else date.max
    if row.state in (State.DONE, State.LATE):
        return -due_on.toordinal(), date.min
    return 0, due_on
