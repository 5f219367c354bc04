"""Peak memory of lists in: `manage.py receive` as a process of its own, its children counted with it.

    make bench ARGS="memory --rows 1000000"              PostgreSQL, see DATABASE_URL
    make bench ARGS="memory --rows 2000000 --path csv"   a sheet of Excel ends at 1,048,576 rows

Every twentieth of a second the resident memory (RSS) of the process and all its descendants is added up; the highest
sum is given. Pages that they share are counted once for each, so the sum is rather too high. The memory of the
database server is not in it. Ledgers out tell their memory themselves: `make bench ARGS="ledger"`.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import clock, database, lists

ROOT = Path(__file__).resolve().parent.parent
TABLES = ["enrollment_payment", "enrollment_registration", "enrollment_person"]
PATHS = {
    "csv": ("population", lists.as_csv),
    "payments": ("payments", lists.as_csv),
    "xlsx": ("population", lists.as_xlsx),
    "xlsx-apart": ("payments", lists.as_xlsx_with_texts_apart),
}
MOST_OF_A_SHEET = 1_048_575


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--path", choices=PATHS, action="append", help="all that fit, when left out")
    parser.add_argument("--database", default=database.DEFAULT)
    options = parser.parse_args()
    paths = options.path or [path for path in PATHS if not path.startswith("xlsx") or options.rows <= MOST_OF_A_SHEET]
    with database.opened(options.database, "bench_memory"), tempfile.TemporaryDirectory() as folder:
        lists.make_areas()
        files = _written(Path(folder), paths, options.rows)
        print(f"{options.rows:,} rows, {clock.load()}")
        for path, file in files.items():
            if PATHS[path][0] == "population":
                database.empty(TABLES)
            seconds, peak = _received(PATHS[path][0], file)
            print(
                f"    {path:12}{file.stat().st_size / 1e6:7.0f} MB file {seconds:8.1f} s   peak {peak:6.0f} MB",
                flush=True,
            )
    return 0


def _written(folder: Path, paths: list[str], rows: int) -> dict[str, Path]:
    """The files on disk, so that none of their rows is in the memory that is measured."""
    written = {}
    by_kind = dict(zip(("population", "payments"), lists.people(rows), strict=True))
    for path in paths:
        kind, layout = PATHS[path]
        written[path] = folder / f"{path}.{path[:4] if path.startswith('xlsx') else 'csv'}"
        written[path].write_bytes(layout(kind, by_kind[kind]))
    return written


def _received(kind: str, file: Path) -> tuple[float, float]:
    """Seconds and the peak in MB of the command that takes the list."""
    from django.db import connection

    connection.close()
    command = [sys.executable, "manage.py", "receive", kind, str(file), "--area", lists.COUNTY, "--year"]
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen(
        [*command, str(lists.YEAR), "--on", lists.ON.isoformat()], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"the list was not taken, status {process.returncode}")
    return time.perf_counter() - start, peak / 1024


def _resident(number: int) -> int:
    """KB of a process and its descendants; nothing of those that have ended meanwhile."""
    try:
        status = Path(f"/proc/{number}/status").read_text()
        threads = list(Path(f"/proc/{number}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except (OSError, ValueError):
        return 0
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
    return own + sum(map(_resident, children))


if __name__ == "__main__":
    sys.exit(main())
