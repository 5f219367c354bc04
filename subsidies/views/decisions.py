"""Deciding for an area, with what it brought; who is assisted, and for whom a figure is missing."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import requires
from accounts.lists import ListConfig
from accounts.scope import within
from enrollment.queries import enrolled_people, resident_people
from enrollment.views.places import ROWS_A_PAGE, Place, place_of
from exchanges import doorbell
from notices.models import Season
from notices.queries import NoNotice, NoticeFinder
from policy.explain import clauses_of
from subsidies import services
from subsidies.filters import AssistedFilter
from subsidies.ledgers import ALL_FUNDS, PURPOSES
from subsidies.models import DecisionRun
from subsidies.progress import progress_of, waits_for_a_worker
from subsidies.queries.decisions import arrived_since_last_run, assisted, last_run, undetermined
from subsidies.queries.sums import sums_by_fund
from subsidies.tables import AssistedTable, RunTable, UndeterminedTable
from subsidies.tasks import run as run_task

_RUNS_SHOWN = 20


@requires("subsidies.view_decision")
@require_GET
def decisions(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """What stands for a place: the last run, sums by fund, what has arrived since, earlier runs."""
    place = place_of(request, code)
    area = {"coverage_year": place.coverage_year, "ranges": place.ranges}
    runs = DecisionRun.objects.visible_to(request.user).filter(
        within("region", place.ranges), coverage_year=place.coverage_year
    )
    context = {
        "place": place,
        "last": last_run(**area),
        "sums": _named(sums_by_fund(**area)),
        "arrived": arrived_since_last_run(**area),
        "undetermined": undetermined(**area).count(),
        "open": runs.filter(status__in=DecisionRun.OPEN).first(),
        "table": RunTable(runs.select_related("region", "by")[:_RUNS_SHOWN]),
    }
    return render(request, "subsidies/decisions.html", context)


@requires("subsidies.decide")
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Asks before deciding, saying for how many people and by which notice; then puts the run into the queue."""
    place = place_of(request, code)
    context: dict[str, Any] = {"place": place}
    try:
        context["pack"] = NoticeFinder(place.coverage_year, on=place.on).pack(place.region.pk)
    except NoNotice as error:
        # Towns of a county may have notices of their own, and the county none.
        if not Season.objects.filter(within("region", place.ranges), coverage_year=place.coverage_year).exists():
            context["problem"] = str(error)
            return render(request, "subsidies/decide.html", context, status=409)
    if request.method == "POST":
        try:
            with transaction.atomic():
                run = services.ask(region=place.region, coverage_year=place.coverage_year, on=place.on, by=request.user)
                transaction.on_commit(lambda: doorbell.tell(run_task, run.pk))
        except services.DecisionRefused as error:
            messages.error(request, str(error))
            return redirect("subsidies:decisions_in", code=place.region.pk)
        return redirect("subsidies:run", pk=run.pk)
    context |= {
        "residents": resident_people(on=place.on, ranges=place.ranges).count(),
        "enrolled": enrolled_people(coverage_year=place.coverage_year, on=place.on, ranges=place.ranges).count(),
    }
    return render(request, "subsidies/decide.html", context)


@requires("subsidies.view_decision")
@never_cache
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """A run: its progress, or what it brought."""
    found = _run(request, pk)
    context = {
        "run": found,
        "final": found.final,
        "sums": _named_text(found.result or {}),
        "no_worker": waits_for_a_worker(found),
    }
    return render(request, "subsidies/run.html", context)


@requires("subsidies.view_decision")
@never_cache
@require_GET
def run_progress(request: HttpRequest, pk: int) -> JsonResponse:
    """Where a run stands, for static/js/progress.js."""
    return JsonResponse(progress_of(_run(request, pk)))


@requires("subsidies.view_decision")
@require_GET
def assisted_people(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Who is assisted, as what and with how much; only those who have paid."""
    place = place_of(request, code)
    rows = assisted(coverage_year=place.coverage_year, ranges=place.ranges)
    narrowed = AssistedFilter(request.GET, rows.select_related("person", "region", "answer", "payment"))
    table = AssistedTable(narrowed.qs.order_by("region_id", "person_id"))
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    return render(request, "subsidies/assisted.html", {"place": place, "filter": narrowed, "table": table})


@requires("subsidies.view_decision")
@require_GET
def undetermined_people(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """For whom the notice leaves a figure to another document, and what to do about it."""
    place = place_of(request, code)
    rows = undetermined(coverage_year=place.coverage_year, ranges=place.ranges)
    table = UndeterminedTable(
        rows.select_related("person", "region", "answer", "payment").order_by("region_id", "person_id")
    )
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    return render(
        request, "subsidies/undetermined.html", {"place": place, "table": table, "clauses": _open_clauses(place)}
    )


def _run(request: HttpRequest, pk: int) -> DecisionRun:
    return get_object_or_404(DecisionRun.objects.visible_to(request.user).select_related("region", "by"), pk=pk)


def _open_clauses(place: Place) -> list[Any]:
    """The clauses cited by the answers that are undetermined here."""
    rows = undetermined(coverage_year=place.coverage_year, ranges=place.ranges)
    lists = rows.order_by().values_list("answer__clauses", flat=True).distinct()
    cited = dict.fromkeys(clause for clauses in lists for clause in clauses.split())
    try:
        pack = NoticeFinder(place.coverage_year, on=place.on).pack(place.region.pk)
    except NoNotice:
        return []
    return list(clauses_of(pack, tuple(clause for clause in cited if clause in pack.register)))


def _named(sums: dict[str, dict[str, int]]) -> list[tuple[str, list[tuple[str, int]], int]]:
    """Purpose, (fund, fen) in words, total."""
    return [
        (
            PURPOSES[purpose],
            [(ALL_FUNDS[fund], funds[fund]) for fund in ALL_FUNDS if fund in funds],
            sum(funds.values()),
        )
        for purpose, funds in sums.items()
    ]


def _named_text(result: dict[str, dict[str, str]]) -> list[tuple[str, list[tuple[str, int]], int]]:
    return _named(
        {
            purpose: {fund: int(Decimal(text).scaleb(2)) for fund, text in funds.items()}
            for purpose, funds in result.items()
        }
    )
