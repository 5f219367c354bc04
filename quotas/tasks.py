"""Background work of the quotas room."""

from celery import shared_task

from accounts.audit import coming_from
from accounts.queries import system_staff
from quotas.services import freeze_due


@shared_task
def freeze_due_weeks() -> int:
    """Freezes every running season whose week has no snapshot yet; returns how many. Idempotent."""
    with coming_from("schedule"):
        return len(freeze_due(by=system_staff()))
