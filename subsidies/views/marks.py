"""Identity marks: lists by category and place, and the steps by hand."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.business_day import today_in
from accounts.lists import ListConfig
from enrollment.models import Person
from enrollment.views.places import ROWS_A_PAGE, place_of
from regions.queries import within_ranges
from subsidies import services
from subsidies.filters import MarkFilter
from subsidies.forms import EndMarkForm, MarkForm
from subsidies.models import IdentityMark
from subsidies.queries.marks import marks_ending_soon, marks_on, marks_without_payment, people_by_category
from subsidies.tables import MarkTable


@requires("subsidies.view_identitymark")
@require_GET
def marks(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Who holds which identity; with ?show= those who have not paid, or whose identity ends soon."""
    place = place_of(request, code)
    show = request.GET.get("show")
    if show == "unpaid":
        rows = marks_without_payment(coverage_year=place.coverage_year, on=place.on, ranges=place.ranges)
    elif show == "ending":
        rows = marks_ending_soon(place.on, ranges=place.ranges)
    else:
        show, rows = "", marks_on(place.on, ranges=place.ranges)
    narrowed = MarkFilter(request.GET, rows.visible_to(request.user).select_related("person", "region"))
    table = MarkTable(narrowed.qs.order_by("region_id", "person_id", "category"))
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    context = {
        "place": place,
        "show": show,
        "filter": narrowed,
        "table": table,
        "categories": people_by_category(place.on, ranges=place.ranges),
    }
    return render(request, "subsidies/marks.html", context)


@requires("subsidies.mark")
@require_http_methods(["GET", "POST"])
def add_mark(request: HttpRequest, person: int) -> HttpResponse:
    """Marks an identity by hand."""
    marked = get_object_or_404(Person.objects.visible_to(request.user).select_related("region"), pk=person)
    _in_reach(request, marked.region_id)
    form = MarkForm(request.POST or None)
    if form.is_valid():
        step = _taken(form, services.add_mark, person=marked, by=request.user, on=today_in(marked.region_id))
        if step:
            messages.success(
                request, _("The identity is marked; it can be taken back today. Decide again to apply it.")
            )
            return redirect("enrollment:person", pk=marked.pk)
    return render(request, "subsidies/mark.html", {"form": form, "person": marked}, status=422 if form.errors else 200)


@requires("subsidies.mark")
@require_http_methods(["GET", "POST"])
def end_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends an identity by hand."""
    mark = _mark(request, pk)
    form = EndMarkForm(request.POST or None)
    if form.is_valid():
        step = _taken(form, services.end_mark, mark=mark, by=request.user, on=today_in(mark.region_id))
        if step:
            messages.success(request, _("The identity is ended; it can be taken back today. Decide again to apply it."))
            return redirect("enrollment:person", pk=mark.person_id)
    context = {"form": form, "person": mark.person, "mark": mark}
    return render(request, "subsidies/mark.html", context, status=422 if form.errors else 200)


@requires("subsidies.mark")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back the last step of the same day."""
    mark = _mark(request, pk)
    try:
        services.take_back(mark=mark, by=request.user, on=today_in(mark.region_id))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It is taken back; the audit trail keeps that it was there."))
    return redirect("enrollment:person", pk=mark.person_id)


def _mark(request: HttpRequest, pk: int) -> IdentityMark:
    mark = get_object_or_404(IdentityMark.objects.visible_to(request.user).select_related("person__region"), pk=pk)
    _in_reach(request, mark.region_id)
    return mark


def _in_reach(request: HttpRequest, code: str) -> None:
    """A person of another area may be seen here, living here, but is marked where the hukou is."""
    if not within_ranges(code, request.user.code_ranges):
        raise Http404


def _taken(form: Any, verb: Any, **given: Any) -> bool:
    """Takes a step with what the form holds; what the step refuses becomes an error of the form."""
    try:
        verb(**given, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
