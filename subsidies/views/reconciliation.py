"""Ledger against ledger on a page, with a way to the people behind a difference. A worker reckons, the page shows."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import requires
from accounts.scope import sees_all_of
from enrollment.models import Person
from enrollment.views.places import Place, place_of
from exchanges import doorbell
from subsidies.models import Calculation
from subsidies.progress import progress_of, waits_for_a_worker
from subsidies.queries.inputs import mark_of_inputs
from subsidies.reconciliation import read_reconciliation
from subsidies.services import calculating
from subsidies.tasks import calculate

_EARLIER_SHOWN = 10


@requires("subsidies.reconcile")
@never_cache
@require_http_methods(["GET", "POST"])
def reconciliation(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """The last reconciliation of a place: every check with its two figures, and where they differ, the people behind
    it. A POST asks for a new one."""
    place = place_of(request, code)
    if request.method == "POST":
        return _ask(request, place)
    context: dict[str, Any] = {"place": place, "whole": sees_all_of(request.user, place.region)}
    if context["whole"]:
        context |= _standing(request, place)
    return render(request, "subsidies/reconciliation.html", context)


@requires("subsidies.reconcile")
@never_cache
@require_GET
def reconciliation_progress(request: HttpRequest, pk: int) -> JsonResponse:
    """Where a reconciliation stands, for static/js/progress.js."""
    asked = Calculation.objects.visible_to(request.user).filter(kind=Calculation.Kind.RECONCILIATION)
    return JsonResponse(progress_of(get_object_or_404(asked, pk=pk)))


def _ask(request: HttpRequest, place: Place) -> HttpResponse:
    try:
        with transaction.atomic():
            asked = calculating.ask_for_reconciliation(
                region=place.region, coverage_year=place.coverage_year, on=place.on, by=request.user
            )
            transaction.on_commit(lambda: doorbell.tell(calculate, asked.pk))
    except calculating.CalculationRefused as error:
        messages.error(request, str(error))
    address = reverse("subsidies:reconciliation_in", args=[place.region.pk])
    return redirect(f"{address}?year={place.coverage_year}")


def _standing(request: HttpRequest, place: Place) -> dict[str, Any]:
    """What is under way, the last result, and earlier ones."""
    rows = Calculation.objects.visible_to(request.user).filter(
        kind=Calculation.Kind.RECONCILIATION, region=place.region, coverage_year=place.coverage_year
    )
    newest = rows.select_related("by").first()
    done = list(rows.filter(status=Calculation.Status.DONE).select_related("by")[:_EARLIER_SHOWN])
    context: dict[str, Any] = {
        "running": newest if newest and not newest.final else None,
        "failed": newest if newest and newest.status == Calculation.Status.FAILED else None,
        "no_worker": newest is not None and waits_for_a_worker(newest),
        "last": done[0] if done else None,
        "earlier": done[1:],
    }
    if done:
        context |= _read(request, place, done[0])
    return context


def _read(request: HttpRequest, place: Place, last: Calculation) -> dict[str, Any]:
    checked = read_reconciliation(last.result)
    behind = {person for each in checked for person in each.result.people}
    people = Person.objects.visible_to(request.user).select_related("region").in_bulk(behind)
    now = mark_of_inputs(region=place.region, coverage_year=place.coverage_year, on=place.on)
    return {
        "checked": [
            (each.check, each.result, [people[pk] for pk in each.result.people if pk in people]) for each in checked
        ],
        "ok": last.result["ok"],
        "outdated": last.inputs != now,
    }
