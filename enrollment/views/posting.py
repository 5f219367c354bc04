"""The village's lists for its notice board, on paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from enrollment.posting import Posted, may_post, post
from enrollment.views.places import place_of
from regions.models import Level


@requires("exchanges.export_ledger")
@never_cache
@require_http_methods(["GET", "POST"])
def posting(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Down to a village, and there its two lists; a POST draws one of them up for printing and leaves a trace."""
    place = place_of(request, code)
    ready = may_post(place.region, request.user)
    context = {"place": place, "ready": ready, "village": place.region.level == Level.VILLAGE}
    if request.method == "GET":
        return render(request, "enrollment/posting.html", context)
    if not ready or request.POST.get("list") not in list(Posted):
        raise Http404
    which = Posted(request.POST["list"])
    lines = post(region=place.region, coverage_year=place.coverage_year, which=which, on=place.on, by=request.user)
    return render(request, "enrollment/posted.html", {**context, "which": which, "lines": lines})
