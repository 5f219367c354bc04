from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.business_day import today_for, today_in
from enrollment import services
from enrollment.forms import EndForm, EnrolForm, KnownForm, RegistrationForm
from enrollment.models import Registration
from enrollment.queries import known_facts
from enrollment.views.person import to_person, visible_person
from enrollment.views.places import year_of


@requires("enrollment.register")
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The registration desk: a person whom the lists do not know, or who changes place (SL-5.2, PL-7.2)."""
    on = today_for(request.user)
    year = year_of(request, on)
    form = RegistrationForm(request.POST or None, user=request.user, on=on)
    if form.is_valid():
        given = form.cleaned_data
        who = {
            "name": given["name"].strip(),
            "document_kind": given["document"].kind,
            "id_number": given["document"].number,
            "phone": given["phone"],
            **{name: given[name] for name in ("birth_date", "region", "residence")},
        }
        if done := _registered(request, form, coverage_year=year, on=on, **who):
            return done
    context = {"form": form, "year": year}
    return render(request, "enrollment/register.html", context, status=422 if form.errors else 200)


@requires("enrollment.register")
@never_cache
@require_http_methods(["GET", "POST"])
def register_known(request: HttpRequest, pk: int) -> HttpResponse:
    """Registers somebody of the register, with what lists know of them filled in: who has left employee insurance, say
    (SL-4.2.1, PL-4.2.1)."""
    person = visible_person(request, pk)
    on = today_in(person.region_id)
    year = year_of(request, on)
    form = KnownForm(request.POST or None, user=request.user, person=person, initial=known_facts(person, on=on))
    if form.is_valid():
        known = ("name", "document_kind", "id_number", "birth_date", "region", "residence")
        who = {name: getattr(person, name) for name in known}
        if done := _registered(request, form, coverage_year=year, on=on, **who):
            return done
    context = {"form": form, "year": year, "person": person}
    return render(request, "enrollment/register_known.html", context, status=422 if form.errors else 200)


@requires("enrollment.correct")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for reason and day, then ends a registration and with it the benefits."""
    registration = _registration(request, pk)
    on = today_in(registration.region_id)
    form = EndForm(request.POST or None, initial={"ended_on": on})
    if form.is_valid():
        try:
            services.end_registration(registration=registration, by=request.user, on=on, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The registration is ended. It can be reopened from the person's page."))
            return to_person(request, registration.person_id)
    return render(request, "enrollment/end.html", {"form": form, "registration": registration})


@requires("enrollment.correct")
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes the end of a registration."""
    registration = _registration(request, pk)
    try:
        services.reopen_registration(
            registration=registration,
            by=request.user,
            on=today_in(registration.region_id),
            why=_("ended by mistake"),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The registration stands again; the next run of decisions restores the benefits."))
    return to_person(request, registration.person_id)


def _registered(request: HttpRequest, form: EnrolForm, **given: Any) -> HttpResponse | None:
    """Registers whom the form is about; None, and the reason at its field, where that is refused."""
    try:
        registration = services.register_person(
            place=form.cleaned_data["place"], by=request.user, **form.facts, **given
        )
    except ValidationError as error:
        _tell(form, error)
        return None
    messages.success(request, _("Registered. The person can pay now."))
    return to_person(request, registration.person_id)


def _tell(form: EnrolForm, error: ValidationError) -> None:
    """What the service refuses, at its field where the form has it."""
    told = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
    for field, words in told.items():
        form.add_error(field if field in form.fields else None, words)


def _registration(request: HttpRequest, pk: int) -> Registration:
    return get_object_or_404(Registration.objects.visible_to(request.user).select_related("person", "region"), pk=pk)
