"""Seconds by the clock and seconds of the processors, which other work on the machine disturbs much less."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Taken(NamedTuple):
    """Seconds of a run: by the clock; of the processors, that of the database's own process included where it runs on
    this machine."""

    wall: float
    cpu: float


def timed(run: Callable[[], object]) -> Taken:
    """Runs it once, within this process and its connection."""
    start, used = time.perf_counter(), _used()
    run()
    return Taken(time.perf_counter() - start, _used() - used)


def _used() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + _used_by_server()


def _used_by_server() -> float:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if connection.settings_dict["HOST"] not in {"", "127.0.0.1", "localhost"} or not stat.exists():
        return 0.0
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def load() -> str:
    """How busy the machine is beside the measurement."""
    return "load average " + ", ".join(f"{each:.1f}" for each in os.getloadavg())
