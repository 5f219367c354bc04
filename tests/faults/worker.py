"""`manage.py worker --once` in a process that a test may kill: small chunks, so that there are many moments to die in.

    worker.py N | parsing

Says "ready" before it starts. Before its Nth statement, or the first one while a process of its own parses a workbook,
it says "here" and waits until it is killed or gets a line; with 0 it never waits.
"""

import sys
from pathlib import Path
from typing import Any


def main(moment: str) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import django
    import psutil

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from exchanges.services import run

    run.ROWS_A_CHUNK = 100
    statements = 0

    def say(word: str) -> None:
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()

    def pausing(execute: Any, *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        if psutil.Process().children() if moment == "parsing" else str(statements) == moment:
            say("here")
            sys.stdin.readline()
        return execute(*arguments)

    say("ready")
    with connection.execute_wrapper(pausing):
        call_command("worker", "--once")


if __name__ == "__main__":
    main(sys.argv[1])
