"""Calculations over an area as queued work: reconciliations, and what amendments would change."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from accounts.queries import system_staff
from accounts.scope import sees_all_of
from notices.amendments import reading_before_and_after
from notices.models import Amendment
from notices.queries import NoNotice
from policy.pack import PackError, load
from regions.models import Region
from regions.queries import code_ranges
from subsidies.impact import reckon_impact
from subsidies.models import Calculation
from subsidies.queries.inputs import mark_of_inputs
from subsidies.reconciliation import reconcile, reconciliation_as_json
from subsidies.services.runs import Stopped, claimable, hold, work_off

Kind = Calculation.Kind
REFUSALS = (NoNotice, PackError)


class CalculationRefused(Exception):
    """It cannot be calculated for this person; the message says why and what to do."""


def ask_for_reconciliation(*, region: Region, coverage_year: int, on: date, by: Staff) -> Calculation:
    """Puts a reconciliation of an area in the queue; one that is open for the same area and year is returned instead.

    Raises CalculationRefused where `by` may not see the whole area: the sums of a reconciliation are over all of it.
    """
    return _ask(Kind.RECONCILIATION, by=by, region=region, coverage_year=coverage_year, on=on)


def ask_for_impact(*, amendment: Amendment, on: date, by: Staff) -> Calculation:
    """Puts in the queue what an amendment would change on the day; one that is open for it is returned instead.
    Raises CalculationRefused like `ask_for_reconciliation`."""
    year = load(amendment.pack_id).coverage_year
    return _ask(Kind.IMPACT, by=by, region=amendment.region, coverage_year=year, on=on, amendment=amendment)


def _ask(kind: Kind, *, by: Staff, **of: Any) -> Calculation:
    if not sees_all_of(by, of["region"]):
        raise CalculationRefused(
            _("%(area)s is not wholly in your area: calculate your own part of it.") % {"area": of["region"].full_name}
        )
    try:
        with transaction.atomic():
            calculation = Calculation.objects.create(kind=kind, by=by, **of)
            audit.record(
                by=by, on=of["on"], verb="subsidies.ask_for_calculation", subject=calculation, after={"kind": kind}
            )
            return calculation
    except IntegrityError:
        open_ones = Calculation.objects.filter(kind=kind, status__in=Calculation.OPEN)
        same = {name: of[name] for name in ("region", "coverage_year", "amendment") if name in of}
        return open_ones.get(**same)


def run_calculation(calculation: Calculation, *, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Works a calculation off for a worker; False where another one has it. What goes wrong, the row itself tells."""

    def step(done: int, people: int) -> None:
        if stopping():
            raise Stopped
        hold(calculation, done=done, people=people)

    return work_off(calculation, lambda: _carry_out(calculation, step), refusals=REFUSALS)


def run_next_calculation(stopping: Callable[[], bool]) -> bool:
    """Works off the oldest calculation that nobody holds; whether there was one (`exchanges.work`)."""
    calculation = Calculation.objects.filter(claimable()).order_by("pk").first()
    return calculation is not None and run_calculation(calculation, stopping=stopping)


def _carry_out(calculation: Calculation, step: Callable[[int, int], None]) -> None:
    """Nothing is written before the end, so that one that broke off begins anew. The mark is taken first: what is
    written meanwhile makes the result out of date."""
    inputs = mark_of_inputs(region=calculation.region, coverage_year=calculation.coverage_year, on=calculation.on)
    result = _RECKONED[Kind(calculation.kind)](calculation, step)
    with transaction.atomic():
        hold(
            calculation,
            status=Calculation.Status.DONE,
            finished_at=timezone.now(),
            inputs=inputs,
            result=result,
        )
        audit.record(
            by=calculation.by,
            on=calculation.on,
            verb="subsidies.calculate",
            subject=calculation,
            after={"kind": calculation.kind},
        )


def _reconciled(calculation: Calculation, step: Callable[[int, int], None]) -> dict[str, Any]:
    """Over the whole area, whoever asked for it: the page shows it to those alone who may see all of the area."""
    checked = reconcile(
        area=calculation.region,
        coverage_year=calculation.coverage_year,
        on=calculation.on,
        user=system_staff(),
        step=step,
    )
    return reconciliation_as_json(checked)


def _impact(calculation: Calculation, step: Callable[[int, int], None]) -> dict[str, Any]:
    amendment = calculation.amendment
    before, after = reading_before_and_after(amendment)
    ranges = code_ranges(amendment.region)
    counted = reckon_impact(amendment, before, after, calculation.on, ranges=ranges, step=step)
    return {**counted, "before": before.version, "after": after.version}


_RECKONED = {Kind.RECONCILIATION: _reconciled, Kind.IMPACT: _impact}
