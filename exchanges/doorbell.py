"""Tells the workers that a batch waits. A message that is lost delays work until the next look; it never loses any."""

import logging
import threading

from django.conf import settings

logger = logging.getLogger(__name__)
_ringing = threading.Semaphore(4)


def ring(batch_id: int) -> None:
    """Sends the batch's id to Celery, from a thread of its own: no request waits for Redis, whatever its state.

    Without REDIS_URL `manage.py worker` looks for batches itself. While four rings hang, further ones are left out:
    the workers' own look every minute finds the batches.
    """
    if settings.REDIS_URL and _ringing.acquire(blocking=False):
        threading.Thread(target=_send, args=(batch_id,), daemon=True).start()


def _send(batch_id: int) -> None:
    from exchanges.tasks import run_batch

    try:
        run_batch.apply_async((batch_id,), retry=False)
    except OSError as error:
        logger.warning("the workers were not told of batch %s: %s", batch_id, error)
    except Exception:
        # kombu wraps what Redis raises in errors of its own; none of them may end more than this thread.
        logger.warning("the workers were not told of batch %s", batch_id, exc_info=True)
    finally:
        _ringing.release()
