"""Frozen weeks: the list, freezing one, and whom they call to an interview."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import requires
from accounts.business_day import today_in
from accounts.lists import ListConfig
from notices.models import Season
from notices.queries import NoNotice
from policy.pack import PackError
from quotas.models import Snapshot
from quotas.queries import interviews
from quotas.services import freeze_snapshot
from quotas.tables import InterviewTable, SnapshotTable
from quotas.views.asked import area_or_404
from regions.models import Region
from regions.queries import within_ranges


def may_freeze(request: HttpRequest, area: Region, year: int) -> bool:
    """Whether the user may freeze the area: it is one that a notice governs, and all of it is theirs."""
    return (
        request.user.has_perm("quotas.freeze")
        and within_ranges(area.code, request.user.code_ranges)
        and Season.objects.filter(region=area, coverage_year=year).exists()
    )


@requires("quotas.freeze")
@require_POST
def freeze(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Freezes today's figures of an area."""
    area = area_or_404(request, code)
    if not may_freeze(request, area, year):
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
