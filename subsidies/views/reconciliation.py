"""Ledger against ledger on a page, with a way to the people behind a difference."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import requires
from enrollment.models import Person
from enrollment.views.places import place_of
from notices.queries import NoNotice
from subsidies.reconciliation import reconcile


@requires("subsidies.reconcile")
@never_cache
@require_GET
def reconciliation(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Every check with its two figures; where they differ, the people behind it."""
    place = place_of(request, code)
    context = {"place": place, "asked": "check" in request.GET}
    if context["asked"]:
        try:
            checked = reconcile(area=place.region, coverage_year=place.coverage_year, on=place.on, user=request.user)
        except NoNotice as error:
            context["problem"] = str(error)
        else:
            people = Person.objects.visible_to(request.user).select_related("region")
            context["checked"] = [
                (each.check, each.result, people.filter(pk__in=each.result.people) if each.result.people else ())
                for each in checked
            ]
            context["ok"] = all(each.result.ok for each in checked)
    return render(request, "subsidies/reconciliation.html", context)
