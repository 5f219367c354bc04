from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import DocumentKind, Person, Registration
from enrollment.services.entitlement import cut_off
from privacy.keyring import blind_index
from privacy.masks import mask_number
from regions.models import Region


@transaction.atomic
def register_person(
    *,
    name: str,
    document_kind: DocumentKind | str,
    id_number: str,
    birth_date: date,
    region: Region,
    coverage_year: int,
    by: Staff,
    on: date,
    residence: Region | None = None,
    place: Region | None = None,
    phone: str = "",
    situation: str = Registration.Situation.GENERAL,
    student: str = Registration.Student.NONE,
    tier: int = 1,
    employee_cover_ended_on: date | None = None,
    employee_cover_years: int = 0,
) -> Registration:
    """The registration desk: a person unknown to the lists, or one who changes place, is registered for a year.

    `region` is the place of hukou, `residence` that of the residence permit; `place` (by default the residence, else
    the hukou place) is where the person enrols and must be one of the two (SL-5.1, PL-7.1). A number that is known is
    the same person: the register's name stays, another name is refused. `id_number` is normalised and checked by
    `enrollment.documents` before. Raises ValidationError.
    """
    place = place or residence or region
    if place.pk not in {region.pk, residence.pk if residence else region.pk}:
        raise ValidationError(
            {"place": _("The place of enrolment is the hukou place or the place of the residence permit.")}
        )
    if birth_date > on:
        raise ValidationError({"birth_date": _("This day has not come yet.")})
    if situation == Registration.Situation.EMPLOYEE_LAPSED and employee_cover_ended_on is None:
        raise ValidationError({"employee_cover_ended_on": _("Give the day on which the employee insurance ended.")})
    person, made = Person.objects.select_for_update().get_or_create(
        id_number_index=blind_index(id_number, purpose="id_number"),
        defaults={
            "name": name,
            "document_kind": document_kind,
            "id_number": id_number,
            "birth_date": birth_date,
            "region": region,
            "residence": residence,
            "phone": phone or None,
        },
    )
    if not made and person.name != name:
        raise ValidationError(
            {"name": _("This number belongs to another name in the register: check the document, or correct the name.")}
        )
    if Registration.objects.filter(person=person, coverage_year=coverage_year, ended_on=None).exists():
        raise ValidationError(_("This person is already registered for %(year)s.") % {"year": coverage_year})
    registration = Registration.objects.create(
        person=person,
        coverage_year=coverage_year,
        region=place,
        situation=situation,
        student=student,
        tier=tier,
        employee_cover_ended_on=employee_cover_ended_on,
        employee_cover_years=employee_cover_years,
        registered_on=on,
    )
    audit.record(
        by=by,
        on=on,
        verb="enrollment.register_person",
        subject=person,
        region=place,
        after={
            "new_person": made,
            "id_number": mask_number(id_number),
            "coverage_year": coverage_year,
            "place": place.pk,
            "situation": situation,
            "tier": tier,
        },
    )
    return registration


@transaction.atomic
def end_registration(
    *, registration: Registration, reason: str, ended_on: date, by: Staff, on: date, clause: str = "", why: str = ""
) -> bool:
    """Ends a registration on a day, the first on which it no longer counts, and the benefits with the day before.

    `reason` is a `Registration.EndReason`; `clause` is added to the entitlement record (PL-7.5). False if it had ended
    before. Raises ValidationError for an unknown reason or a day before the registration.
    """
    if reason not in Registration.EndReason.values:
        raise ValidationError({"reason": _("Choose one of the reasons.")})
    if ended_on < registration.registered_on:
        raise ValidationError({"ended_on": _("This day lies before the registration.")})
    Person.objects.select_for_update().get(pk=registration.person_id)
    ended = Registration.objects.filter(pk=registration.pk, ended_on=None).update(ended_on=ended_on, end_reason=reason)
    if not ended:
        return False
    benefits = cut_off(
        person=registration.person,
        coverage_year=registration.coverage_year,
        last_day=ended_on - timedelta(days=1),
        clause=clause,
        on=on,
    )
    audit.record(
        by=by,
        on=on,
        verb="enrollment.end_registration",
        subject=registration,
        before={"ended_on": None, "entitlement": benefits},
        after={"ended_on": ended_on, "end_reason": reason},
        why=why,
    )
    return True


@transaction.atomic
def reopen_registration(*, registration: Registration, by: Staff, on: date, why: str) -> bool:
    """Undoes the end of a registration; the next run of decisions restores the benefits. False if it had not ended.

    Raises ValidationError when the person has been registered anew for the year.
    """
    Person.objects.select_for_update().get(pk=registration.person_id)
    others = Registration.objects.filter(
        person_id=registration.person_id, coverage_year=registration.coverage_year, ended_on=None
    )
    if others.exclude(pk=registration.pk).exists():
        raise ValidationError(_("This person has been registered anew for the year."))
    reopened = Registration.objects.filter(pk=registration.pk, ended_on__isnull=False).update(
        ended_on=None, end_reason=""
    )
    if reopened:
        audit.record(
            by=by,
            on=on,
            verb="enrollment.reopen_registration",
            subject=registration,
            before={"ended_on": registration.ended_on, "end_reason": registration.end_reason},
            after={"ended_on": None},
            why=why,
        )
    return bool(reopened)
