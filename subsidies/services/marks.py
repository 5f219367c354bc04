"""Marks by hand: the agency adds one that a department's list missed, ends one, and takes a slip back the same day."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import Person
from subsidies.models import Category, IdentityMark
from subsidies.queries.marks import last_step_by_hand


@transaction.atomic
def add_mark(
    *, person: Person, category: str, determined_on: date, why: str, by: Staff, on: date, remark: str = ""
) -> IdentityMark:
    """Marks an identity that a department has determined; `why` names the department's paper.

    The mark stands from `on`: what tax collected before is not changed by it. Raises ValidationError for a day after
    `on` or before birth, an identity that is marked already, and a missing reason.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    _need_reason(why)
    if determined_on > on:
        raise ValidationError({"determined_on": _("The identity is determined today at the latest.")})
    if determined_on < person.birth_date:
        raise ValidationError({"determined_on": _("The identity cannot be determined before birth.")})
    same = IdentityMark.objects.filter(person=person, category=category)
    if same.filter(ended_on__isnull=True).exists():
        raise ValidationError({"category": _("This identity is marked already and has not ended.")})
    if same.filter(ended_on__gt=determined_on).exists() or same.filter(determined_on=determined_on).exists():
        raise ValidationError(
            {"determined_on": _("This identity was marked before and had not ended by then; take a later day.")}
        )
    mark = IdentityMark.objects.create(
        person=person,
        region_id=person.region_id,
        category=Category(category),
        determined_on=determined_on,
        marked_on=on,
        remark=remark,
    )
    audit.record(by=by, on=on, verb="subsidies.add_mark", subject=mark, after=_content(mark), why=why)
    return mark


@transaction.atomic
def end_mark(*, mark: IdentityMark, ended_on: date, why: str, by: Staff, on: date) -> IdentityMark:
    """Ends a mark; `ended_on` is the first day on which it no longer counts.

    Raises ValidationError for a day before it was determined, a mark that has ended, and a missing reason.
    """
    mark = IdentityMark.objects.select_for_update().get(pk=mark.pk)
    _need_reason(why)
    if mark.ended_on is not None:
        raise ValidationError(_("The identity ended on %(day)s already.") % {"day": mark.ended_on})
    if ended_on < mark.determined_on:
        raise ValidationError(
            {
                "ended_on": _("The identity was determined on %(day)s and cannot end before.")
                % {"day": mark.determined_on}
            }
        )
    mark.ended_on = ended_on
    mark.save(update_fields=["ended_on"])
    audit.record(
        by=by, on=on, verb="subsidies.end_mark", subject=mark, before={"ended_on": None}, after=_content(mark), why=why
    )
    return mark


@transaction.atomic
def take_back(*, mark: IdentityMark, by: Staff, on: date) -> IdentityMark | None:
    """Takes back the last step by hand of the same business day: an added mark goes, an ended one holds again.

    Returns the mark, None where it is gone. Raises ValidationError when there is no such step today; what a
    department's list brought is corrected by a list.
    """
    mark = IdentityMark.objects.select_for_update().get(pk=mark.pk)
    step = last_step_by_hand([mark], on=on).get(mark.pk)
    if step is None:
        raise ValidationError(_("Only a step taken by hand today can be taken back."))
    before = _content(mark)
    if step.verb == "subsidies.add_mark":
        audit.record(by=by, on=on, verb="subsidies.take_back", subject=mark, before=before)
        mark.delete()
        return None
    mark.ended_on = None
    mark.save(update_fields=["ended_on"])
    audit.record(by=by, on=on, verb="subsidies.take_back", subject=mark, before=before, after=_content(mark))
    return mark


def _need_reason(why: str) -> None:
    if not why.strip():
        raise ValidationError({"why": _("Say by which paper: the reason is kept.")})


def _content(mark: IdentityMark) -> dict[str, Any]:
    return {
        "person": mark.person_id,
        "category": mark.category,
        "determined_on": mark.determined_on,
        "marked_on": mark.marked_on,
        "ended_on": mark.ended_on,
    }
