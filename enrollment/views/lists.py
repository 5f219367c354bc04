from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import requires
from accounts.lists import ListConfig
from accounts.scope import within
from enrollment.documents import INDEX_PURPOSE, normalised
from enrollment.forms import NumberForm, PeopleFilter
from enrollment.models import NotEnrolledReason, Payment, Person, Proposal
from enrollment.panels import badges_for, differing_amounts
from enrollment.queries import (
    by_place,
    doubly_insured,
    duplicate_payments,
    lapsed_insured,
    named,
    not_enrolled_people,
    standing_payments,
)
from enrollment.tables import AmountTable, DuplicateTable, NotPaidTable, PeopleTable
from enrollment.views.places import ROWS_A_PAGE, Place, place_of
from privacy.keyring import blind_index
from regions.models import Level
from regions.queries import code_ranges, within_ranges


@requires("enrollment.view_person")
@require_GET
def people(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """People of a place by name, 100 a page; down from county to village."""
    return _people_page(request, place_of(request, code))


@requires("enrollment.view_person")
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The person of a whole id number. Who is hidden is answered as who does not exist."""
    form = NumberForm(request.POST)
    if form.is_valid():
        index = blind_index(normalised(form.cleaned_data["number"]), purpose=INDEX_PURPOSE)
        person = Person.objects.visible_to(request.user).filter(id_number_index=index).first()
        if person:
            return redirect("enrollment:person", pk=person.pk)
        form.add_error("number", _("Nobody in your area has this number. Check it, or ask the agency."))
    return _people_page(request, place_of(request, None), number_form=form)


def _people_page(request: HttpRequest, place: Place, number_form: NumberForm | None = None) -> HttpResponse:
    search = PeopleFilter(request.GET)
    found = Person.objects.filter(within("region", place.ranges) | within("residence", place.ranges)).visible_to(
        request.user
    )
    beginning = search.cleaned_data["name"].strip() if search.is_valid() else ""
    # Everyone of a county by name helps nobody, and sorting them takes most of a second.
    asks = not beginning and place.region.level not in {Level.TOWN, Level.VILLAGE}
    if beginning:
        found = named(found, beginning)
    elif asks:
        found = found.none()
    rows, following = _page(found.select_related("region").order_by("name", "pk"), request, ("name",))
    paid = standing_payments(coverage_year=place.coverage_year, on=place.on).filter(person__in=[row.pk for row in rows])
    enrolled = set(paid.values_list("person_id", flat=True))
    for row in rows:
        row.enrolled = row.pk in enrolled
    context = {
        "place": place,
        "search": search,
        "number_form": number_form or NumberForm(),
        "table": PeopleTable(rows),
        "asks": asks,
        "following": following,
        "paged": "after" in request.GET,
    }
    return render(request, "enrollment/people.html", context, status=422 if number_form else 200)


@requires("enrollment.view_person")
@require_GET
def not_paid(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Who has not paid: in a village or town person by person, above that the counts of the places below. ?only=lapsed
    leaves those who have left employee insurance."""
    place = place_of(request, code)
    everyone = not_enrolled_people(coverage_year=place.coverage_year, on=place.on, ranges=place.ranges)
    lapsed = lapsed_insured(everyone, on=place.on)
    only = "lapsed" if request.GET.get("only") == "lapsed" else ""
    counts = {"": by_place(everyone), "lapsed": by_place(lapsed)}
    context = {
        "place": place,
        "only": only,
        "total": sum(counts[""].values()),
        "lapsed": sum(counts["lapsed"].values()),
    }
    if place.region.level in {Level.TOWN, Level.VILLAGE} or only:
        waiting = (lapsed if only else everyone).select_related("region").order_by("region_id", "household", "pk")
        rows, context["following"] = _page(waiting, request, ("region_id", "household"))
        ids = [person.pk for person in rows]
        reasons = NotEnrolledReason.objects.filter(person__in=ids, coverage_year=place.coverage_year, withdrawn_on=None)
        context["table"] = NotPaidTable(
            rows,
            badges=badges_for(ids, request.user, coverage_year=place.coverage_year, on=place.on),
            reasons={reason.person_id: reason for reason in reasons},
            exclude=("region",) if place.region.level == Level.VILLAGE else (),
        )
        context["paged"] = "after" in request.GET
    if place.below:
        context["below"] = [
            (region, sum(people for at, people in counts[only].items() if within_ranges(at, code_ranges(region))))
            for region in place.below
        ]
    return render(request, "enrollment/not_paid.html", context)


@requires("enrollment.view_payment")
@require_GET
def amounts(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Payments whose amount is not what was due; they count, and somebody looks into them."""
    place = place_of(request, code)
    payments = standing_payments(coverage_year=place.coverage_year, on=place.on, ranges=place.ranges)
    differing = differing_amounts(payments, coverage_year=place.coverage_year, on=place.on)
    table = AmountTable(differing.select_related("person", "region").order_by("region_id", "pk"))
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    return render(request, "enrollment/amounts.html", {"place": place, "table": table})


@requires("enrollment.view_payment")
@require_GET
def duplicates(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """People with two or more standing payments for the year, and those who have employee insurance too (SL-5.3)."""
    place = place_of(request, code)
    asked = {"coverage_year": place.coverage_year, "on": place.on, "ranges": place.ranges}
    context: dict[str, Any] = {"place": place}
    for name, payments in (("table", duplicate_payments(**asked)), ("employees", doubly_insured(**asked))):
        rows = payments.select_related("person", "region").order_by("person_id", "paid_on", "pk")
        context[name] = table = DuplicateTable(
            rows, prefix="" if name == "table" else "e", proposals=partial(_proposals, request)
        )
        ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    return render(request, "enrollment/duplicates.html", context)


def _proposals(request: HttpRequest, payments: list[Payment]) -> dict[int, Proposal]:
    """Payment → what is proposed about it: that it goes to refund, that it stays, or that the enrolment ends."""
    seen = (
        Proposal.objects.visible_to(request.user).exclude(status=Proposal.Status.LAPSED).select_related("registration")
    )
    ids = [payment.pk for payment in payments]
    found: dict[int, Proposal] = {}
    for proposal in seen.filter(Q(payment__in=ids) | Q(stays__in=ids), kind=Proposal.Kind.DUPLICATE):
        found.setdefault(proposal.stays_id, proposal)
        found[proposal.payment_id] = proposal
    people = {payment.person_id: payment for payment in payments}
    for proposal in seen.filter(person__in=people, kind=Proposal.Kind.EMPLOYEE_COVER):
        payment = people[proposal.person_id]
        if proposal.registration.coverage_year == payment.coverage_year:
            found.setdefault(payment.pk, proposal)
    return found


def _page(people: QuerySet[Person], request: HttpRequest, order: tuple[str, ...]) -> tuple[list[Person], Person | None]:
    """The page behind the person of ?after=, and the last person of it if more follow. No page is ever skipped to, so
    its cost does not grow with its number."""
    if after := request.GET.get("after"):
        last = people.filter(pk=after).first() if after.isascii() and after.isdigit() else None
        if last is None:
            raise Http404
        behind, same = Q(), Q()
        for name in (*order, "pk"):
            behind |= same & Q(**{f"{name}__gt": getattr(last, name)})
            same &= Q(**{name: getattr(last, name)})
        people = people.filter(behind)
    rows = list(people[: ROWS_A_PAGE + 1])
    more = len(rows) > ROWS_A_PAGE
    return rows[:ROWS_A_PAGE], rows[ROWS_A_PAGE - 1] if more else None
