"""The page of the calendar, and the button by which a person makes what is owed."""

from collections import Counter
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import requires
from accounts.business_day import today_for, today_in
from accounts.lists import ListConfig
from accounts.models import Staff
from exchanges.calendar import services
from exchanges.calendar.board import STATES, Row, State, rows_of
from exchanges.calendar.duties import Direction
from exchanges.calendar.tables import CalendarTable
from exchanges.forms import areas_for
from exchanges.models import Batch, Delivery
from exchanges.outbound.kinds import UnknownDelivery, by_name
from notices.queries import NoNotice, coverage_years_for
from policy.pack import PackError
from policy.workdays import UnknownYear
from regions.models import Region

ROWS_A_PAGE = 50


@requires("exchanges.view_batch", "exchanges.view_delivery")
@require_GET
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Every duty of the notices in force, both directions: ?area= ?year= ?on= ?direction= and, as tabs, ?state=."""
    user = request.user
    offered = areas_for(user)
    areas = _areas(request, user, offered)
    on = _day(request, user, areas)
    known = coverage_years_for(user)
    years = _years(request, known, on)
    unknown = ""
    try:
        rows = rows_of(areas, years, on=on, user=user)
    except UnknownYear as error:
        rows, unknown = [], _unknown_words(error)
    direction = request.GET.get("direction", "")
    if direction in Direction.values:
        rows = [row for row in rows if row.duty.direction == direction]
    state, number = request.GET.get("state", ""), Counter(row.state for row in rows)
    table = CalendarTable(
        [row for row in rows if row.state == state] if state in STATES else rows,
        on=on,
        opens=_opens(user),
        several=(len(areas) > 1, len(years) > 1),
    )
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    context = {
        "table": table,
        "rows": rows,
        "tabs": [(value.value, label, number[value]) for value, label in STATES.items() if number[value]],
        "state": state,
        "direction": direction,
        "directions": Direction.choices,
        "offered": offered,
        "area": areas[0] if len(areas) == 1 else None,
        "areas": areas,
        "years": known,
        "year": years[0] if request.GET.get("year") and len(years) == 1 else None,
        "shown_years": years,
        "on": on,
        "unknown": unknown,
        "late_rows": _late_rows(rows),
        "to_make": _to_make(rows, on) if user.has_perm("exchanges.make_delivery") else [],
    }
    return render(request, "exchanges/calendar/calendar.html", context)


def _areas(request: HttpRequest, user: Staff, offered: list[Region]) -> list[Region]:
    asked = request.GET.get("area", "")
    if not asked:
        return list(user.regions.order_by("code"))
    found = [area for area in offered if area.pk == asked]
    if not found:
        raise Http404
    return found


def _day(request: HttpRequest, user: Staff, areas: list[Region]) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today_in(areas[0].pk) if len(areas) == 1 else today_for(user)


def _years(request: HttpRequest, known: list[int], on: date) -> list[int]:
    """The year asked for, else those that are worked for on the day, from the autumn before to the end of each."""
    asked = request.GET.get("year", "")
    chosen = [year for year in known if str(year) == asked]
    return chosen or [year for year in known if year in (on.year, on.year + 1)] or known[:1]


def _late_rows(rows: list[Row]) -> list[tuple[Row, Any]]:
    return [(row, told) for row in rows if row.told for told in row.told.lists]


def _unknown_words(error: UnknownYear) -> str:
    return _("The working days of %(year)s are not known yet: the calendar of holidays is to be entered.") % {
        "year": error.day.year
    }


def _opens(user: Staff) -> tuple[type, ...]:
    pages = {Batch: "exchanges.view_batch", Delivery: "exchanges.view_delivery"}
    return tuple(model for model, permission in pages.items() if user.has_perm(permission))


def _to_make(rows: list[Row], on: date) -> list[Row]:
    """The lists of ours that are owed in a week or month that has begun and are not made: the latest of each."""
    found: dict[tuple[str, int, str], Row] = {}
    for row in rows:
        duty, occurrence = row.duty, row.occurrence
        open_now = row.state in (State.OVERDUE, State.PENDING) and row.aside is None
        if duty.delivery and duty.bureau and occurrence and open_now and occurrence.first <= on:
            key = duty.area.pk, duty.coverage_year, duty.delivery.name
            if key not in found or found[key].until.due_on < row.until.due_on:
                found[key] = row
    return list(found.values())


@requires("exchanges.make_delivery")
@require_POST
def make(request: HttpRequest, kind: str) -> HttpResponse:
    """Makes the list that the notice wants in the week or month that has begun."""
    try:
        delivery_kind = by_name(kind)
    except UnknownDelivery as error:
        raise Http404 from error
    asked, year = request.POST.get("area", ""), request.POST.get("year", "")
    area = next((each for each in areas_for(request.user) if each.pk == asked), None)
    if area is None or not (year.isascii() and year.isdigit() and len(year) == 4):
        raise Http404
    try:
        made = services.make_now(
            kind=delivery_kind, region=area, coverage_year=int(year), by=request.user, on=today_in(area.pk)
        )
    except PermissionDenied:
        messages.error(request, _("This area is not yours as a whole; a delivery holds all of it."))
    except UnknownYear as error:
        messages.error(request, _unknown_words(error))
    except (services.DeliveryRefused, NoNotice, PackError) as error:
        messages.error(request, str(error))
    else:
        if made is not None:
            messages.success(request, _("No. %(number)s is made.") % {"number": made.sequence})
            return redirect("exchanges:delivery", number=made.pk)
        messages.info(request, _("This list is made already, or is not owed by a day; nothing was done."))
    return redirect("exchanges:calendar")
