"""What an amendment changes, reckoned by a worker and kept: the filling of `notices.impact`."""

from datetime import date

from django.db import transaction

from accounts.models import Staff
from accounts.scope import sees_all_of
from exchanges import doorbell
from notices.impact import ImpactRefused, Kept
from notices.models import Amendment
from subsidies.impact import read_impact
from subsidies.models import Calculation
from subsidies.progress import progress_of, waits_for_a_worker
from subsidies.queries.inputs import mark_of_inputs
from subsidies.services import calculating
from subsidies.tasks import calculate


class QueuedReckoning:
    """`notices.impact.Reckoning` by rows of `Calculation`."""

    def ask(self, *, amendment: Amendment, by: Staff, on: date) -> None:
        """Raises ImpactRefused for who may not see the whole area."""
        try:
            with transaction.atomic():
                asked = calculating.ask_for_impact(amendment=amendment, on=on, by=by)
                transaction.on_commit(lambda: doorbell.tell(calculate, asked.pk))
        except calculating.CalculationRefused as error:
            raise ImpactRefused(str(error)) from error

    def latest(self, amendment: Amendment, user: Staff, on: date) -> Kept | None:
        """The newest calculation; None before the first, and for who may not see the whole area."""
        rows = Calculation.objects.visible_to(user).filter(kind=Calculation.Kind.IMPACT, amendment=amendment)
        last = rows.select_related("region").first() if sees_all_of(user, amendment.region) else None
        if last is None:
            return None
        if last.status != Calculation.Status.DONE:
            return Kept(progress_of(last), stuck=waits_for_a_worker(last), reason=last.reason)
        now = mark_of_inputs(region=last.region, coverage_year=last.coverage_year, on=on)
        return Kept(
            progress_of(last),
            impact=read_impact(last.result, last.on, user),
            before=last.result["before"],
            after=last.result["after"],
            reckoned_at=last.finished_at,
            outdated=last.inputs != now,
        )


RECKONING = QueuedReckoning()
