from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import NumberReveal, Person
from enrollment.services.reach import need_reach
from privacy.masks import mask_phone
from regions.models import Region


@transaction.atomic
def correct_person(
    *,
    person: Person,
    name: str,
    phone: str | None,
    residence: Region | None,
    by: Staff,
    on: date,
    why: str,
) -> Person:
    """Corrects what a department's list or a hand got wrong: name, phone and residence as they should stand.

    Raises ValidationError for an empty name or a missing reason, PermissionDenied for somebody whose hukou is out of
    reach. Nothing different leaves no trace.
    """
    need_reach(by, person.region_id)
    if not why.strip():
        raise ValidationError({"why": _("Say why: the reason is kept with the correction.")})
    person = Person.objects.select_for_update().get(pk=person.pk)
    before, after = {}, {}
    if name != person.name:
        if not name.strip():
            raise ValidationError({"name": _("A person needs a name.")})
        before["name"], after["name"] = person.name, name
        person.name = name
    if (phone or None) != person.phone:
        before["phone"] = mask_phone(person.phone) if person.phone else None
        after["phone"] = mask_phone(phone) if phone else None
        person.phone = phone or None
    if (residence.pk if residence else None) != person.residence_id:
        before["residence"], after["residence"] = person.residence_id, residence.pk if residence else None
        person.residence = residence
    if after:
        person.save(update_fields=list(after))
        audit.record(
            by=by, on=on, verb="enrollment.correct_person", subject=person, before=before, after=after, why=why
        )
    return person


@transaction.atomic
def reveal_number(*, person: Person, why: str, by: Staff, on: date) -> str:
    """The full id number. Who asked, when and why is kept for the person and in the audit trail.

    Raises ValidationError without a reason, and beyond settings.REVEALS_A_DAY numbers in 24 hours.
    """
    why = why.strip()
    if not why:
        raise ValidationError({"why": _("Say why the full number is needed: the reason is kept.")})
    # One after the other: two tabs at once would both find room for one more.
    Staff.objects.select_for_update().get(pk=by.pk)
    shown = NumberReveal.objects.filter(by=by, at__gt=timezone.now() - timedelta(days=1)).count()
    if shown >= settings.REVEALS_A_DAY:
        raise ValidationError(
            {
                "why": _(
                    "%(count)s full numbers were shown to you in 24 hours, and no more are. Go on tomorrow; for a "
                    "list, have a ledger exported with full numbers and its reason."
                )
                % {"count": shown}
            }
        )
    NumberReveal.objects.create(person=person, region_id=person.region_id, by=by, why=why)
    audit.record(by=by, on=on, verb="enrollment.reveal_number", subject=person, why=why)
    return person.id_number
