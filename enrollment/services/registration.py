from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.models import Staff
from enrollment.models import DocumentKind, Person, Registration
from enrollment.services.entitlement import cut_off
from enrollment.services.reach import need_reach
from privacy.keyring import blind_index
from privacy.masks import mask_number
from regions.models import Region

_CAUSES = {
    "other_name": gettext_noop("the register has another name for this number"),
    "registered_already": gettext_noop("the person is registered for the year already"),
}


class _Refused(Exception):
    """A number that is known does not fit what was entered: `cause`, and the person whose it is."""

    def __init__(self, cause: str, person: Person) -> None:
        super().__init__(cause)
        self.cause, self.person = cause, person


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
    the hukou place) is where the person enrols, must be one of the two (SL-5.1, PL-7.1) and within reach of `by`. A
    number that is known is the same person: name and hukou place of the register stay, a residence permit seen at the
    desk comes in (SL-5.2). `id_number` is normalised and checked by `enrollment.documents` before.

    Raises ValidationError. A known number that does not fit leaves an audit row; of a person whom `by` may not see
    the answer is the same whatever it is that does not fit. Raises PermissionDenied for a place out of reach.
    """
    place = place or residence or region
    need_reach(by, place.pk)
    if place.pk not in {region.pk, residence.pk if residence else region.pk}:
        raise ValidationError(
            {"place": _("The place of enrolment is the hukou place or the place of the residence permit.")}
        )
    if birth_date > on:
        raise ValidationError({"birth_date": _("This day has not come yet.")})
    if situation == Registration.Situation.EMPLOYEE_LAPSED and employee_cover_ended_on is None:
        raise ValidationError({"employee_cover_ended_on": _("Give the day on which the employee insurance ended.")})
    entered = {
        "name": name,
        "document_kind": document_kind,
        "id_number": id_number,
        "birth_date": birth_date,
        "region": region,
        "residence": residence,
        "phone": phone or None,
    }
    facts = {
        "situation": situation,
        "student": student,
        "tier": tier,
        "employee_cover_ended_on": employee_cover_ended_on,
        "employee_cover_years": employee_cover_years,
    }
    try:
        return _register(entered, facts, place=place, coverage_year=coverage_year, by=by, on=on)
    except _Refused as refused:
        _keep_refusal(refused, id_number, coverage_year=coverage_year, place=place, by=by, on=on)
        raise _answer(refused, coverage_year, by) from None


@transaction.atomic
def _register(
    entered: dict[str, Any], facts: dict[str, Any], *, place: Region, coverage_year: int, by: Staff, on: date
) -> Registration:
    index = blind_index(entered["id_number"], purpose="id_number")
    person, made = Person.objects.select_for_update().get_or_create(id_number_index=index, defaults=entered)
    if not made and person.name != entered["name"]:
        raise _Refused("other_name", person)
    if Registration.objects.filter(person=person, coverage_year=coverage_year, ended_on=None).exists():
        raise _Refused("registered_already", person)
    residence = entered["residence"]
    moved_from = person.residence_id
    moves = not made and residence is not None and residence.pk != moved_from
    if moves:
        person.residence = residence
        person.save(update_fields=["residence"])
    registration = Registration.objects.create(
        person=person, coverage_year=coverage_year, region=place, registered_on=on, **facts
    )
    after = {
        "new_person": made,
        "id_number": mask_number(entered["id_number"]),
        "coverage_year": coverage_year,
        "place": place.pk,
        "situation": facts["situation"],
        "tier": facts["tier"],
    }
    audit.record(
        by=by,
        on=on,
        verb="enrollment.register_person",
        subject=person,
        region=place,
        before={"residence": moved_from} if moves else None,
        after=after | ({"residence": residence.pk} if moves else {}),
    )
    return registration


@transaction.atomic
def _keep_refusal(refused: _Refused, id_number: str, *, coverage_year: int, place: Region, by: Staff, on: date) -> None:
    audit.record(
        by=by,
        on=on,
        verb="enrollment.refuse_registration",
        subject=refused.person,
        region=place,
        after={"id_number": mask_number(id_number), "coverage_year": coverage_year, "cause": refused.cause},
        why=_(_CAUSES[refused.cause]),
    )


def _answer(refused: _Refused, coverage_year: int, by: Staff) -> ValidationError:
    if not Person.objects.visible_to(by).filter(pk=refused.person.pk).exists():
        return ValidationError(
            _(
                "This number cannot be registered with what was entered. Compare name and number with the document; if "
                "both are right, ask the agency of the county. The attempt is kept."
            )
        )
    if refused.cause == "other_name":
        return ValidationError(
            {"name": _("This number belongs to another name in the register: check the document, or correct the name.")}
        )
    return ValidationError(_("This person is already registered for %(year)s.") % {"year": coverage_year})


@transaction.atomic
def end_registration(
    *, registration: Registration, reason: str, ended_on: date, by: Staff, on: date, clause: str = "", why: str = ""
) -> bool:
    """Ends a registration on a day, the first on which it no longer counts, and the benefits with the day before.

    `reason` is a `Registration.EndReason`; `clause` is added to the entitlement record (PL-7.5). False if it had ended
    before. Raises ValidationError for an unknown reason or a day before the registration, PermissionDenied for a
    registration out of reach.
    """
    need_reach(by, registration.region_id)
    return apply_end(registration=registration, reason=reason, ended_on=ended_on, by=by, on=on, clause=clause, why=why)


@transaction.atomic
def apply_end(
    *, registration: Registration, reason: str, ended_on: date, by: Staff, on: date, clause: str = "", why: str = ""
) -> bool:
    """`end_registration` as part of a verb that has asked itself whether `by` may: a list, a proposal, a refund."""
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

    Raises ValidationError when the person has been registered anew for the year, PermissionDenied for a registration
    out of reach.
    """
    need_reach(by, registration.region_id)
    return apply_reopening(registration=registration, by=by, on=on, why=why)


@transaction.atomic
def apply_reopening(*, registration: Registration, by: Staff, on: date, why: str) -> bool:
    """`reopen_registration` as part of a verb that has asked itself whether `by` may."""
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
