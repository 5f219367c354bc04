"""Real failures: processes that are killed, connections that break, a Redis that does not answer."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from django.db import connection, connections
from django.utils import timezone

from enrollment.models import Person
from exchanges import services
from exchanges.models import Batch, BatchChunk
from tests.deliveries import HEADERS
from tests.factories import make_id_number
from tests.faults.cluster import free_port

VILLAGE = "610926102200"


def people(count: int) -> list[list[str]]:
    """Rows of a population list below its header."""
    return [
        [
            "王小明",
            make_id_number("610926", date(1960, 1, 1) + timedelta(days=place % 9000)),
            VILLAGE,
            f"H{place}",
            *[""] * 3,
        ]
        for place in range(count)
    ]


def listed(rows: list[list[str]]) -> list[list[str]]:
    return [HEADERS["population"], *rows]


def let_leases_run_out() -> None:
    """As after ten minutes: what a dead worker held is free, what broke off has rested."""
    Batch.objects.filter(status__in=Batch.OPEN).update(lease_until=timezone.now() - timedelta(seconds=1))


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Waits for what other processes bring about."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        pause.wait(0.05)


def work_off() -> None:
    """Until nothing waits."""
    let_leases_run_out()
    while services.run_next():
        let_leases_run_out()


def assert_exact(batch: Batch, rows: list[list[str]]) -> None:
    """Every row of the list stands once, the sums of the batch are those of its chunks, nothing is left open."""
    batch.refresh_from_db()
    assert (batch.status, batch.rows, batch.accepted, batch.refused) == (Batch.Status.MERGED, len(rows), len(rows), 0)
    assert batch.changed == len(rows) == Person.objects.count()
    assert sum(BatchChunk.objects.filter(batch=batch).values_list("changed", flat=True)) == len(rows)
    assert sorted(Person.objects.values_list("household", flat=True)) == sorted(row[3] for row in rows)
    assert not Batch.objects.filter(status__in=Batch.OPEN).exists()


@pytest.fixture
def shared_database(transactional_db, tmp_path):
    """URL of the test's database for other processes. The one of SQLite lies in memory, so the test goes on in a copy
    of it on the disk."""
    here = connections["default"]
    if here.vendor == "postgresql":
        about = here.settings_dict
        yield f"postgres://{about['USER']}:{about['PASSWORD']}@{about['HOST']}:{about['PORT']}/{about['NAME']}"
        return
    here.ensure_connection()
    path = tmp_path / "shared.sqlite3"
    with closing(sqlite3.connect(path)) as copy:
        here.connection.backup(copy)
    connections["default"] = here.copy()
    connection.settings_dict["NAME"] = str(path)
    yield f"sqlite:///{path}"
    connection.close()
    connections["default"] = here


@pytest.fixture
def environment(shared_database, settings):
    """What another process needs to know to work on the test's database and files."""
    return os.environ | {
        "DATABASE_URL": shared_database,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "FIELD_KEYS": settings.FIELD_KEYS,
        "INDEX_KEY": settings.INDEX_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TEST_DATABASE_NAME": "",
        "REDIS_URL": "",
    }


@pytest.fixture
def start_worker(deliver, environment):
    """Starts tests/faults/worker.py, which waits at the moment that is given; what still runs is killed at the end."""
    started: list[subprocess.Popen] = []

    def start(moment: int | str = 0) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker.py")), str(moment)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


class Redis:
    """A Redis of the test's own."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        assert program, "this test needs redis-server"
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self._command = [program, *where]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in self.process.stdout:
            if b"Ready to accept connections" in line:
                return
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def own_redis(tmp_path):
    redis = Redis(tmp_path)
    yield redis
    redis.kill()


@pytest.fixture
def run_program(environment, tmp_path):
    """Starts `python -m …` or a script in a session of its own and waits until it says that it is ready; all that it
    has started is killed at the end."""
    started: list[tuple[subprocess.Popen, Path]] = []

    def run(*arguments: str, ready: str = "", **more: str) -> subprocess.Popen:
        said = tmp_path / f"said{len(started)}"
        with said.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=Path(__file__).parents[2],
                env=environment | more,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        started.append((process, said))
        until(lambda: ready in said.read_text() or process.poll() is not None)
        assert process.poll() is None, said.read_text()
        return process

    yield run
    for process, _said in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def start_celery(deliver, own_redis, run_program):
    """Starts Celery workers of one process each on the test's own Redis."""

    def start(count: int = 1) -> list[subprocess.Popen]:
        names = [f"worker{place}" for place in range(count)]
        command = [
            "-m",
            "celery",
            "-A",
            "tests.faults.celery_app",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "info",
        ]
        quick = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        with ThreadPoolExecutor(count) as at_once:
            run = partial(run_program, *command, *quick, ready=" ready.", REDIS_URL=own_redis.url, LOG_LEVEL="INFO")
            return list(at_once.map(lambda name: run("--hostname", f"{name}@%h"), names))

    return start


@pytest.fixture
def message(own_redis):
    """Puts a message into the test's own Redis: message("exchanges.run_batch", 3)."""
    sender = Celery(broker=own_redis.url)
    yield lambda task, *arguments: sender.send_task(task, arguments, ignore_result=True)
    sender.close()


class TableLock:
    """Keeps everybody from writing people: a worker waits within its chunk until it is let go."""

    def __init__(self, url: str) -> None:
        self._other = psycopg.connect(url)

    def take(self) -> None:
        self._other.execute("LOCK TABLE enrollment_person IN SHARE MODE")

    def waiting(self) -> int:
        """How many wait for it."""
        query = "SELECT count(*) FROM pg_locks WHERE relation = 'enrollment_person'::regclass AND NOT granted"
        return self._other.execute(query).fetchone()[0]

    def let_go(self) -> None:
        self._other.rollback()

    def close(self) -> None:
        self._other.close()


@pytest.fixture
def table_lock(shared_database):
    lock = TableLock(shared_database)
    yield lock
    lock.close()
