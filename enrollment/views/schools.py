"""Schools as units: which there are, who goes to them, who of the pupils has not paid (SL-6.2d)."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.business_day import today_for
from accounts.lists import ListConfig
from enrollment.forms import NumberForm, PupilFilter, SchoolFilter
from enrollment.models import School, Schooling
from enrollment.queries import AWAY, standing_payments
from enrollment.tables import PupilTable, SchoolTable
from enrollment.views.places import ROWS_A_PAGE, year_of
from notices.queries import coverage_years_for


@requires("enrollment.view_schooling")
@require_GET
def schools(request: HttpRequest) -> HttpResponse:
    """Schools to which people of the user's area go, with how many of them, and how many have not paid."""
    on = today_for(request.user)
    year = year_of(request, on)
    rows = School.objects.visible_to(request.user).select_related("region").order_by("region_id", "name")
    search = SchoolFilter(request.GET)
    if search.is_valid() and (part := search.cleaned_data["name"].strip()):
        rows = rows.filter(name__contains=part)
    pupils = _pupils(request, year, on).filter(school=OuterRef("pk")).order_by()
    counted = pupils.values("school").annotate(people=Count("pk")).values("people")
    unpaid = pupils.filter(paid=False).values("school").annotate(people=Count("pk")).values("people")
    table = SchoolTable(rows.annotate(pupils=Coalesce(Subquery(counted), 0), unpaid=Coalesce(Subquery(unpaid), 0)))
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    context = {
        "table": table,
        "search": search,
        "number_form": NumberForm(),
        "coverage_year": year,
        "years": coverage_years_for(request.user),
    }
    return render(request, "enrollment/schools.html", context)


@requires("enrollment.view_schooling")
@require_GET
def school(request: HttpRequest, pk: int) -> HttpResponse:
    """The pupils of a school whom the user sees; ?only=unpaid leaves those who have not paid, ?stage= those of one."""
    found = get_object_or_404(School.objects.visible_to(request.user).select_related("region"), pk=pk)
    on = today_for(request.user)
    year = year_of(request, on)
    pupils = _pupils(request, year, on).filter(school=found)
    narrowed = PupilFilter(request.GET)
    only = "unpaid" if request.GET.get("only") == "unpaid" else ""
    rows = pupils.filter(paid=False) if only else pupils
    if narrowed.is_valid():
        if stage := narrowed.cleaned_data["stage"]:
            rows = rows.filter(stage=stage)
        if beginning := narrowed.cleaned_data["name"].strip():
            rows = rows.filter(person__name__startswith=beginning)
    table = PupilTable(rows.select_related("person__region").order_by("stage", "person__name", "pk"))
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    context = {
        "school": found,
        "table": table,
        "filter": narrowed,
        "only": only,
        "pupils": pupils.count(),
        "unpaid": pupils.filter(paid=False).count(),
        "coverage_year": year,
        "years": coverage_years_for(request.user),
        "on": on,
    }
    return render(request, "enrollment/school.html", context)


def _pupils(request: HttpRequest, year: int, on: object) -> QuerySet[Schooling]:
    """Pupils whom the user sees, without those who died, moved away, serve or are in prison, with whether they have
    `paid` for the year, wherever that was."""
    paid = standing_payments(coverage_year=year, on=on).filter(person=OuterRef("person"))
    seen = Schooling.objects.visible_to(request.user).exclude(person__status__in=AWAY, person__status_on__lte=on)
    return seen.annotate(paid=Exists(paid))
