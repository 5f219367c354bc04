"""The Celery of the project with small chunks, so that there are many moments for a fault."""

from typing import Any

from celery.signals import worker_process_init

from config.celery import app

__all__ = ["app"]


@worker_process_init.connect
def small_chunks(**told: Any) -> None:
    from exchanges.services import run

    run.ROWS_A_CHUNK = 250
