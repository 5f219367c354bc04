"""Pages of the quotas room: the ranking, the circular, snapshots, interviews, tasks."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.business_day import today_in
from accounts.lists import ListConfig
from accounts.scope import visible_ranges
from enrollment.queries import not_enrolled_by_place
from exchanges.writers import CONTENT_TYPES, FORMATS, SealedSpool
from notices.models import Season
from notices.queries import NoNotice
from policy.pack import PackError
from policy.period import FIRST_DAY, LAST_DAY
from quotas import standing
from quotas.charts import season_chart
from quotas.export import export_ranking
from quotas.forms import MilestoneFormSet, TaskForm
from quotas.models import Snapshot, Task
from quotas.publication import codes_above
from quotas.queries import (
    Line,
    NoSnapshot,
    Ranking,
    Terms,
    coverage_years,
    interviews,
    my_places,
    overdue_lists,
    own_milestones,
    ranking,
    ranking_area,
    task_progress,
    terms,
)
from quotas.services import TaskRefused, freeze_snapshot, set_task, withdraw_task
from quotas.tables import InterviewTable, OthersTable, RankingTable, SnapshotTable, TaskTable
from regions.models import Level, Region
from regions.queries import ancestors, within_ranges


def _area_or_404(request: HttpRequest, code: str) -> Region:
    area = ranking_area(code, request.user)
    if area is None:
        raise Http404
    return area


def _home(request: HttpRequest) -> Region:
    """What a member of staff opens first: the ranking in which their place stands, else their own area."""
    ranked = next((line for line in my_places(request.user) if line.row.rank), None)
    if ranked is not None:
        return ranked.row.parent
    own = request.user.regions.order_by("code").first()
    if own is None:
        raise Http404
    return own


def _year(request: HttpRequest, years: list[int], area: Region) -> int:
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdigit() and len(asked) == 4:
        return int(asked)
    return years[0] if years else _season_years(area, default=today_in(area.code).year + 1)[0]


def _season_years(area: Region, *, default: int) -> list[int]:
    above = [area.code, *(region.code for region in ancestors(area))]
    years = Season.objects.filter(region__in=above).order_by("-coverage_year").values_list("coverage_year", flat=True)
    return list(years.distinct()) or [default]


def _week(request: HttpRequest) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _found(request: HttpRequest, area: Region, year: int) -> tuple[Ranking | None, str]:
    """The ranking of the week that was asked for; where it has none, the newest one and a word about it."""
    asked = _week(request)
    try:
        return ranking(area, year, request.user, on=asked), ""
    except NoSnapshot as error:
        return (ranking(area, year, request.user), str(error)) if error.weeks else (None, str(error))


def _may_freeze(request: HttpRequest, area: Region, year: int) -> bool:
    """Whether the user may freeze the area: it is one that a notice governs, and all of it is theirs."""
    return (
        request.user.has_perm("quotas.freeze")
        and within_ranges(area.code, request.user.code_ranges)
        and Season.objects.filter(region=area, coverage_year=year).exists()
    )


@requires("quotas.view_snapshot")
@require_GET
def ranking_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """The ranking of a week: my place, the regions in order, the season so far."""
    area = _area_or_404(request, code) if code else _home(request)
    years = coverage_years(area, request.user)
    year = _year(request, years, area)
    found, missing_week = _found(request, area, year)
    today = today_in(area.code)
    context: dict[str, Any] = {
        "area": area,
        "above": _ways_up(request, area, found),
        "year": year,
        "years": years,
        "found": found,
        "missing_week": missing_week,
        "today": today,
        "may_freeze": _may_freeze(request, area, year),
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


@requires("quotas.view_snapshot")
@require_GET
def circular(request: HttpRequest, code: str) -> HttpResponse:
    """The week's ranking on a sheet of paper (PL-8.5, ZJ-5.6a)."""
    area = _area_or_404(request, code)
    year = _year(request, coverage_years(area, request.user), area)
    found, missing_week = _found(request, area, year)
    if found is None or missing_week:
        raise Http404
    notice = terms(area, year, on=found.snapshot.on)
    context = {
        "area": area,
        "year": year,
        "found": found,
        "notice": notice,
        "clauses": clauses_of(notice),
        "behind": [line for line in found.lines if line.row.behind],
        "called": [line for line in found.lines if "interview" in line.row.flags],
        "missed": [line for line in found.lines if "milestone_missed" in line.row.flags],
        "short": found.short_of_the_task(notice.duties) if notice.duties.task_missed else [],
        "overdue": overdue_lists(found),
    }
    return render(request, "quotas/circular.html", context)


@requires("quotas.export_ranking")
@require_GET
def export(request: HttpRequest, code: str, file_format: str) -> HttpResponse:
    """The ranking of the week as xlsx or csv."""
    area = _area_or_404(request, code)
    year = _year(request, coverage_years(area, request.user), area)
    found, missing_week = _found(request, area, year)
    if found is None or missing_week or file_format not in FORMATS:
        raise Http404
    spool = SealedSpool()
    export_ranking(found=found, file_format=file_format, sink=spool, by=request.user, on=today_in(area.code))
    response = StreamingHttpResponse(
        spool.chunks(),
        content_type=CONTENT_TYPES[file_format].format(encoding="utf-8"),
        headers={"Content-Length": spool.size},
    )
    response["Content-Disposition"] = f'attachment; filename="ranking-{area.code}-{found.snapshot.on}.{file_format}"'
    return response


