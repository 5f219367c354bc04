"""What the address of a page asks for: area, year, week."""

from datetime import date

from django.http import Http404, HttpRequest

from accounts.business_day import today_in
from notices.models import Season
from policy.period import FIRST_DAY, LAST_DAY
from quotas.queries import NoSnapshot, Ranking, my_places, ranking, ranking_area
from regions.models import Region
from regions.queries import ancestors, within_ranges


def area_or_404(request: HttpRequest, code: str) -> Region:
    """An area whose ranking the user may see; 404 for any other."""
    area = ranking_area(code, request.user)
    if area is None:
        raise Http404
    return area


def home(request: HttpRequest) -> Region:
    """What a member of staff opens first: the ranking in which their place stands, else their own area."""
    ranked = next((line for line in my_places(request.user) if line.row.rank), None)
    if ranked is not None:
        return ranked.row.parent
    own = request.user.regions.order_by("code").first()
    if own is None:
        raise Http404
    return own


def own_area_or_404(request: HttpRequest, code: str) -> Region:
    """A region within the user's postings, without a code the first of them; 404 for any other."""
    if not code:
        area = request.user.regions.order_by("code").first()
    else:
        area = Region.objects.filter(code=code).first() if within_ranges(code, request.user.code_ranges) else None
    if area is None:
        raise Http404
    return area


def year_of(request: HttpRequest, years: list[int], area: Region) -> int:
    """The coverage year of the address, else the newest of `years`, else that of the area's notice."""
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdigit() and len(asked) == 4:
        return int(asked)
    return years[0] if years else season_years(area, default=today_in(area.code).year + 1)[0]


def season_years(area: Region, *, default: int) -> list[int]:
    """Coverage years for which a notice governs the area, the newest first; `default` where there is none."""
    above = [area.code, *(region.code for region in ancestors(area))]
    years = Season.objects.filter(region__in=above).order_by("-coverage_year").values_list("coverage_year", flat=True)
    return list(years.distinct()) or [default]


def _week(request: HttpRequest) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def ranking_of(request: HttpRequest, area: Region, year: int) -> tuple[Ranking | None, str]:
    """The ranking of the week that was asked for; where it has none, the newest one and a word about it."""
    asked = _week(request)
    try:
        return ranking(area, year, request.user, on=asked), ""
    except NoSnapshot as error:
        return (ranking(area, year, request.user), str(error)) if error.weeks else (None, str(error))
