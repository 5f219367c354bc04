"""Celery carries ids; the rows in the database say what is to be done."""

from celery import shared_task

from exchanges import services


@shared_task(name="exchanges.run_batch", ignore_result=True)
def run_batch(batch_id: int) -> None:
    """Works the batch off, unless another worker has it."""
    try:
        services.run_batch(batch_id=batch_id)
    except services.NotTaken:
        return


@shared_task(name="exchanges.run_waiting", ignore_result=True)
def run_waiting() -> None:
    """Finds what no message told of: batches whose message was lost, or whose worker died."""
    while services.run_next():
        pass
