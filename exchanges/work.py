"""What the worker does: each room that keeps a queue of rows registers how one of them is worked off.

register("batches", run_next)    # in AppConfig.ready(); run_next(stopping) → whether there was one
"""

from collections.abc import Callable

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
    """One row of each queue; whether there was any."""
    found = False
    for run_next in list(_queues.values()):
        if not stopping():
            found = run_next(stopping) or found
    return found
