"""Where a list stands: a place within the user's part of the tree, and the way down from it."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest

from accounts.business_day import today_in
from accounts.models import Staff
from accounts.scope import visible_ranges
from notices.queries import coverage_years_for, current_coverage_year
from regions.models import Region
from regions.queries import ancestors, by_code, children, within_ranges
from regions.queries.tree import RegionNotFound

ROWS_A_PAGE = 100


@dataclass(frozen=True)
class Place:
    """A region of a list, the part of it that the user may see, and the regions above and below that may be opened."""

    region: Region
    ranges: list[tuple[str, str]]
    above: list[Region]
    below: list[Region]
    on: date
    coverage_year: int
    years: list[int]


def place_of(request: HttpRequest, code: str | None) -> Place:
    """The place of a 12-digit code, or the user's own. Raises Http404 for one of which the user may see nothing."""
    user = request.user
    try:
        region = by_code(code) if code else _own(user)
    except RegionNotFound as error:
        raise Http404 from error
    ranges = visible_ranges(user, region) if region else []
    if not ranges:
        raise Http404
    on = today_in(region.pk)
    return Place(
        region=region,
        ranges=ranges,
        above=[each for each in ancestors(region) if _opens(user, each)],
        below=[each for each in children(region, on=on) if visible_ranges(user, each)],
        on=on,
        coverage_year=year_of(request, on),
        years=coverage_years_for(user),
    )


def year_of(request: HttpRequest, on: date) -> int:
    """The coverage year of ?year=, else the one that work is about. Raises Http404 for what is no year."""
    asked = request.GET.get("year") or request.POST.get("year")
    if not asked:
        return current_coverage_year(request.user, on=on)
    if not (asked.isascii() and asked.isdigit() and len(asked) == 4):
        raise Http404
    return int(asked)


def _own(user: Staff) -> Region | None:
    return user.regions.order_by("code").first()


def _opens(user: Staff, region: Region) -> bool:
    """Whether the list of the region is the user's to open: it lies in a posting, not merely above one."""
    return within_ranges(region.pk, user.code_ranges)
