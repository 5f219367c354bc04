"""`manage.py worker --once` in a process that a test may kill: small chunks, so that there are many moments to die in.

    worker.py N | parsing | entered

Says "ready" before it starts. Before its Nth statement, the first one while a process of its own parses a workbook, or
the first one after rows of a chunk have entered the register, it says "here" and waits until it is killed or gets a
line; with 0 it never waits.
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

    def is_there(statement: str) -> bool:
        if moment == "parsing":
            return bool(psutil.Process().children())
        if moment == "entered":
            return "exchanges_batchchunk" in statement and statement.startswith("INSERT")
        return str(statements) == moment

    def pausing(execute: Any, statement: str, *arguments: Any) -> Any:
        nonlocal statements, moment
        statements += 1
        if is_there(statement):
            moment = "0"
            say("here")
            sys.stdin.readline()
        return execute(statement, *arguments)

    say("ready")
    with connection.execute_wrapper(pausing):
        call_command("worker", "--once")


if __name__ == "__main__":
    main(sys.argv[1])
