"""How writes of this room reach the audit trail, which stands in a room above and registers itself here."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

_recorders: list[Callable[..., Any]] = []


def register(recorder: Callable[..., Any]) -> None:
    """`recorder(by=, on=, verb=, model=, counts=, why=)` is called in the transaction of every write."""
    if recorder not in _recorders:
        _recorders.append(recorder)


def trace(*, by: Any, on: date, verb: str, model: type, counts: Mapping[str, Any], why: str = "") -> None:
    """Leaves the trace of a set-based write. Raises RuntimeError where no trail is kept."""
    if not _recorders:
        raise RuntimeError("no audit trail is registered: a write of divisions must leave a trace")
    for recorder in _recorders:
        recorder(by=by, on=on, verb=verb, model=model, counts=counts, why=why)
