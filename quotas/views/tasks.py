"""Tasks of an area: the list, setting one and taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.business_day import today_in
from accounts.lists import ListConfig
from quotas.forms import MilestoneFormSet, TaskForm
from quotas.models import Task
from quotas.queries import own_milestones, task_progress, terms
from quotas.services import TaskRefused, set_task, withdraw_task
from quotas.tables import TaskTable
from quotas.views.asked import own_area_or_404, season_years, year_of
from regions.models import Level, Region
from regions.queries import ancestors, within_ranges


@requires("quotas.view_task")
@require_GET
def tasks(request: HttpRequest, code: str = "") -> HttpResponse:
    """The tasks of an area with their sums, against what the notice says."""
    area = own_area_or_404(request, code)
    years = _task_years(request, area)
    year = year_of(request, years, area)
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


def _task_years(request: HttpRequest, area: Region) -> list[int]:
    years = {*season_years(area, default=today_in(area.code).year + 1)}
    years |= set(Task.objects.visible_to(request.user).values_list("coverage_year", flat=True).distinct())
    return sorted(years, reverse=True)


@requires("quotas.set_task")
@require_http_methods(["GET", "POST"])
def task_form(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Sets the task of a region with its milestones."""
    region = own_area_or_404(request, code)
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
    region = own_area_or_404(request, code)
    task = get_object_or_404(Task.objects.visible_to(request.user), region=region, coverage_year=year)
    withdraw_task(task=task, by=request.user, on=today_in(region.code))
    messages.success(request, _("The task of %(region)s is taken back.") % {"region": region.name})
    return redirect(f"{reverse('quotas:tasks_of', args=[_task_list(request, region).code])}?year={year}")
