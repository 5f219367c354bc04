from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.business_day import today_in
from accounts.models import AuditEntry
from enrollment import services
from enrollment.forms import CorrectionForm, ReasonForm, RevealForm
from enrollment.models import Entitlement, NotEnrolledReason, Payment, Person, Registration
from enrollment.panels import badges_for, panels_for
from enrollment.queries import enrolled_people, standing_payments
from enrollment.views.places import year_of
from privacy.masks import mask_phone

_TRAIL_ROWS = 50


@requires("enrollment.view_person")
@never_cache
@require_GET
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who it is, where, what was paid, from when to when there are benefits, and what was done about it."""
    return _page(request, visible_person(request, pk))


@requires("enrollment.reveal_number")
@never_cache
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The page once more, with the full number on it; who asked and why is kept."""
    person = visible_person(request, pk)
    form = RevealForm(request.POST)
    number = None
    if form.is_valid():
        try:
            number = services.reveal_number(
                person=person, why=form.cleaned_data["why"], by=request.user, on=today_in(person.region_id)
            )
        except ValidationError as error:
            form.add_error(None, error)
    return _page(request, person, number=number, reveal_form=form, status=200 if number else 422)


@requires("enrollment.record_reason")
@require_POST
def record_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes down why the person did not enrol."""
    person = visible_person(request, pk)
    on = today_in(person.region_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.record_reason(
                person=person, coverage_year=year_of(request, on), by=request.user, on=on, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The reason is recorded."))
            return to_person(request, person.pk)
    return _page(request, person, reason_form=form, status=422)


@requires("enrollment.record_reason")
@require_POST
def withdraw_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a reason back that was recorded by mistake."""
    reason = get_object_or_404(NotEnrolledReason.objects.visible_to(request.user).select_related("person"), pk=pk)
    if services.withdraw_reason(reason=reason, by=request.user, on=today_in(reason.region_id)):
        messages.success(request, _("The reason is withdrawn; it stays in the history."))
    else:
        messages.info(request, _("It had been withdrawn before."))
    return to_person(request, reason.person_id)


@requires("enrollment.correct")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects name, phone and residence; before and after stand in the audit trail."""
    person = visible_person(request, pk)
    services.need_reach(request.user, person.region_id)
    form = CorrectionForm(
        request.POST or None,
        initial={"name": person.name, "residence": person.residence.full_name if person.residence else ""},
    )
    if form.is_valid():
        given = form.cleaned_data
        services.correct_person(
            person=person,
            name=given["name"].strip(),
            phone=None if given["forget_phone"] else given["phone"] or person.phone,
            residence=given["residence"],
            why=given["why"],
            by=request.user,
            on=today_in(person.region_id),
        )
        messages.success(request, _("The correction is saved."))
        return to_person(request, person.pk)
    phone = mask_phone(person.phone) if person.phone else ""
    return render(request, "enrollment/correct.html", {"person": person, "form": form, "phone": phone})


def visible_person(request: HttpRequest, pk: int) -> Person:
    """The person, or 404 where the user may not see them."""
    people = Person.objects.visible_to(request.user).select_related("region", "residence")
    return get_object_or_404(people, pk=pk)


def to_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the person's page, or to the list of people where the step was about someone of another place."""
    if Person.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("enrollment:person", pk=pk)
    messages.info(request, _("The person belongs to another place; their page is opened there."))
    return redirect("enrollment:people")


def _page(
    request: HttpRequest,
    person: Person,
    *,
    number: str | None = None,
    reveal_form: RevealForm | None = None,
    reason_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    on = today_in(person.region_id)
    year = year_of(request, on)
    payments = Payment.objects.visible_to(user).filter(person=person).select_related("region")
    standing = set(standing_payments(coverage_year=year, on=on).filter(person=person).values_list("pk", flat=True))
    place = enrolled_people(coverage_year=year, on=on).filter(person=person).select_related("region").first()
    reason = (
        NotEnrolledReason.objects.visible_to(user)
        .filter(person=person, coverage_year=year, withdrawn_on=None)
        .select_related("recorded_by")
        .first()
    )
    registrations = Registration.objects.visible_to(user).filter(person=person).select_related("region", "person")
    standing_registration = Registration.objects.filter(person=person, coverage_year=year, ended_on=None)
    context: dict[str, Any] = {
        "person": person,
        "year": year,
        "on": on,
        "own": services.in_reach(user, person.region_id),
        "phone": mask_phone(person.phone) if person.phone else "",
        "badges": badges_for([person.pk], user, coverage_year=year, on=on).get(person.pk, []),
        "enrolled_by": place,
        "registrations": registrations.order_by("-coverage_year", "-pk"),
        "may_register": user.has_perm("enrollment.register")
        and person.status == Person.Status.NORMAL
        and not standing_registration.exists(),
        "payments": payments.order_by("-coverage_year", "-paid_on", "-pk"),
        "standing_count": len(standing),
        "timelines": _timelines(request, person),
        "reason": reason,
        "panels": panels_for(person, user, coverage_year=year, on=on),
        "number": number,
        "reveal_form": reveal_form or RevealForm(),
        "reason_form": reason_form or ReasonForm(instance=reason),
        "trail": AuditEntry.objects.visible_to(user)
        .filter(model=Person._meta.label_lower, object_id=str(person.pk))
        .select_related("by")[:_TRAIL_ROWS],
    }
    return render(request, "enrollment/person.html", context, status=status)


def _timelines(request: HttpRequest, person: Person) -> dict[int, list[Entitlement]]:
    """Coverage year → versions of the entitlement record, the newest first."""
    versions = (
        Entitlement.objects.visible_to(request.user)
        .filter(person=person)
        .select_related("region", "payment")
        .order_by("-coverage_year", "-pk")
    )
    timelines: dict[int, list[Entitlement]] = {}
    for version in versions:
        timelines.setdefault(version.coverage_year, []).append(version)
    return timelines
