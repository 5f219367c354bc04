"""`manage.py worker --once` in a process that a test may kill: small chunks, so that there are many moments to die in.

Says "ready" before it starts.
"""

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import django

    django.setup()
    from django.core.management import call_command

    from exchanges.services import run

    run.ROWS_A_CHUNK = 250
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    call_command("worker", "--once")


if __name__ == "__main__":
    main()
