"""A PostgreSQL of a test's own, to be stopped and started at will; as user postgres where the test runs as root."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest


def free_port() -> int:
    """A port of the loopback on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def programs() -> Path:
    """The folder of initdb and pg_ctl. Without them the test is left out, or fails where nothing may be left out."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    beside = shutil.which("initdb")
    if found or beside:
        return (found[-1] if found else Path(beside).resolve()).parent
    reason = "no initdb on this machine: the test needs a PostgreSQL of its own"
    if os.environ.get("REQUIRE_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)


class Cluster:
    """Made by initdb in a temporary folder; gone after `remove`."""

    def __init__(self) -> None:
        self._programs = programs()
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="faults-cluster-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self.port = free_port()
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8")
        self.start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            user=self._user,
            cwd=self._folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self._folder / "log"), "-w", "start")

    def stop(self) -> None:
        """As when the power goes: no checkpoint, every connection cut."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def copy(self, source: str) -> None:
        """Fills the cluster with the database of a URL."""
        dump = subprocess.run([self._programs / "pg_dump", source], check=True, capture_output=True).stdout
        target = ["-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "postgres"]
        subprocess.run([self._programs / "psql", *target], input=dump, check=True, stdout=subprocess.DEVNULL)

    def remove(self) -> None:
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)
