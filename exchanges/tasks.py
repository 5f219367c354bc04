"""Celery carries ids; the rows in the database say what is to be done."""

import mmap
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from exchanges import services, work

# One byte that the processes of the pool share with the worker they were forked from: that one gets the signal to end.
_ending = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def end(**told: Any) -> None:
    """Lets tasks end after the step that they are in; what they have goes back to its queue."""
    _ending[0] = 1


def stopping() -> bool:
    """Whether the worker is to end."""
    return _ending[0] != 0


@shared_task(name="exchanges.run_batch", ignore_result=True)
def run_batch(batch_id: int) -> None:
    """Works off the line that the batch stands in, oldest first, unless another worker has it."""
    services.run_line(batch_id=batch_id, stopping=stopping)


@shared_task(name="exchanges.run_waiting", ignore_result=True)
def run_waiting() -> None:
    """Finds what no message told of: rows of any queue whose message was lost, or whose worker died. The rows decide
    who works them off, so that two of these at once double nothing."""
    while work.run_one(stopping):
        pass
