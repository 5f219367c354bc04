"""Runs of decisions as a queue: asked for, held by a lease with a fence, given back, set aside."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from accounts.scope import visible_ranges
from exchanges.leases import unheld
from regions.models import Region
from regions.queries import code_ranges
from subsidies.models import DecisionRun

# Renewed with every chunk, which takes seconds; short, so that after a crash nobody waits long.
LEASE = timedelta(seconds=60)
ATTEMPTS = 3


class DecisionRefused(Exception):
    """The area cannot be decided for; the message says why and what to do."""


class DecisionInProgress(DecisionRefused):
    """Another run over the same area and year is under way; `run` is it."""

    def __init__(self, run: DecisionRun) -> None:
        self.run = run
        super().__init__(
            _("Decisions for %(area)s, %(year)s are being made already (run %(run)s); wait until they are done.")
            % {"area": run.region.full_name, "year": run.coverage_year, "run": run.pk}
        )


class LeaseLost(Exception):
    """Another worker took the run over; nothing of the current chunk may be written."""


class Stopped(Exception):
    """The worker was asked to end; the run goes back to the queue with the chunks that are done."""


def ask(*, region: Region, coverage_year: int, on: date, by: Staff) -> DecisionRun:
    """Puts a run over an area in the queue; one that is open for the same area and year is returned instead.

    Raises DecisionRefused where the area is not wholly in the part of the tree that `by` works for.
    """
    mine = visible_ranges(by, region)
    if not all(any(low <= first and last <= high for low, high in mine) for first, last in code_ranges(region)):
        raise DecisionRefused(
            _("%(area)s is not wholly in your area: decide for your own part of it.") % {"area": region.full_name}
        )
    try:
        with transaction.atomic():
            run = DecisionRun.objects.create(region=region, coverage_year=coverage_year, on=on, by=by)
            audit.record(
                by=by, on=on, verb="subsidies.ask_for_decisions", subject=run, after={"coverage_year": coverage_year}
            )
            return run
    except IntegrityError:
        open_run = DecisionRun.objects.select_related("region").filter(
            region=region, coverage_year=coverage_year, status__in=DecisionRun.OPEN
        )
        return open_run.get()


def claimable() -> Q:
    """Runs that nobody holds: waiting, or held by a lease that ran out."""
    abandoned = unheld("lease_until", lease=LEASE, now=timezone.now())
    return Q(status=DecisionRun.Status.WAITING) | (Q(status=DecisionRun.Status.RUNNING) & abandoned)


def claim(run: DecisionRun) -> bool:
    """Takes the run; False where another worker was first. `run` is fresh afterwards."""
    now = timezone.now()
    taken = DecisionRun.objects.filter(claimable(), pk=run.pk).update(
        status=DecisionRun.Status.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        started_at=Coalesce("started_at", now),
    )
    run.refresh_from_db()
    return bool(taken)


def hold(run: DecisionRun, **progress: object) -> None:
    """Renews the lease and writes progress, inside the transaction of the chunk. Raises LeaseLost."""
    held = DecisionRun.objects.filter(pk=run.pk, fence=run.fence, status=DecisionRun.Status.RUNNING)
    if not held.update(lease_until=timezone.now() + LEASE, **progress):
        raise LeaseLost


def set_aside(run: DecisionRun, reason: str) -> None:
    """Ends a run that cannot be carried out; its reason is shown to whoever asked for it."""
    DecisionRun.objects.filter(pk=run.pk, fence=run.fence, status=DecisionRun.Status.RUNNING).update(
        status=DecisionRun.Status.FAILED, reason=reason, finished_at=timezone.now(), lease_until=None
    )


def give_back(run: DecisionRun, **fields: object) -> None:
    """Lets the next worker go on with a run that broke off."""
    DecisionRun.objects.filter(pk=run.pk, fence=run.fence, status=DecisionRun.Status.RUNNING).update(
        status=DecisionRun.Status.WAITING, lease_until=None, **fields
    )
