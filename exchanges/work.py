"""What the worker does: each room that keeps a queue of rows registers how one of them is worked off.

register("batches", run_next)    # in AppConfig.ready(); run_next(stopping) → whether there was one
"""

import logging
from collections.abc import Callable

from accounts.trouble import is_database_away

logger = logging.getLogger(__name__)
Stopping = Callable[[], bool]
# Works off the next row of a queue, if there is one, and says whether there was; asks `stopping` between its steps.
RunNext = Callable[[Stopping], bool]
_queues: dict[str, RunNext] = {}


def register(name: str, run_next: RunNext) -> None:
    """Adds a queue. Raises ValueError when another one already has its name."""
    if _queues.get(name, run_next) is not run_next:
        raise ValueError(f"two queues are called {name!r}")
    _queues[name] = run_next


def run_one(stopping: Stopping) -> bool:
    """One row of each queue; whether there was any. A queue that breaks off is told of in the log and keeps no other
    one waiting; a database that is away is the caller's to wait for."""
    found = False
    for name, run_next in list(_queues.items()):
        if stopping():
            break
        try:
            found = run_next(stopping) or found
        except Exception as error:
            if is_database_away(error):
                raise
            logger.exception("the queue of %s", name)
    return found
