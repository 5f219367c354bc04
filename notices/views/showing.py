"""What several pages of the notices need: a notice by name, or 404; a difference in the words of the field."""

from datetime import date
from typing import Any

from django.http import Http404

from accounts.models import Staff
from notices import reading
from notices.words import SECTIONS, field_title, shown
from policy.explain import Difference, clauses_of
from policy.pack import Pack


def named_pack(name: str, user: Staff, on: date) -> Pack:
    """A notice as it reads on the day, or a kept version by its SHA-256. Raises Http404."""
    pack = reading.by_name(name, user, on=on)
    if pack is None:
        raise Http404
    return pack


def shown_difference(each: Difference, one: Pack, two: Pack) -> dict[str, Any]:
    """A leaf that differs between two notices."""
    section = each.path.split(".")[0]
    known = two if each.b is not None else one
    return {
        "section": SECTIONS.get(section, section),
        "label": each.label,
        "title": field_title(each.path),
        "path": each.path,
        "a": None if each.a is None else shown(each.a, each.path, one),
        "b": None if each.b is None else shown(each.b, each.path, two),
        "clauses": clauses_of(known, each.clause),
    }
