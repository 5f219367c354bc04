"""Reads of people, payments and the entitlement record: who is enrolled, who is not, who paid twice.

"Enrolled" (commands.md, what a ranking counts) stands here once; rankings, ledgers and decisions build on it.
`ranges` are half-open ranges of division codes: `regions.queries.code_ranges` of an area, cut to what a member of
staff may see by `accounts.scope.visible_ranges`.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.business_day import today_for
from accounts.models import Staff
from accounts.scope import within
from enrollment.models import EmployeeCover, NotEnrolledReason, Payment, Person, Proposal, Registration, Schooling
from notices.queries import current_coverage_year
from policy.newborn import first_birth_year

COUNTED_AT_MOST = 10_000
Ranges = Iterable[tuple[str, str]]
AWAY = (Person.Status.DEAD, Person.Status.MOVED_OUT, Person.Status.ENLISTED, Person.Status.IN_PRISON)


def standing_payments(*, coverage_year: int, on: date, ranges: Ranges | None = None) -> QuerySet[Payment]:
    """Payments for the coverage year that stand on the day: paid by then, not reversed and not refunded by then.

    With `ranges` only those with a place of enrolment in them.
    """
    payments = Payment.objects.filter(
        Q(reversed_on__isnull=True) | Q(reversed_on__gt=on),
        Q(refunded_on__isnull=True) | Q(refunded_on__gt=on),
        coverage_year=coverage_year,
        paid_on__lte=on,
    )
    return payments if ranges is None else payments.filter(within("region", ranges))


def enrolled_people(*, coverage_year: int, on: date, ranges: Ranges | None = None) -> QuerySet[Payment]:
    """One row a person enrolled on the day: the earliest standing payment, whose region is the place of enrolment.

    Of two payments on the same day the one recorded first counts. `ranges` cuts by that place, so that a person who
    paid in two places is counted in one of them only.
    """
    earlier = earlier_payments(coverage_year=coverage_year, on=on)
    return standing_payments(coverage_year=coverage_year, on=on, ranges=ranges).filter(~Exists(earlier))


def earlier_payments(*, coverage_year: int, on: date) -> QuerySet[Payment]:
    """For a subquery over payments: the standing ones of the same person that come before."""
    return standing_payments(coverage_year=coverage_year, on=on).filter(
        Q(paid_on__lt=OuterRef("paid_on")) | Q(paid_on=OuterRef("paid_on"), pk__lt=OuterRef("pk")),
        person=OuterRef("person"),
    )


def enrolled_by_place(*, coverage_year: int, on: date, ranges: Ranges | None = None) -> dict[str, int]:
    """Code of the place of enrolment → people enrolled there on the day; places without anyone are left out."""
    people = enrolled_people(coverage_year=coverage_year, on=on, ranges=ranges)
    return dict(people.order_by().values_list("region_id").annotate(people=Count("pk")))


def resident_people(*, on: date, ranges: Ranges | None = None) -> QuerySet[Person]:
    """People of the register (place of hukou) who could enrol on the day: neither dead nor moved out, enlisted or in
    prison by then."""
    people = Person.objects.exclude(status__in=AWAY, status_on__lte=on)
    return people if ranges is None else people.filter(within("region", ranges))


def not_enrolled_people(*, coverage_year: int, on: date, ranges: Ranges | None = None) -> QuerySet[Person]:
    """Resident people without a payment that stands on the day, wherever it was paid (ZJ-3.5, ZJ-5.3a)."""
    paid = standing_payments(coverage_year=coverage_year, on=on).filter(person=OuterRef("pk"))
    return resident_people(on=on, ranges=ranges).filter(~Exists(paid))


def not_enrolled_by_place(*, coverage_year: int, on: date, ranges: Ranges | None = None) -> dict[str, int]:
    """`by_place` of those who are not enrolled."""
    return by_place(not_enrolled_people(coverage_year=coverage_year, on=on, ranges=ranges))


def by_place(people: QuerySet[Person]) -> dict[str, int]:
    """Code of the hukou place → how many of the people; places without any are left out."""
    return dict(people.order_by().values_list("region_id").annotate(people=Count("pk")))


def named(people: QuerySet[Person], beginning: str) -> QuerySet[Person]:
    """The people whose name begins so, by the index on the name."""
    if connection.vendor == "sqlite":
        # LIKE ignores case on SQLite and therefore its index; names compare byte by byte there.
        return people.filter(name__gte=beginning, name__lt=beginning + "\U0010ffff")
    return people.filter(name__startswith=beginning)


def duplicate_payments(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet[Payment]:
    """Standing payments of people who have two or more for the year, paid in the area or by its residents (SL-5.3)."""
    ranges = list(ranges)
    payments = standing_payments(coverage_year=coverage_year, on=on)
    others = payments.filter(person=OuterRef("person")).exclude(pk=OuterRef("pk"))
    return payments.filter(within("region", ranges) | within("person__region", ranges)).filter(Exists(others))


def spells_in_force(*, on: date) -> QuerySet[EmployeeCover]:
    """Spells of employee insurance that hold on the day."""
    return EmployeeCover.objects.filter(
        Q(started_on__isnull=True) | Q(started_on__lte=on), Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    )


def lapsed_on(on: date) -> Case:
    """For people: the day on which they left employee insurance, if they have no other on the day; else nothing."""
    theirs = Q(id_number_index=OuterRef("id_number_index"))
    last = EmployeeCover.objects.filter(theirs, ended_on__lte=on).order_by("-ended_on").values("ended_on")
    return Case(When(Exists(spells_in_force(on=on).filter(theirs)), then=None), default=Subquery(last[:1]))


def lapsed_insured(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """断保待参: of the people those who have left employee insurance by the day and have no other (SL-4.2.1, PL-4.2.1),
    with the day as `lapsed_on`."""
    left = EmployeeCover.objects.filter(ended_on__lte=on).values("id_number_index")
    holding = spells_in_force(on=on).values("id_number_index")
    return (
        people.filter(id_number_index__in=left).exclude(id_number_index__in=holding).annotate(lapsed_on=lapsed_on(on))
    )


def newborns(coverage_year: int, *, registration: str, born: str) -> Q:
    """Whoever is decided for as a newborn: registered as one or, where no registration says anything special, by the
    day of birth (`policy.newborn`). Paths as in `situation`."""
    said = f"{registration}situation"
    unsaid = Q(**{said: Registration.Situation.GENERAL}) | Q(**{f"{said}__isnull": True})
    return Q(**{said: Registration.Situation.NEWBORN}) | unsaid & Q(
        **{f"{born}__gte": date(first_birth_year(coverage_year), 1, 1)}
    )


def situation(coverage_year: int, *, registration: str, born: str) -> Case:
    """The situation that a person is decided for by; `registration` and `born` are the paths of the registration's
    columns and of the birth date, e.g. "" and "person__birth_date"."""
    return Case(
        When(newborns(coverage_year, registration=registration, born=born), then=Value(Registration.Situation.NEWBORN)),
        default=F(f"{registration}situation"),
    )


def known_facts(person: Person, *, on: date) -> dict[str, Any]:
    """What lists know of a person that a registration on the day asks: the last employee insurance, where none holds,
    and the school. Keys are columns of Registration; what is not known is left out."""
    facts: dict[str, Any] = {}
    spells = EmployeeCover.objects.filter(id_number_index=person.id_number_index)
    last = spells.filter(ended_on__lte=on).order_by("-ended_on").first()
    if last and not spells.filter(pk__in=spells_in_force(on=on).values("pk")).exists():
        facts = {
            "situation": Registration.Situation.EMPLOYEE_LAPSED,
            "employee_cover_ended_on": last.ended_on,
            "employee_cover_years": last.years or 0,
        }
    schooling = Schooling.objects.filter(person=person).exclude(graduates_on__lt=on).first()
    if schooling and schooling.stage == Schooling.Stage.COLLEGE:
        facts = {"situation": Registration.Situation.COLLEGE_STUDENT, **facts, "student": Registration.Student.COLLEGE}
    elif schooling:
        facts["student"] = Registration.Student.SCHOOL
    return facts


def doubly_insured(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet[Payment]:
    """Standing payments of people with a registration that holds, who have employee insurance in the same period: on
    the day, before the year begins on its first day. Employee insurance comes first (SL-5.3, PL-7.3a)."""
    ranges = list(ranges)
    period = max(on, date(coverage_year, 1, 1))
    insured = spells_in_force(on=period).values("id_number_index")
    enrolled = Registration.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=period), person=OuterRef("person"), coverage_year=coverage_year
    )
    payments = standing_payments(coverage_year=coverage_year, on=on)
    return payments.filter(
        within("region", ranges) | within("person__region", ranges), person__id_number_index__in=insured
    ).filter(Exists(enrolled))


def people_lapsed(user: Staff) -> int:
    """How many people of the user's area left employee insurance and are not enrolled yet."""
    on = today_for(user)
    year = current_coverage_year(user, on=on)
    waiting = not_enrolled_people(coverage_year=year, on=on, ranges=user.code_ranges)
    return lapsed_insured(waiting, on=on).order_by()[:COUNTED_AT_MOST].count()


def people_without_reason(user: Staff) -> int:
    """How many people of the user's area have not paid and no reason was verified (ZJ-3.5); COUNTED_AT_MOST at most."""
    on = today_for(user)
    year = current_coverage_year(user, on=on)
    known = NotEnrolledReason.objects.filter(person=OuterRef("pk"), coverage_year=year, withdrawn_on=None)
    waiting = not_enrolled_people(coverage_year=year, on=on, ranges=user.code_ranges).filter(~Exists(known))
    return waiting.order_by()[:COUNTED_AT_MOST].count()


def open_proposals(user: Staff) -> int:
    """How many proposals about enrolments are the user's to decide."""
    return Proposal.objects.filter(within("region", user.code_ranges), status=Proposal.Status.OPEN).count()


def people_paid_twice(user: Staff) -> int:
    """How many people of the user's area have two or more standing payments."""
    on = today_for(user)
    year = current_coverage_year(user, on=on)
    payments = duplicate_payments(coverage_year=year, on=on, ranges=user.code_ranges)
    return payments.order_by().values("person").distinct().count()
