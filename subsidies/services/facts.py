"""Who is decided for, and what is known of them as facts for the policy."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, DateField, Exists, OuterRef, QuerySet, SmallIntegerField, Value

from accounts.scope import within
from enrollment.models import Payment, Registration
from enrollment.queries import Ranges, enrolled_people, not_enrolled_people, resident_people, standing_payments
from policy.facts import Facts, Identity
from policy.newborn import situation_by_birth
from policy.pack import Pack

_NO_PAYMENT = {
    "no_payment": Value(None, output_field=BigIntegerField()),
    "no_day": Value(None, output_field=DateField()),
}


def people_with_payment(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet[Payment]:
    """Everyone whose earliest standing payment is for a place in the ranges, also those who have died or moved since.

    Rows: person, place of enrolment, payment, day of payment, tier.
    """
    paid = enrolled_people(coverage_year=coverage_year, on=on, ranges=ranges)
    return paid.order_by().values_list("person_id", "region_id", "pk", "paid_on", "tier")


def people_registered(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet[Registration]:
    """Residents without a standing payment who are registered for a place in the ranges; rows as above."""
    paid = standing_payments(coverage_year=coverage_year, on=on).filter(person=OuterRef("person_id"))
    return (
        _open_registrations(coverage_year)
        .filter(within("region", ranges), ~Exists(paid), person__in=resident_people(on=on), person__birth_date__lte=on)
        .annotate(**_NO_PAYMENT)
        .values_list("person_id", "region_id", "no_payment", "no_day", "tier")
    )


def people_unregistered(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet:
    """Residents with hukou in the ranges who neither paid nor are registered anywhere; rows as above.

    The dead and those who moved out are nobody to decide for, nor are children not born by then.
    """
    registered = _open_registrations(coverage_year).filter(person=OuterRef("pk"))
    return (
        not_enrolled_people(coverage_year=coverage_year, on=on, ranges=ranges)
        .filter(~Exists(registered), birth_date__lte=on)
        .annotate(**_NO_PAYMENT, first_tier=Value(1, output_field=SmallIntegerField()))
        .order_by()
        .values_list("pk", "region_id", "no_payment", "no_day", "first_tier")
    )


def _open_registrations(coverage_year: int) -> QuerySet[Registration]:
    return Registration.objects.filter(coverage_year=coverage_year, ended_on__isnull=True).order_by()


class Known(NamedTuple):
    """One person's row of `read_facts`; days are ISO text, as both databases give them."""

    person_id: int
    region_id: str
    paid_on: str | None
    tier: int
    birth_date: str
    situation: str | None
    student: str | None
    employee_cover_ended_on: str | None
    employee_cover_years: int | None
    marks: str | None

    @property
    def contradicts_itself(self) -> bool:
        """A payment before birth; no notice can answer that."""
        return self.paid_on is not None and self.paid_on < self.birth_date

    def situation_in(self, coverage_year: int) -> str:
        """What the registration says; where it says nothing special of a young child, what the day of birth does."""
        return situation_by_birth(self.situation or "general", int(self.birth_date[:4]), coverage_year)

    def facts(self, pack: Pack, on: date) -> Facts:
        """The facts for the notice; whoever has not paid is asked about as if paying `on`."""
        return Facts(
            pack.id,
            _day(self.birth_date),
            _day(self.paid_on) if self.paid_on else on,
            self.situation_in(pack.coverage_year),
            self.student or "none",
            self.tier,
            False,
            _identities(self.marks) if self.marks else (),
            _day(self.employee_cover_ended_on) if self.employee_cover_ended_on else None,
            self.employee_cover_years or 0,
        )


def read_facts(*, coverage_year: int, first: int, last: int) -> Iterator[Known]:
    """What is known of the people of `deciding` with ids from `first` to `last`, in the order of their ids."""
    postgresql = connection.vendor == "postgresql"

    def day(column: str) -> str:
        # SQLite keeps days as this very text; the cast keeps its driver from making dates of them.
        return f"to_char({column}, 'YYYY-MM-DD')" if postgresql else f"CAST({column} AS text)"

    mark = (
        f"category || ' ' || {day('determined_on')} || ' ' || COALESCE({day('ended_on')}, '-')"
        f" || ' ' || {day('marked_on')}"
    )
    query = f"""
        SELECT d.person_id, d.region_id, {day("d.paid_on")}, d.tier, {day("p.birth_date")}, r.situation, r.student,
            {day("r.employee_cover_ended_on")}, r.employee_cover_years, m.marks
        FROM deciding d
        JOIN enrollment_person p ON p.id = d.person_id
        LEFT JOIN enrollment_registration r
            ON r.person_id = d.person_id AND r.person_id BETWEEN %s AND %s
            AND r.coverage_year = %s AND r.ended_on IS NULL
        LEFT JOIN (
            SELECT person_id, {"string_agg" if postgresql else "group_concat"}({mark}, ';') AS marks
            FROM subsidies_identitymark WHERE person_id BETWEEN %s AND %s GROUP BY person_id
        ) m ON m.person_id = d.person_id
        WHERE d.person_id BETWEEN %s AND %s AND p.id BETWEEN %s AND %s
        ORDER BY d.person_id"""
    with connection.cursor() as cursor:
        cursor.execute(query, [first, last, coverage_year, *(first, last) * 3])
        while rows := cursor.fetchmany(5_000):
            yield from map(Known._make, rows)


@lru_cache(maxsize=65_536)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=65_536)
def _identities(marks: str) -> tuple[Identity, ...]:
    """Sorted, so that the same identities are the same facts in whatever order the database had them."""
    return tuple(sorted((_identity(mark) for mark in marks.split(";")), key=_order))


def _identity(mark: str) -> Identity:
    category, determined_on, ended_on, marked_on = mark.split(" ")
    return Identity(category, _day(determined_on), None if ended_on == "-" else _day(ended_on), _day(marked_on))


def _order(identity: Identity) -> tuple[Any, ...]:
    return identity.determined_on, identity.category, identity.marked_on
