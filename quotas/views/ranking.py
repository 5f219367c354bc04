"""The ranking of a week: my place, the regions in order, the season so far."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.business_day import today_in
from accounts.lists import ListConfig
from accounts.scope import visible_ranges
from enrollment.queries import not_enrolled_by_place
from quotas import standing
from quotas.charts import season_chart
from quotas.publication import codes_above
from quotas.queries import Line, Ranking, Terms, coverage_years, terms
from quotas.tables import OthersTable, RankingTable
from quotas.views.asked import area_or_404, home, ranking_of, year_of
from quotas.views.snapshots import may_freeze
from regions.models import Level, Region
from regions.queries import ancestors, within_ranges


@requires("quotas.view_snapshot")
@require_GET
def ranking_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """The ranking of a week: my place, the regions in order, the season so far."""
    area = area_or_404(request, code) if code else home(request)
    years = coverage_years(area, request.user)
    year = year_of(request, years, area)
    found, missing_week = ranking_of(request, area, year)
    today = today_in(area.code)
    context: dict[str, Any] = {
        "area": area,
        "above": _ways_up(request, area, found),
        "year": year,
        "years": years,
        "found": found,
        "missing_week": missing_week,
        "today": today,
        "may_freeze": may_freeze(request, area, year),
        "frozen_today": found is not None and any(each.on == today for each in found.weeks),
    }
    if found is not None:
        notice = terms(area, year, on=found.snapshot.on)
        context |= _standing_of(request, found, notice) | {"notice": notice}
    return render(request, "quotas/ranking.html", context)


def _ways_up(request: HttpRequest, area: Region, found: Ranking | None) -> list[Region]:
    """Regions above the area that have something to show: the user's own ones, and those that the snapshot ranks."""
    own_ranges, above = request.user.code_ranges, codes_above(request.user)
    ranked = {found.snapshot.region_id, found.total.row.parent_id if found.total else None} if found else set()
    return [
        region
        for region in ancestors(area)
        if within_ranges(region.code, own_ranges) or (region.code in above and region.code in ranked)
    ]


def _standing_of(request: HttpRequest, found: Ranking, notice: Terms) -> dict[str, Any]:
    """What the page shows of a ranking: the line in focus, the tables, the chart, where the notice disagrees."""
    mine = {region.code for region in request.user.regions.all()}
    focus = next((line for line in found.lines if line.row.region_id in mine), None) or found.total
    unpaid = _unpaid(request, found.area, found.coverage_year)
    own_ranges = request.user.code_ranges
    places = {
        "mine": mine,
        "opens": {
            line.row.region_id
            for line in (*found.lines, *found.others)
            if within_ranges(line.row.region_id, own_ranges)
        },
        "unpaid": unpaid,
        "clauses": clauses_of(notice),
        "address": f"year={found.coverage_year}&week={found.snapshot.week}",
        "coverage_year": found.coverage_year,
    }
    lines = RankingTable(found.lines, **places, before=found.before)
    others = OthersTable(found.others, **places, before=found.before)
    for table in (lines, others):
        ListConfig(request, paginate=False).configure(table)
    deadline = standing.deadline(notice.duties)
    stated = notice.stated_target(found.area)
    return {
        "focus": focus,
        "ranked_of": len(found.lines) if focus and focus.row.region_id != found.area.code else 0,
        "lines": lines,
        "others": others if found.others else None,
        "chart": season_chart(focus, deadline) if focus else None,
        "deadline": deadline,
        "pace_to_target": _pace_to_target(focus, deadline),
        "clauses": places["clauses"],
        "stated": stated if found.total and found.total.row.target != stated else None,
        "unpaid_here": sum(unpaid.values()) if unpaid else 0,
    }


def _pace_to_target(focus: Line | None, deadline: date | None) -> int | None:
    if focus is None or not focus.missing or deadline is None:
        return None
    return standing.pace(focus.missing, focus.on, deadline)


def clauses_of(notice: Terms) -> dict[str, str]:
    """Flag → id of the clause that it rests on."""
    duties = notice.duties
    found: dict[str, str] = {}
    on_the_way = next(iter(duties.milestones.values()), None)
    if on_the_way:
        found["milestone_missed"] = on_the_way.clause[0]
    if duties.ranking:
        found["last"] = found["interview"] = duties.ranking.clause[0]
    if duties.target:
        found["complete"] = duties.target.clause[0]
    return found


def _unpaid(request: HttpRequest, area: Region, year: int) -> dict[str, int]:
    """Residents of the villages of a town (or of a village) who have not paid by today, where the user may see them."""
    if area.level not in {Level.TOWN, Level.VILLAGE} or not request.user.has_perm("enrollment.view_person"):
        return {}
    ranges = visible_ranges(request.user, area)
    return not_enrolled_by_place(coverage_year=year, on=today_in(area.code), ranges=ranges) if ranges else {}
