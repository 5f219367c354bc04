"""Reads of refunds: what waits for whom, who may take which step, the chain of an application."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Staff
from accounts.scope import NOTHING, within
from enrollment.models import Payment
from refunds.chain import STEPS, TRANSITIONS, Transition
from refunds.models import Application, Step
from regions.queries import within_ranges


def is_place_of(by: Staff, region_code: str) -> bool:
    """Whether the place belongs to the person's part of the tree: steps are taken where it was paid (SL-5.4b)."""
    return within_ranges(region_code, by.code_ranges)


def waiting_for(user: Staff) -> QuerySet[Application]:
    """Applications whose next step this person may take: by role, by place, and not having taken one before."""
    mine = NOTHING
    for each in TRANSITIONS:
        if each.kind in STEPS and user.has_perm(each.permission):
            mine |= Q(status__in=each.start)
    return (
        Application.objects.visible_to(user)
        .filter(mine)
        .filter(within("region", user.code_ranges))
        .exclude(pk__in=Step.objects.filter(by=user).values("application"))
    )


def steps_open_to(user: Staff, application: Application) -> list[Transition]:
    """The steps that this person may take now, in the order of the chain."""
    if not is_place_of(user, application.region_id):
        return []
    taken = {step.by_id for step in application.steps.all()}
    return [
        each
        for each in TRANSITIONS
        if application.status in each.start
        and user.has_perm(each.permission)
        and (each.kind == Step.Kind.WITHDRAWAL or user.pk not in taken)
    ]


@dataclass(frozen=True)
class Link:
    """One link of the chain as a page shows it: taken (`step`), waiting (`current`), or still ahead."""

    kind: str
    title: str
    step: Step | None
    current: bool


def chain_of(application: Application) -> Sequence[Link]:
    """The chain in order, with what was done; a rejection or withdrawal ends it."""
    taken = {step.kind: step for step in application.steps.select_related("by", "by__bureau")}
    links: list[Link] = []
    waiting = application.is_open
    for kind in STEPS:
        step = taken.get(kind)
        if step is None and not application.is_open:
            continue
        links.append(Link(kind, Step.Kind(kind).label, step, step is None and waiting))
        waiting = waiting and step is not None
    if withdrawn := taken.get(Step.Kind.WITHDRAWAL):
        links.append(Link(withdrawn.kind, withdrawn.get_kind_display(), withdrawn, False))
    return links


def refundable_payments(user: Staff, person_id: int) -> QuerySet[Payment]:
    """Payments of a person that stand and for which no application is open or paid out, newest first."""
    return (
        Payment.objects.visible_to(user)
        .filter(person=person_id, reversed_on__isnull=True, refunded_on__isnull=True, amount_fen__gt=0)
        .exclude(by_roster=True)
        .exclude(pk__in=Application.objects.exclude(status__in=["rejected", "withdrawn"]).values("payment"))
        .select_related("region", "person")
        .order_by("-paid_on", "-pk")
    )
