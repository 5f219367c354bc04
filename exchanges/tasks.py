"""Celery carries ids; the rows in the database say what is to be done."""

from celery import shared_task

from exchanges import services, work


@shared_task(name="exchanges.run_batch", ignore_result=True)
def run_batch(batch_id: int) -> None:
    """Works off the line that the batch stands in, oldest first, unless another worker has it."""
    services.run_line(batch_id=batch_id)


@shared_task(name="exchanges.run_waiting", ignore_result=True)
def run_waiting() -> None:
    """Finds what no message told of: rows of any queue whose message was lost, or whose worker died. The rows decide
    who works them off, so that two of these at once double nothing."""
    while work.run_one(lambda: False):
        pass
