"""Reads of decisions: explained, replayed, compared with what was paid, and whether they are still up to date."""

from datetime import date
from typing import NamedTuple

from django.db.models import BigIntegerField, Case, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Sum, Value, When

from accounts.models import AuditEntry, Staff
from accounts.scope import within
from enrollment.models import Payment, Person
from enrollment.queries import Ranges, enrolled_people, standing_payments
from exchanges.models import Batch
from notices.queries import pack_of
from policy.facts import Facts, parse
from policy.pack import Pack
from policy.quote import NOT_ALLOWED, UNDETERMINED, Quote, quote
from subsidies.models import Decision, DecisionRun, IdentityMark
from subsidies.queries.sums import current_decisions, paid_decisions


class Replayed(NamedTuple):
    """The question of a stored decision asked once more of the notice as it was kept."""

    facts: Facts
    quote: Quote
    pack: Pack


def replay(decision: Decision) -> Replayed:
    """Asks again. `replay(decision).quote.as_json()` equals `decision.answer.quote`."""
    pack = pack_of(decision.answer.pack_version)
    facts = parse(decision.answer.facts)
    return Replayed(facts, quote(facts, pack), pack)


def decisions_of(person: Person, coverage_year: int, *, user: Staff) -> list[Decision]:
    """The person's decisions for the year, the current one first, then the superseded ones from new to old."""
    decisions = Decision.objects.visible_to(user).filter(person=person, coverage_year=coverage_year)
    related = ("answer__pack_version", "region", "payment", "run__by", "superseded_by")
    return sorted(
        decisions.select_related(*related), key=lambda each: (each.superseded_by_id is None, each.pk), reverse=True
    )


def amounts_due(payments: QuerySet[Payment], coverage_year: int, on: date) -> QuerySet[Payment]:
    """Of the payments those whose amount is not what was due, with `due_fen`.

    Due is what the decision that rests on the payment charges; nothing, where the notice lets nobody enrol on that day;
    and the whole standard where a department pays by roster for a person who bears nothing (PL-6.1). A payment that no
    decision rests on (not decided yet, paid twice) is not on this list, nor is one whose figure another document sets.
    """
    answer = "decided__answer__"
    return (
        payments.annotate(
            decided=FilteredRelation(
                "person__decisions",
                condition=Q(
                    person__decisions__coverage_year=coverage_year, person__decisions__superseded_by__isnull=True
                ),
            )
        )
        .filter(decided__payment=F("pk"))
        .annotate(
            due_fen=Case(
                When(Q(**{answer + "outcome": NOT_ALLOWED}), then=Value(0)),
                When(Q(by_roster=True, **{answer + "net_fen": 0}), then=F(answer + "standard_fen")),
                default=F(answer + "charged_fen"),
                output_field=BigIntegerField(),
            )
        )
        .filter(due_fen__isnull=False)
        .exclude(amount_fen=F("due_fen"))
    )


def differing_payments(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet[Payment]:
    """Standing payments of the place whose amount is not what was due, with `due_fen`."""
    return amounts_due(standing_payments(coverage_year=coverage_year, on=on, ranges=ranges), coverage_year, on)


def undetermined(*, coverage_year: int, ranges: Ranges) -> QuerySet[Decision]:
    """Current decisions that wait for a figure of another document."""
    return current_decisions(coverage_year=coverage_year, ranges=ranges).filter(answer__outcome=UNDETERMINED)


def assisted(*, coverage_year: int, ranges: Ranges) -> QuerySet[Decision]:
    """Current decisions that rest on a payment and assist, also those whose amount another document sets."""
    return (
        paid_decisions(coverage_year=coverage_year, ranges=ranges)
        .exclude(answer__category="")
        .exclude(answer__assistance_fen=0)
    )


def last_run(*, coverage_year: int, ranges: Ranges) -> DecisionRun | None:
    """The last finished run over an area that touches the ranges."""
    runs = DecisionRun.objects.filter(coverage_year=coverage_year, status=DecisionRun.Status.DONE)
    return runs.filter(within("region", ranges)).order_by("-finished_at").first()


def undecided_payments(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet[Payment]:
    """People enrolled in the place whose current decision does not rest on the payment that enrols them."""
    decided = Decision.objects.filter(
        person=OuterRef("person"), payment=OuterRef("pk"), coverage_year=coverage_year, superseded_by__isnull=True
    )
    return enrolled_people(coverage_year=coverage_year, on=on, ranges=ranges).filter(~Exists(decided))


def fallen_payments(*, coverage_year: int, on: date, ranges: Ranges) -> QuerySet[Decision]:
    """Decisions that rest on a payment which stands no more: reversed, refunded, or no longer the earliest."""
    standing = enrolled_people(coverage_year=coverage_year, on=on).filter(pk=OuterRef("payment"))
    return paid_decisions(coverage_year=coverage_year, ranges=ranges).filter(~Exists(standing))


def arrived_since_last_run(*, coverage_year: int, ranges: Ranges) -> int:
    """Rows that departments' lists have brought or changed in the place since its decisions were last made, and steps
    taken there by hand with marks: what the next run has to look at. 0 before the first list."""
    run = last_run(coverage_year=coverage_year, ranges=ranges)
    lists = Batch.objects.filter(within("region", ranges), status=Batch.Status.MERGED, coverage_year=coverage_year)
    lists = lists.filter(kind__in=("population", "identities", "payments", "students", "employee_cover"))
    steps = AuditEntry.objects.filter(within("region", ranges), model=IdentityMark._meta.label_lower)
    if run is not None:
        lists, steps = lists.filter(finished_at__gt=run.started_at), steps.filter(at__gt=run.started_at)
    return (lists.aggregate(rows=Sum("changed"))["rows"] or 0) + steps.count()
