"""`manage.py worker [--once]`: works the queues off without Redis; Celery workers do the same on its messages."""

import logging
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from accounts.audit import coming_from
from exchanges.work import run_one

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Works off what waits: files of departments, decisions. Ends on SIGTERM after the step it is in."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits any more")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two looks at an empty queue")

    def handle(self, *args: Any, once: bool, pause: float, **options: Any) -> None:
        ending = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            ending.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        with coming_from("manage.py worker"):
            while not ending.is_set():
                if self._run(ending):
                    continue
                if once:
                    return
                ending.wait(pause)

    def _run(self, ending: threading.Event) -> bool:
        """One round over the queues. A database that is away for a while is waited for."""
        close_old_connections()
        try:
            return run_one(ending.is_set)
        except DatabaseError as error:
            logger.error("the database does not answer, looking again: %s", error)
            connection.close()
            ending.wait(5)
            return False
