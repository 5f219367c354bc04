"""Which lists the notices in force want: one line for each bureau that owes or gets one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Bureau, BureauKind
from exchanges.kinds import UnknownKind, by_name
from exchanges.outbound.kinds import DeliveryKind
from exchanges.outbound.kinds import kinds as delivery_kinds
from notices.models import Season
from notices.queries import NoNotice, NoticeFinder
from policy.deadlines import Occurrence, in_force, occurrences
from policy.duties import ReportDeadline
from policy.pack import Pack, PackError
from policy.period import Span
from regions.models import Region
from regions.queries import ancestors


class Direction(models.TextChoices):
    IN = "in", _("To the agency")
    OUT = "out", _("From the agency")


@dataclass(frozen=True)
class Duty:
    """A list that a bureau owes the agency of an area, or the agency owes a bureau, by one deadline of the notice.

    `bureau` is None where none of that kind is entered for the area. `above` are the codes of the area and of all above
    it. `delivery` is the kind by which the agency fulfils it. `watched`: whether the list passes through here as a
    file; what does not is shown with its day and never called overdue.
    """

    area: Region
    above: tuple[str, ...]
    coverage_year: int
    deadline: ReportDeadline
    direction: Direction
    bureau_kind: str
    bureau: Bureau | None
    delivery: DeliveryKind | None
    title: str
    watched: bool
    stands: Span
    occurrences: tuple[Occurrence, ...]

    @property
    def bureau_name(self) -> str:
        return self.bureau.name if self.bureau else str(BureauKind(self.bureau_kind).label)


def delivery_for(deadline: ReportDeadline) -> DeliveryKind | None:
    """The kind of delivery by which the agency fulfils the deadline; None where there is none."""
    if not deadline.outgoing:
        return None
    fits = (kind for kind in delivery_kinds() if (kind.file, kind.receiver) == (deadline.file, deadline.receiver))
    return next(fits, None)


def packs_of(areas: Iterable[Region], years: Iterable[int], *, on: date) -> Iterator[tuple[Region, int, Pack]]:
    """The notice that governs each area in each year on the day; nothing where there is none."""
    areas = list(areas)
    seasons = Season.objects.filter(coverage_year__in=set(years)).values_list("coverage_year", flat=True)
    for year in sorted(set(seasons)):
        finder = NoticeFinder(year, on=on)
        for area in areas:
            try:
                yield area, year, finder.pack(area.pk)
            except (NoNotice, PackError):
                continue


def duties_of(areas: Iterable[Region], years: Iterable[int], *, on: date) -> list[Duty]:
    """Every duty of the notices in force, a line for each bureau of the kind that the notice names: those of the area
    itself, else the nearest above it, else one line without a bureau. Raises `policy.workdays.UnknownYear`."""
    found = list(packs_of(areas, years, on=on))
    lineage = {area.pk: tuple(each.pk for each in (area, *reversed(ancestors(area)))) for area, _year, _pack in found}
    here = Bureau.objects.filter(region__in={code for codes in lineage.values() for code in codes})
    bureaus = list(here.order_by("pk")) if found else []
    return [
        duty
        for area, year, pack in found
        for deadline in pack.duties.report_deadlines.values()
        for duty in _lines(deadline, pack, area, year, lineage[area.pk], bureaus)
    ]


def _lines(
    deadline: ReportDeadline, pack: Pack, area: Region, year: int, above: tuple[str, ...], bureaus: list[Bureau]
) -> Iterator[Duty]:
    direction = Direction.OUT if deadline.outgoing else Direction.IN
    delivery = delivery_for(deadline)
    title = str(delivery.title) if delivery else _title(deadline)
    watched = delivery is not None if deadline.outgoing else _is_file(deadline)
    # A list to the agency goes to the one above (SL-3.1: the county's to the city's); at the top it has arrived.
    upward = deadline.outgoing and deadline.receiver == BureauKind.AGENCY
    if upward and area.pk == pack.jurisdiction:
        return
    places = above[1:] if upward else above
    for kind in (deadline.receiver,) if deadline.outgoing else deadline.senders:
        nearest = _nearest(kind, places, bureaus)
        # Whoever is of the kind owes a list of their own; one list of ours goes to one of them.
        for bureau in (nearest[:1] if deadline.outgoing else nearest) or [None]:
            yield Duty(
                area,
                above,
                year,
                deadline,
                direction,
                kind,
                bureau,
                delivery,
                title,
                watched,
                in_force(deadline, pack),
                occurrences(deadline, pack),
            )


def _nearest(kind: str, places: tuple[str, ...], bureaus: list[Bureau]) -> list[Bureau]:
    of_kind = [bureau for bureau in bureaus if bureau.kind == kind]
    here = ([bureau for bureau in of_kind if bureau.region_id == code] for code in places)
    return next((found for found in here if found), [])


def _is_file(deadline: ReportDeadline) -> bool:
    try:
        by_name(deadline.file)
    except UnknownKind:
        return False
    return True


_OTHER_LISTS = {"waivers": _("Waivers")}


def _title(deadline: ReportDeadline) -> str:
    if _is_file(deadline):
        return str(by_name(deadline.file).label)
    return str(_OTHER_LISTS.get(deadline.file, deadline.file))
