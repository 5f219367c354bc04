"""What counts on a day, for every region of an area: grouped by village in the database, rolled up in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Q

from enrollment.queries import enrolled_people, resident_people
from regions.models import Region
from regions.queries import code_ranges

Ranges = Iterable[tuple[str, str]]


@dataclass
class Count:
    """People of a region and all below it.

    `people`: on the register (hukou) on the day. `enrolled`: with a payment that stands and was made by the assessment
    day. `enrolled_all`: the later ones as well.
    """

    people: int = 0
    enrolled: int = 0
    enrolled_all: int = 0


class Tree:
    """The regions of an area that stand on a day, with what they belong to inside the area."""

    def __init__(self, area: Region, regions: Iterable[Region], on: date) -> None:
        known = {region.code: region for region in regions}
        known[area.code] = area
        self.area, self.on, self._known = area, on, known
        self.regions = {code: region for code, region in known.items() if code == area.code or not self._ended(region)}
        # A member of an area outside the register belongs to a county that is no part of it.
        self.parents: dict[str, str | None] = {
            code: region.parent_id if region.parent_id in self.regions else area.code
            for code, region in self.regions.items()
        }
        self.parents[area.code] = None
        self.children: dict[str, list[str]] = defaultdict(list)
        for code, parent in sorted(self.parents.items()):
            if parent:
                self.children[parent].append(code)

    def _ended(self, region: Region) -> bool:
        return region.ended_on is not None and region.ended_on <= self.on

    def successor(self, code: str) -> str | None:
        """What stands for the code on the day: itself or its successor in the area; None if there is none."""
        region = self._known.get(code)
        while region is not None and region.code not in self.regions:
            region = self._known.get(region.successor_id) if region.successor_id else None
        return region.code if region else None

    def place(self, code: str) -> str:
        """Where the people of a code are counted: its successor, else the nearest standing region above it."""
        while (standing := self.successor(code)) is None:
            region = self._known.get(code)
            code = region.parent_id if region and region.parent_id else self.area.code
        return standing

    def upwards(self, code: str) -> Iterator[str]:
        """The region and all above it up to the area."""
        at: str | None = code
        while at:
            yield at
            at = self.parents[at]

    def bottom_up(self) -> list[str]:
        """All codes, every region after those below it."""
        order, ahead = [], [self.area.code]
        while ahead:
            code = ahead.pop()
            order.append(code)
            ahead += self.children.get(code, ())
        return order[::-1]


def tree(area: Region, on: date) -> Tree:
    """The tree of an area on a day, in one query (two for an area outside the register)."""
    inside = Q(pk__in=())
    for low, high in code_ranges(area):
        inside |= Q(code__gte=low, code__lt=high)
    return Tree(area, Region.objects.filter(inside).order_by("code"), on)


def counts(
    places: Tree, *, coverage_year: int, assessment_day: date | None, ranges: Ranges | None = None
) -> dict[str, Count]:
    """Code → figures of every region of the tree on its day (commands.md, "What a ranking counts").

    Two GROUP BY queries over the lowest level. `ranges` cuts to what a member of staff may see.
    """
    ranges = list(code_ranges(places.area) if ranges is None else ranges)
    paid = enrolled_people(coverage_year=coverage_year, on=places.on, ranges=ranges).order_by().values_list("region_id")
    in_time = Q() if assessment_day is None else Q(paid_on__lte=assessment_day)
    enrolled = paid.annotate(
        everyone=models.Count("pk"), in_time=models.Count("pk", filter=in_time) if in_time else models.Count("pk")
    )
    residents = (
        resident_people(on=places.on, ranges=ranges)
        .order_by()
        .values_list("region_id")
        .annotate(people=models.Count("pk"))
    )
    found: dict[str, Count] = {code: Count() for code in places.regions}
    for code, everyone, counted in enrolled:
        for above in places.upwards(places.place(code)):
            found[above].enrolled += counted
            found[above].enrolled_all += everyone
    for code, people in residents:
        for above in places.upwards(places.place(code)):
            found[above].people += people
    return found
