"""A list of identities beside the marks that stand: what it adds, changes and ends; complete lists end what they leave
out."""

from django.db import models
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from enrollment.kinds.person_columns import PERSON
from exchanges.comparing import Comparison
from exchanges.models import Batch, RowError
from exchanges.staging import Staging
from privacy.masks import mask_name
from regions.queries import code_ranges
from subsidies.models import Category, IdentityMark

MARK = IdentityMark._meta.db_table
_EXAMPLES = 10
_MARKS_AT_ONCE = 500
_TAKEN = f"""NOT s.bad AND NOT EXISTS (
    SELECT 1 FROM {RowError._meta.db_table} e WHERE e.batch_id = %(batch)s AND e.row_number = s.row_number)"""
_STANDS = f"""SELECT 1 FROM {PERSON} p JOIN {MARK} m ON m.person_id = p.id WHERE p.id_number_index = s.id_index
    AND m.category = s.category AND m.determined_on = s.determined_on"""
_NEW = f"FROM {{staged}} s WHERE {_TAKEN} AND s.ends IS NULL AND NOT EXISTS ({_STANDS})"
# Also a row that was refused says that its person is on the list.
_NAMED = f"""EXISTS (SELECT 1 FROM {{staged}} s JOIN {PERSON} p ON p.id_number_index = s.id_index
    WHERE p.id = m.person_id AND (s.category = m.category OR s.category IS NULL))"""


def compare(staging: Staging) -> Comparison:
    """What the list would do. A complete one ends the marks of its department, area and categories that it leaves out;
    none while a row does not tell whom it means."""
    ends = staging.fetch(f"SELECT count(*) FROM {{staged}} s WHERE s.ends IS NOT NULL AND {_TAKEN}")[0][0]
    if not staging.batch.is_full and not ends:
        return Comparison(standing=0)
    where, params = _comparable(staging.batch, staging.rows)
    standing = staging.fetch(f"SELECT count(*) {where}", **params)[0][0]
    if not staging.batch.is_full:
        return Comparison(standing=standing, ended=ends)
    unread = staging.fetch("SELECT count(*) FROM {staged} s WHERE s.id_index IS NULL")[0][0]
    missing: list[int] = []
    if not unread:
        missing = [row[0] for row in staging.fetch(f"SELECT m.id {where} AND NOT {_NAMED} ORDER BY m.id", **params)]
    changed = staging.fetch(
        f"""SELECT count(*) FROM {{staged}} s WHERE {_TAKEN} AND s.ends IS NULL AND EXISTS (
            {_STANDS} AND (m.region_id <> s.region OR (s.remark <> '' AND m.remark <> s.remark)))"""
    )[0][0]
    return Comparison(
        standing=standing,
        added=staging.fetch(f"SELECT count(*) {_NEW}")[0][0],
        changed=changed,
        ended=ends + len(missing),
        missing=missing,
        examples={"added": _begun(staging), "ended": _left_out(missing)},
        notes=(_unread(unread),) if unread else (),
    )


def end_missing(staging: Staging, compared: Comparison) -> int:
    """Ends the marks that a complete list leaves out, on its business date, or the day of recognition if that is later;
    returns how many."""
    on = Value(staging.batch.business_on, models.DateField())
    ended = 0
    for first in range(0, len(compared.missing), _MARKS_AT_ONCE):
        keys = compared.missing[first : first + _MARKS_AT_ONCE]
        marks = IdentityMark.objects.filter(pk__in=keys, ended_on__isnull=True)
        ended += marks.update(ended_on=Greatest("determined_on", on), batch=staging.batch)
    return ended


def _unread(rows: int) -> str:
    return _("%(rows)s rows do not tell whom they mean, so the list ends nobody. Mend them and send it again.") % {
        "rows": rows
    }


def _begun(staging: Staging) -> list[str]:
    rows = staging.fetch(f"SELECT s.row_number, s.name, s.category {_NEW} ORDER BY s.row_number LIMIT {_EXAMPLES}")
    return [
        _("row %(row)s: %(name)s, %(category)s")
        % {"row": number, "name": mask_name(name), "category": Category(category).label}
        for number, name, category in rows
    ]


def _left_out(missing: list[int]) -> list[str]:
    marks = IdentityMark.objects.filter(pk__in=missing[:_EXAMPLES]).select_related("person").order_by("pk")
    return [
        f"{mask_name(mark.person.name)} {mark.person.masked_number} {mark.get_category_display()} "
        f"{mark.determined_on.isoformat()}"
        for mark in marks
    ]


def _comparable(batch: Batch, rows: int) -> tuple[str, dict[str, str | int]]:
    """FROM and WHERE of the marks (m) that the list could end: open, in its area, of the categories that it names, and
    not brought by another department. One without rows names none; it is about what its own department has brought."""
    params: dict[str, str | int] = {}
    spans = []
    for place, (low, high) in enumerate(code_ranges(batch.region)):
        params |= {f"low{place}": low, f"high{place}": high}
        spans.append(f"(m.region_id >= %(low{place})s AND m.region_id < %(high{place})s)")
    brought = f"SELECT 1 FROM {Batch._meta.db_table} b WHERE b.id = m.batch_id"
    if batch.sender_id is not None:
        params["sender"] = batch.sender_id
    if not rows:
        own = "b.sender_id IS NULL" if batch.sender_id is None else "b.sender_id = %(sender)s"
        whose = f"AND EXISTS ({brought} AND {own})"
    else:
        whose = "AND m.category IN (SELECT s.category FROM {staged} s WHERE s.category IS NOT NULL)"
        if batch.sender_id is not None:
            whose += f" AND NOT EXISTS ({brought} AND b.sender_id <> %(sender)s)"
    return f"FROM {MARK} m WHERE m.ended_on IS NULL AND ({' OR '.join(spans)}) {whose}", params
