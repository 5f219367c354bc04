"""How much faster two workers are than one: eight lists of eight departments, worked off by `manage.py worker --once`.

    make bench ARGS="workers --rows 1000000"             8 files of 125,000 rows; PostgreSQL, see DATABASE_URL
    make bench ARGS="workers --rows 200000 --kind payments"

Lists of one department are taken in their order, one after the other, so each file comes from a county of its own.
Time runs from the first list that is taken up to the last one that is done: starting Python is no part of it. One and
two workers take turns, `--rounds` times. Workers, the database and whatever else runs share the processors of this
machine: with two of them, a worker and the process of its connection already keep more than one busy.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import clock, database, lists

ROOT = Path(__file__).resolve().parent.parent
FILES = 8
COUNTIES = [f"61092{place}000000" for place in range(1, FILES + 1)]
TABLES = ["enrollment_payment", "enrollment_registration"]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000, help="in all files together")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kind", choices=["population", "payments"], default="population")
    parser.add_argument("--database", default=database.DEFAULT)
    options = parser.parse_args()
    with database.opened(options.database, "bench_workers"):
        lists.make_areas(*COUNTIES)
        _measure(options.kind, options.rows // FILES, options.rounds)
    return 0


def _measure(kind: str, rows: int, rounds: int) -> None:
    files = []
    for place, county in enumerate(COUNTIES):
        population, payments = lists.people(rows, county=county, first=place * rows)
        if kind == "payments":
            lists.work_off(lists.receive("population", lists.as_csv("population", population), area=county))
        files.append((county, lists.as_csv(kind, payments if kind == "payments" else population)))
    print(f"{kind}, {FILES} files of {rows:,} rows, {clock.load()}")
    taken: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, seconds in taken.items():
            database.empty(TABLES if kind == "payments" else ["enrollment_person", *TABLES])
            batches = [lists.receive(kind, content, area=county) for county, content in files]
            seconds.append(_worked_off(batches, workers, rows))
    for workers, seconds in taken.items():
        middle = statistics.median(seconds)
        print(f"    {workers} at work {FILES * rows / middle:10,.0f} rows/s {middle:7.1f} s", flush=True)
    faster = statistics.median(one / two for one, two in zip(taken[1], taken[2], strict=True))
    print(f"    two go {faster:.2f} times as fast as one   {clock.load()}")


def _worked_off(batches: list[int], workers: int, rows: int) -> float:
    """Seconds until that many processes have worked the batches off; every row must have been accepted."""
    from django.db import connection
    from django.db.models import Max, Min

    from exchanges.models import Batch

    connection.close()
    command = [sys.executable, "manage.py", "worker", "--once"]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(workers)]
    for process in processes:
        if process.wait():
            raise SystemExit(f"a worker ended with status {process.returncode}")
    mine = Batch.objects.filter(pk__in=batches)
    for batch in mine:
        if batch.status != Batch.Status.MERGED or batch.accepted != rows:
            raise SystemExit(f"batch {batch.pk}: {batch.status}, {batch.accepted} rows accepted, {batch.reason}")
    ends = mine.aggregate(first=Min("started_at"), last=Max("finished_at"))
    return (ends["last"] - ends["first"]).total_seconds()


if __name__ == "__main__":
    sys.exit(main())
