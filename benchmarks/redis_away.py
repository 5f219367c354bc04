"""How long pages take while Redis is stopped (SIGSTOP) for a minute, and after it was killed, beside Redis answering.

    make bench ARGS="redis_away"                         PostgreSQL where it answers, see DATABASE_URL
    make bench ARGS="redis_away --database sqlite:////tmp/bench.sqlite3"

The site is gunicorn with a Redis of its own and the demonstration season of `--people` people. The agency's clerk opens
the pages in turn and hands in a list each time, of which the workers are to be told; no worker runs, so every message
stays in Redis. Each page is opened `--rounds` times in each state, while Redis is stopped for as often as a minute
lasts. Ends with status 1 when a page took a second or more while Redis did not answer, or a list was not entered.
"""

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import clock, database, lists

ROOT = Path(__file__).resolve().parent.parent
CLERK = "pingli.agent"
STOPPED_SECONDS, LIMIT_SECONDS = 60, 1.0
ANSWERING, STOPPED, KILLED = "answering", "stopped", "killed"
PATIENCE_SECONDS = 120
Times = dict[str, dict[str, list[float]]]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=500, help="in each list that is handed in")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--database", default=database.DEFAULT)
    options = parser.parse_args()
    if shutil.which("redis-server") is None:
        print("redis-server is not on this machine: nothing was measured")
        return 1
    with database.opened(options.database, "bench_redis"), tempfile.TemporaryDirectory() as folder:
        from demo.services import fill

        fill(people=options.people)
        with _redis(Path(folder)) as (process, url), _site(url) as port:
            return _measure(process, url, Clerk(port, options.rows), options.rounds)


def _measure(process: subprocess.Popen, url: str, clerk: "Clerk", rounds: int) -> int:
    from redis import Redis

    from exchanges.models import Batch

    taken: Times = {}
    before = Batch.objects.count()
    # Each process of the site reads its templates once.
    _rounds(clerk, taken.setdefault("warming up", {}), lambda done, _seconds: done < 5)
    print(f"{clock.load()}")
    _rounds(clerk, taken.setdefault(ANSWERING, {}), lambda done, _seconds: done < rounds)
    with Redis.from_url(url) as broker:
        told = broker.llen("celery")
    process.send_signal(signal.SIGSTOP)
    _rounds(clerk, taken.setdefault(STOPPED, {}), lambda done, seconds: done < rounds or seconds < STOPPED_SECONDS)
    process.kill()
    process.wait()
    _rounds(clerk, taken.setdefault(KILLED, {}), lambda done, _seconds: done < rounds)
    sent, entered = sum(len(each[Clerk.POSTED]) for each in taken.values()), Batch.objects.count() - before
    _print(taken)
    print(f"    {sent} lists handed in, {entered} entered, {told} messages while Redis answered   {clock.load()}")
    slowest = max(max(times) for state in (STOPPED, KILLED) for times in taken[state].values())
    return 0 if told and slowest < LIMIT_SECONDS and sent == entered else 1


def _rounds(clerk: "Clerk", taken: dict[str, list[float]], more: Callable[[int, float], bool]) -> None:
    start, done = time.perf_counter(), 0
    while more(done, time.perf_counter() - start):
        for page, seconds in clerk.round():
            taken.setdefault(page, []).append(seconds)
        done += 1


def _print(taken: Times) -> None:
    print(f"    {'milliseconds, median and slowest':34}{ANSWERING:>16}{STOPPED:>16}{KILLED:>16}   stopped : answering")
    for page in taken[ANSWERING]:
        figures, middle = "", {}
        for state in (ANSWERING, STOPPED, KILLED):
            times = taken[state][page]
            middle[state] = statistics.median(times)
            figures += f"{1000 * middle[state]:9.0f} {1000 * max(times):6.0f}"
        ratio = middle[STOPPED] / middle[ANSWERING]
        print(f"    {page:34}{figures}   {ratio:6.2f}   ({len(taken[STOPPED][page])} times in a minute)")


class Clerk:
    """A signed-in clerk; opens no page twice at once."""

    POSTED = "a list is handed in"

    def __init__(self, port: int, rows: int) -> None:
        from django.conf import settings
        from django.test import Client
        from django.urls import reverse

        from accounts.models import Staff

        client = Client()
        client.force_login(Staff.objects.get(username=CLERK))
        self._token = "a" * 32
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={self._token}"
        self._port, self._sent = port, 0
        self._rows = lists.people(rows, first=1_000_000)[0]
        self._upload = reverse("exchanges:upload")
        self._pages = {
            "workbench": reverse("workbench"),
            "lists received": reverse("exchanges:batches"),
            "form for a list": self._upload,
            "ranking": reverse("quotas:ranking"),
        }

    def round(self) -> Iterator[tuple[str, float]]:
        """Each page once and a list handed in, with the seconds each took up to the last byte."""
        seconds, batch = self._post()
        yield self.POSTED, seconds
        yield "page of the list", self._ask("GET", batch)[0]
        yield "its progress", self._ask("GET", f"{batch}progress/")[0]
        for page, path in self._pages.items():
            yield page, self._ask("GET", path)[0]

    def _post(self) -> tuple[float, str]:
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        self._sent += 1
        # No two of them are the same list.
        rows = [[*row[:3], f"{row[3]}-{self._sent}", *row[4:]] for row in self._rows]
        posted = {
            "kind": "population",
            "region": lists.COUNTY,
            "coverage_year": lists.YEAR,
            "file": SimpleUploadedFile(f"{self._sent}.csv", lists.as_csv("population", rows)),
            "csrfmiddlewaretoken": self._token,
        }
        body = encode_multipart(BOUNDARY, posted)
        return self._ask("POST", self._upload, body, {"Content-Type": MULTIPART_CONTENT}, status=302)

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, status: int = 200
    ) -> tuple[float, str]:
        """Seconds, and where the answer leads to."""
        start = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        connection.request(method, path, body, {"Cookie": self._cookies, **(headers or {})})
        answer = connection.getresponse()
        answer.read()
        taken = time.perf_counter() - start
        connection.close()
        if answer.status != status:
            raise SystemExit(f"{method} {path} answered {answer.status} instead of {status}")
        return taken, answer.headers.get("Location", "")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def _redis(folder: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    port = _free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield process, f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


@contextmanager
def _site(redis_url: str) -> Iterator[int]:
    """As docs/operations.md starts it, with fewer processes; its port."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    # Static files come from the apps here; that nothing was collected is no news.
    quiet = {"PYTHONWARNINGS": "ignore:No directory at", "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [*command, "--workers", "2", "--threads", "4", "--timeout", "300", "--log-level", "warning"],
        cwd=ROOT,
        env=os.environ | quiet | {"REDIS_URL": redis_url},
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


if __name__ == "__main__":
    sys.exit(main())
