"""Queued work over an area: asked for, held by a lease with a fence, given back, set aside."""

import logging
from collections.abc import Callable
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import Staff
from accounts.scope import sees_all_of
from exchanges.leases import unheld
from regions.models import Region
from subsidies.models import DecisionRun, Queued

logger = logging.getLogger(__name__)
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
    if not sees_all_of(by, region):
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
    """Rows that nobody holds: waiting, or held by a lease that ran out."""
    abandoned = unheld("lease_until", lease=LEASE, now=timezone.now())
    return Q(status=Queued.Status.WAITING) | (Q(status=Queued.Status.RUNNING) & abandoned)


def claim(run: Queued) -> bool:
    """Takes the row; False where another worker was first. `run` is fresh afterwards."""
    now = timezone.now()
    taken = (
        type(run)
        .objects.filter(claimable(), pk=run.pk)
        .update(
            status=Queued.Status.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=now + LEASE,
            started_at=Coalesce("started_at", now),
        )
    )
    run.refresh_from_db()
    return bool(taken)


def hold(run: Queued, **progress: object) -> None:
    """Renews the lease and writes progress, inside the transaction of the chunk. Raises LeaseLost."""
    if not _held(run).update(lease_until=timezone.now() + LEASE, **progress):
        raise LeaseLost


def set_aside(run: Queued, reason: str) -> None:
    """Ends work that cannot be carried out; its reason is shown to whoever asked for it."""
    _held(run).update(status=Queued.Status.FAILED, reason=reason, finished_at=timezone.now(), lease_until=None)


def give_back(run: Queued, **fields: object) -> None:
    """Lets the next worker go on with work that broke off."""
    _held(run).update(status=Queued.Status.WAITING, lease_until=None, **fields)


def _held(run: Queued) -> QuerySet:
    return type(run).objects.filter(pk=run.pk, fence=run.fence, status=Queued.Status.RUNNING)


def attempt(run: Queued, work: Callable[[], None], *, refusals: tuple[type[Exception], ...]) -> None:
    """Does claimed work. Raises what the work raises, LeaseLost when another worker took the row over.

    A refusal of the rules ends it; anything else gives it back to be tried again, ATTEMPTS times in all.
    """
    try:
        work()
    except LeaseLost:
        raise
    except Stopped:
        give_back(run, attempts=F("attempts") - 1)
        raise
    except refusals as error:
        set_aside(run, str(error))
        raise
    except BaseException:
        if connection.needs_rollback or not connection.is_usable():
            raise
        if run.attempts >= ATTEMPTS:
            set_aside(run, _("Broke off %(times)s times; see the log of the worker.") % {"times": run.attempts})
        else:
            give_back(run)
        raise
    run.refresh_from_db()


def work_off(run: Queued, work: Callable[[], None], *, refusals: tuple[type[Exception], ...]) -> bool:
    """Claims and attempts work for a worker; False where another one has it. What goes wrong, the row itself tells."""
    if not claim(run):
        return False
    if run.attempts > ATTEMPTS:
        # Its worker died each time without a word: set aside, so that the queue goes on.
        set_aside(run, _("The worker broke off three times while it had this run."))
        return True
    try:
        with override("zh-hans"):
            attempt(run, work, refusals=refusals)
    except (LeaseLost, Stopped, *refusals):
        pass
    except Exception:
        logger.exception("%s %s", run._meta.label_lower, run.pk)
    return True
