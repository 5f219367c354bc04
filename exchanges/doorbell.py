"""Tells the workers that a row waits. A message that is lost delays work until the next look; it never loses any."""

import logging
import threading
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)
_ringing = threading.Semaphore(4)


def ring(batch_id: int) -> None:
    """Tells the workers of a batch."""
    from exchanges.tasks import run_batch

    tell(run_batch, batch_id)


def tell(task: Any, row_id: int) -> None:
    """Sends a row's id to a Celery task, from a thread of its own: no request waits for Redis, whatever its state.

    Without REDIS_URL `manage.py worker` looks for rows itself. While four rings hang, further ones are left out: the
    workers' own look every minute finds the rows.
    """
    if settings.REDIS_URL and _ringing.acquire(blocking=False):
        threading.Thread(target=_send, args=(task, row_id), daemon=True).start()


def _send(task: Any, row_id: int) -> None:
    try:
        task.apply_async((row_id,), retry=False)
    except OSError as error:
        logger.warning("the workers were not told of %s %s: %s", task.name, row_id, error)
    except Exception:
        # kombu wraps what Redis raises in errors of its own; none of them may end more than this thread.
        logger.warning("the workers were not told of %s %s", task.name, row_id, exc_info=True)
    finally:
        _ringing.release()
