"""The tree by codes: ranges, ancestors, children, successors."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from regions.models import Level, Region

PREFIX_DIGITS = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWN: 9, Level.VILLAGE: 12}
_LISTED_CANDIDATES = 10


class RegionNotFound(LookupError):
    """No region answers to the text; the message says what was looked for and where."""


class AmbiguousRegion(LookupError):
    """Several regions answer to the text; `candidates` lists them."""

    def __init__(self, text: str, candidates: list[Region]) -> None:
        self.candidates = candidates
        listed = "、".join(f"{region.full_name}（{region.code}）" for region in candidates[:_LISTED_CANDIDATES])
        more = f"等{len(candidates)}处" if len(candidates) > _LISTED_CANDIDATES else ""
        super().__init__(f"“{text}”不唯一，可能是：{listed}{more}；请填写12位区划代码或完整名称")


def own_range(region: Region) -> tuple[str, str]:
    """Half-open range of the codes of a division of the register and all below it."""
    digits = PREFIX_DIGITS[Level(region.level)]
    low = region.code[:digits].ljust(12, "0")
    return low, str(int(region.code[:digits]) + 1).ljust(12, "0") if digits < 12 else region.code + "~"


def code_ranges(region: Region) -> list[tuple[str, str]]:
    """Half-open code ranges of a region and all below it; of an area, those of its members and its own code."""
    if region.level != Level.AREA:
        return [own_range(region)]
    members = Region.objects.filter(areas__area=region).order_by("code")
    return [(region.code, region.code + "~"), *(own_range(member) for member in members)]


def within_ranges(code: str, ranges: Iterable[tuple[str, str]]) -> bool:
    """Whether a code lies in one of the half-open ranges."""
    return any(low <= code < high for low, high in ranges)


def ancestors(region: Region) -> list[Region]:
    """The regions above, province first, the region itself not among them. One query a level."""
    chain: list[Region] = []
    while region.parent_id:
        region = region.parent
        chain.append(region)
    return chain[::-1]


def children(region: Region, *, on: date | None = None) -> QuerySet[Region]:
    """The regions directly below, by code; of an area, its members. With `on`, only those that stand on that day."""
    below = Region.objects.filter(areas__area=region) if region.level == Level.AREA else region.children.all()
    if on is not None:
        below = below.exclude(ended_on__lte=on)
    return below.order_by("code")


def by_code(code: str, *, on: date | None = None) -> Region:
    """The region of a 12-digit code; with `on`, its successor on that day. Raises RegionNotFound."""
    region = Region.objects.select_related("successor").filter(code=code).first()
    if region is None:
        raise RegionNotFound(f"区划代码 {code} 不在区划表中")
    while on and region.successor_id and region.ended_on <= on:
        region = region.successor
    return region