@requires("quotas.freeze")
@require_POST
def freeze(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Freezes today's figures of an area."""
    area = _area_or_404(request, code)
    if not _may_freeze(request, area, year):
        raise Http404
    on = today_in(area.code)
    try:
        frozen = freeze_snapshot(region=area, coverage_year=year, on=on, by=request.user)
    except (NoNotice, PackError) as error:
        messages.error(request, str(error))
    else:
        if frozen.made:
            messages.success(request, _("The figures of %(day)s are frozen.") % {"day": on})
        else:
            messages.info(request, _("The figures of %(day)s were frozen already; nothing was changed.") % {"day": on})
    return redirect(f"{reverse('quotas:area', args=[area.code])}?year={year}")


@requires("quotas.view_snapshot")
@require_GET
def snapshots(request: HttpRequest) -> HttpResponse:
    """Every snapshot that the user may see, the newest first."""
    rows = Snapshot.objects.visible_to(request.user).select_related("region", "by")
    table = SnapshotTable(rows)
    ListConfig(request, paginate={"per_page": 50}).configure(table)
    return render(request, "quotas/snapshots.html", {"table": table})


@requires("quotas.view_circular")
@require_GET
def interview_list(request: HttpRequest) -> HttpResponse:
    """Regions due for an interview (PL-8.5, ZJ-5.6a)."""
    table = InterviewTable(interviews(request.user))
    ListConfig(request, paginate=False).configure(table)
    return render(request, "quotas/interviews.html", {"table": table})


@requires("quotas.view_task")
@require_GET
def tasks(request: HttpRequest, code: str = "") -> HttpResponse:
    """The tasks of an area with their sums, against what the notice says."""
    area = _own_area_or_404(request, code)
    years = _task_years(request, area)
    year = _year(request, years, area)
    today = today_in(area.code)
    progress = task_progress(area, year, today, request.user)
    notice = terms(area, year, on=today)
    below = [each for each in progress if each.task.region_id != area.code]
    top = [each for each in below if each.task.region.parent_id == area.code or area.level == Level.AREA]
    total = sum(each.task.target for each in top or below)
    stated = notice.stated_target(area)
    table = TaskTable(progress, may_set=request.user.has_perm("quotas.set_task"))
    ListConfig(request, paginate={"per_page": 100}).configure(table)
    context = {
        "area": area,
        "areas": request.user.regions.order_by("code"),
        "year": year,
        "years": years or [year],
        "table": table,
        "tasks": len(top or below),
        "total": total,
        "population": sum(each.task.population or 0 for each in top or below),
        "notice": notice,
        "stated": stated,
        "disagrees": bool(stated and total and stated != total),
        "own": next((each.task for each in progress if each.task.region_id == area.code), None),
        "today": today,
    }
    return render(request, "quotas/tasks.html", context)


def _own_area_or_404(request: HttpRequest, code: str) -> Region:
    if not code:
        area = request.user.regions.order_by("code").first()
    else:
        area = Region.objects.filter(code=code).first() if within_ranges(code, request.user.code_ranges) else None
    if area is None:
        raise Http404
    return area


def _task_years(request: HttpRequest, area: Region) -> list[int]:
    years = {*_season_years(area, default=today_in(area.code).year + 1)}
    years |= set(Task.objects.visible_to(request.user).values_list("coverage_year", flat=True).distinct())
    return sorted(years, reverse=True)


@requires("quotas.set_task")
@require_http_methods(["GET", "POST"])
def task_form(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Sets the task of a region with its milestones."""
    region = _own_area_or_404(request, code)
    task = Task.objects.visible_to(request.user).filter(region=region, coverage_year=year).first()
    given = {"target": task.target, "population": task.population} if task else {}
    dues = [{"due_on": due.on, "due_count": due.count} for due in own_milestones(task)] if task else []
    form = TaskForm(request.POST or None, initial=given)
    milestones = MilestoneFormSet(request.POST or None, initial=dues, prefix="milestones")
    if request.method == "POST" and form.is_valid() and milestones.is_valid():
        try:
            set_task(
                region=region,
                coverage_year=year,
                target=form.cleaned_data["target"],
                population=form.cleaned_data["population"],
                milestones=milestones.as_dict(),
                why=form.cleaned_data["why"],
                by=request.user,
                on=today_in(region.code),
            )
        except TaskRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The task of %(region)s is set.") % {"region": region.name})
            return redirect(f"{reverse('quotas:tasks_of', args=[_task_list(request, region).code])}?year={year}")
    context = {"region": region, "year": year, "task": task, "form": form, "milestones": milestones}
    return render(request, "quotas/task_form.html", context)


def _task_list(request: HttpRequest, region: Region) -> Region:
    """The area in whose list of tasks the region stands, as far up as the user may go."""
    inside = [above for above in ancestors(region) if within_ranges(above.code, request.user.code_ranges)]
    return inside[-1] if inside else region


@requires("quotas.set_task")
@require_POST
def task_withdraw(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Takes a task back that was set by mistake."""
    region = _own_area_or_404(request, code)
    task = get_object_or_404(Task.objects.visible_to(request.user), region=region, coverage_year=year)
    withdraw_task(task=task, by=request.user, on=today_in(region.code))
    messages.success(request, _("The task of %(region)s is taken back.") % {"region": region.name})
    return redirect(f"{reverse('quotas:tasks_of', args=[_task_list(request, region).code])}?year={year}")
