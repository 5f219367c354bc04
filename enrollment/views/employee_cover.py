"""Employee insurance as its agency tells it: who came, who went."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import requires
from accounts.business_day import today_for
from accounts.lists import ListConfig
from enrollment.documents import INDEX_PURPOSE, normalised
from enrollment.forms import CoverFilter, NumberForm
from enrollment.models import EmployeeCover, Person
from enrollment.queries import spells_in_force
from enrollment.tables import CoverTable
from enrollment.views.places import ROWS_A_PAGE
from privacy.keyring import blind_index


@requires("enrollment.view_employeecover")
@require_GET
def spells(request: HttpRequest) -> HttpResponse:
    """Spells that the user sees, by name, employer and whether they hold today."""
    search = CoverFilter(request.GET)
    rows = EmployeeCover.objects.visible_to(request.user)
    if search.is_valid():
        asked = search.cleaned_data
        if beginning := asked["name"].strip():
            rows = rows.filter(name__startswith=beginning)
        if part := asked["employer"].strip():
            rows = rows.filter(employer__contains=part)
        if asked["state"]:
            holding = spells_in_force(on=today_for(request.user)).values("pk")
            rows = rows.filter(pk__in=holding) if asked["state"] == "in_force" else rows.exclude(pk__in=holding)
    return _page(request, rows, search)


@requires("enrollment.view_employeecover")
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The spells of a whole id number. Who is hidden is answered as who has none."""
    form, rows = NumberForm(request.POST), EmployeeCover.objects.none()
    if form.is_valid():
        index = blind_index(normalised(form.cleaned_data["number"]), purpose=INDEX_PURPOSE)
        rows = EmployeeCover.objects.visible_to(request.user).filter(id_number_index=index)
        if not rows:
            form.add_error("number", _("No list of your area has told of employee insurance for this number."))
    return _page(request, rows, CoverFilter(), form, status=422 if form.errors else 200)


def _page(
    request: HttpRequest,
    rows: QuerySet[EmployeeCover],
    search: CoverFilter,
    number_form: NumberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = Person.objects.visible_to(request.user).filter(id_number_index=OuterRef("id_number_index"))
    table = CoverTable(rows.select_related("region").annotate(person=Subquery(seen.values("pk")[:1])).order_by("-pk"))
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    context = {
        "table": table,
        "search": search,
        "number_form": number_form or NumberForm(),
        "found": number_form is not None,
    }
    return render(request, "enrollment/employee_cover.html", context, status=status)
