"""Celery carries ids; the rows of runs say what is to be done."""

from celery import shared_task

from subsidies.models import DecisionRun
from subsidies.services import run_decisions


@shared_task(name="subsidies.run_decisions", ignore_result=True)
def run(run_id: int) -> None:
    """Works a run off, unless another worker has it."""
    if waiting := DecisionRun.objects.filter(pk=run_id).first():
        run_decisions(waiting)
