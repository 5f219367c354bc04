"""Runs the whole suite on SQLite, and on PostgreSQL with Redis where they answer; says at the end what was not run."""

import os
import shutil
import socket
import subprocess
import sys
from urllib.parse import urlsplit

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def answers(url: str) -> bool:
    """Whether something listens where the URL points."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port), timeout=2):
            return True
    except OSError:
        return False


def postgresql() -> str:
    """URL of a PostgreSQL that lets us in, or nothing."""
    import psycopg

    given = os.environ.get("DATABASE_URL", "")
    urls = [given] if given.startswith("postgres") else ["postgres://postgres@127.0.0.1:5432/postgres"]
    for url in urls:
        try:
            psycopg.connect(url.replace("postgres://", "postgresql://"), connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return url
    return ""


def run(name: str, environment: dict[str, str], arguments: list[str]) -> int:
    print(f"\n=== the suite on {name}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", os.environ.get("PYTEST_WORKERS", "2"), *arguments]
    return subprocess.run(command, env=os.environ | environment, check=False).returncode


def main(arguments: list[str]) -> int:
    left_out = []
    redis = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    if not answers(redis):
        redis = ""
        left_out.append("tests that need Redis: nothing answers at REDIS_URL")
    if not any(shutil.which(name) for name in CHROMIUM):
        left_out.append("browser tests: no Chromium on this machine")
    failed = run("SQLite", {"DATABASE_URL": "sqlite://:memory:", "TEST_REDIS_URL": redis, "REDIS_URL": ""}, arguments)
    url = postgresql()
    if url:
        # The law knows no database (import-linter holds it to that): one run has shown all there is to see.
        environment = {"DATABASE_URL": url, "TEST_REDIS_URL": redis, "REDIS_URL": ""}
        failed |= run("PostgreSQL, without tests/policy", environment, ["--ignore=tests/policy", *arguments])
    else:
        left_out.append("the suite on PostgreSQL: nothing answers at DATABASE_URL")
    print("\n=== not run: " + ("; ".join(left_out) if left_out else "nothing, everything was run"))
    return 1 if failed or (left_out and os.environ.get("REQUIRE_ALL")) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
