"""Queued work on a page while it goes on."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from subsidies.models import Queued

_SOON = timedelta(seconds=20)


def progress_of(run: Queued) -> dict[str, Any]:
    """Where the work stands, as static/js/progress.js reads it; `rate` a second, `left` in seconds."""
    seconds = (timezone.now() - run.started_at).total_seconds() if run.started_at else 0
    rate = run.done / seconds if run.done and seconds > 0 else None
    return {
        "status": run.status,
        "label": run.get_status_display(),
        "done": run.done,
        "total": run.people,
        "rate": rate,
        "left": (run.people - run.done) / rate if rate else None,
        "final": run.final,
    }


def waits_for_a_worker(run: Queued) -> bool:
    """Whether no worker has taken it for longer than a worker takes to look."""
    return run.status == Queued.Status.WAITING and timezone.now() - run.asked_at > _SOON
