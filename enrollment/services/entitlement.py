"""The entitlement record (权益记录): from when to when, by which payment and clauses, with its history."""

from datetime import date
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import Staff
from enrollment.models import Entitlement, Payment, Person
from enrollment.services import versions
from regions.models import Region


class EntitlementChanges(NamedTuple):
    """How many versions a run wrote, and how many it superseded (with or without a successor)."""

    recorded: int
    superseded: int


@transaction.atomic
def record_entitlement(
    *,
    person: Person,
    coverage_year: int,
    region: Region,
    starts_on: date,
    ends_on: date,
    payment: Payment | None,
    clauses: str,
    by: Staff,
    on: date,
    why: str = "",
) -> Entitlement:
    """The person's current version for the year; the same content again changes nothing and leaves no trace.

    `ends_on` is the last day with benefits. A version that differs is kept, superseded on the day.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    fresh = Entitlement(
        person=person,
        coverage_year=coverage_year,
        region=region,
        starts_on=starts_on,
        ends_on=ends_on,
        payment=payment,
        clauses=clauses,
        recorded_on=on,
    )
    return versions.replace(fresh, verb="enrollment.record_entitlement", by=by, on=on, why=why)


@transaction.atomic
def record_entitlements(
    *,
    source: QuerySet | str,
    coverage_year: int,
    by: Staff,
    on: date,
    subject: models.Model,
    region: Region | None = None,
    why: str = "",
    between: tuple[int, int] = (0, 2**63 - 1),
) -> EntitlementChanges:
    """Records the entitlement of many people in two statements; the same content again changes nothing.

    `source` is the name of a table, or a `values()` queryset, with one row a person and these columns:
    person_id, region_id, starts_on, ends_on, payment_id (may be null), clauses. A row whose starts_on is null ends the
    person's current version without a new one (the payment was reversed). People who are not in it are left alone, and
    so are people whose registration for the year has been ended (`end_registration`): their record stays cut off.

    `between` are the lowest and the highest person_id of the source, where they are known: the database then leaves the
    entitlements of everyone else unread. One audit row tells the counts; `subject` is what the run is written down as
    (e.g. the decision run).
    """
    if isinstance(source, str):
        rows, params = connection.ops.quote_name(source), ()
    else:
        query, params = source.query.sql_with_params()
        rows = f"({query})"
    with connection.cursor() as cursor:
        cursor.execute(
            _SUPERSEDE.format(rows=rows, ended=_ENDED), [on, *params, *between, coverage_year, coverage_year]
        )
        superseded = cursor.rowcount
        cursor.execute(
            _INSERT.format(rows=rows, ended=_ENDED),
            [coverage_year, on, *params, *between, coverage_year, coverage_year],
        )
        recorded = cursor.rowcount
    changes = EntitlementChanges(recorded, superseded)
    if any(changes):
        audit.record(
            by=by,
            on=on,
            verb="enrollment.record_entitlements",
            subject=subject,
            region=region,
            after={"coverage_year": coverage_year, **changes._asdict()},
            why=why,
        )
    return changes


def cut_off(*, person: Person, coverage_year: int, last_day: date, clause: str, on: date) -> dict[str, Any] | None:
    """Ends the person's current version with `last_day`; a version that had not begun by then goes without successor.

    Returns what stood before, None where nothing changed. Part of a verb that writes the audit row itself.
    """
    current = Entitlement.objects.filter(person=person, coverage_year=coverage_year, superseded_on=None).first()
    if current is None or current.ends_on <= last_day:
        return None
    before = versions.content(current)
    current.superseded_on = on
    current.save(update_fields=["superseded_on"])
    if current.starts_on <= last_day:
        clauses = " ".join(dict.fromkeys([*current.clauses.split(), *clause.split()]))
        Entitlement.objects.create(
            person=person,
            coverage_year=coverage_year,
            region_id=current.region_id,
            starts_on=current.starts_on,
            ends_on=last_day,
            payment_id=current.payment_id,
            clauses=clauses[: Entitlement._meta.get_field("clauses").max_length],
            recorded_on=on,
        )
    return before


_ENDED = """EXISTS (
    SELECT 1 FROM enrollment_registration AS ended
    WHERE ended.person_id = s.person_id AND ended.coverage_year = %s AND ended.ended_on IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM enrollment_registration AS standing
        WHERE standing.person_id = ended.person_id AND standing.coverage_year = ended.coverage_year
          AND standing.ended_on IS NULL))"""

# Written so that SQLite before 3.39 understands it: it knows no IS DISTINCT FROM.
_SUPERSEDE = """
UPDATE enrollment_entitlement SET superseded_on = %s
FROM {rows} AS s
WHERE enrollment_entitlement.person_id = s.person_id
  AND enrollment_entitlement.person_id BETWEEN %s AND %s
  AND enrollment_entitlement.coverage_year = %s
  AND enrollment_entitlement.superseded_on IS NULL
  AND (s.starts_on IS NULL
    OR enrollment_entitlement.region_id <> s.region_id
    OR enrollment_entitlement.starts_on <> s.starts_on
    OR enrollment_entitlement.ends_on <> s.ends_on
    OR COALESCE(enrollment_entitlement.payment_id, 0) <> COALESCE(s.payment_id, 0)
    OR enrollment_entitlement.clauses <> s.clauses)
  AND NOT {ended}"""

_INSERT = """
INSERT INTO enrollment_entitlement
    (person_id, coverage_year, region_id, starts_on, ends_on, payment_id, clauses, recorded_on)
SELECT s.person_id, %s, s.region_id, s.starts_on, s.ends_on, s.payment_id, s.clauses, %s
FROM {rows} AS s
WHERE s.starts_on IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM enrollment_entitlement AS standing
    WHERE standing.person_id = s.person_id AND standing.person_id BETWEEN %s AND %s
      AND standing.coverage_year = %s AND standing.superseded_on IS NULL)
  AND NOT {ended}
ORDER BY s.person_id"""
