"""The week's ranking as others get it: on paper and as a file."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.business_day import today_in
from exchanges.writers import CONTENT_TYPES, FORMATS, SealedSpool
from quotas.export import export_ranking
from quotas.queries import coverage_years, overdue_lists, terms
from quotas.views.asked import area_or_404, ranking_of, year_of
from quotas.views.ranking import clauses_of


@requires("quotas.view_snapshot")
@require_GET
def circular(request: HttpRequest, code: str) -> HttpResponse:
    """The week's ranking on a sheet of paper (PL-8.5, ZJ-5.6a)."""
    area = area_or_404(request, code)
    year = year_of(request, coverage_years(area, request.user), area)
    found, missing_week = ranking_of(request, area, year)
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
    area = area_or_404(request, code)
    year = year_of(request, coverage_years(area, request.user), area)
    found, missing_week = ranking_of(request, area, year)
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
