"""Celery carries ids; the rows of runs and calculations say what is to be done."""

from celery import shared_task

from subsidies.models import Calculation, DecisionRun
from subsidies.services import run_decisions
from subsidies.services.calculating import run_calculation


@shared_task(name="subsidies.run_decisions", ignore_result=True)
def run(run_id: int) -> None:
    """Works a run off, unless another worker has it."""
    if waiting := DecisionRun.objects.filter(pk=run_id).first():
        run_decisions(waiting)


@shared_task(name="subsidies.run_calculation", ignore_result=True)
def calculate(calculation_id: int) -> None:
    """Works a calculation off, unless another worker has it."""
    if waiting := Calculation.objects.filter(pk=calculation_id).first():
        run_calculation(waiting)
