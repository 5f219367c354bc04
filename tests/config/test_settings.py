"""Settings come from the environment; production refuses to start without what is secret."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(bytes(range(32))).decode()
COMPLETE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 60,
    "DATABASE_URL": "postgres://nobody@127.0.0.1/nothing",
    "ALLOWED_HOSTS": "example.org",
    "FIELD_KEYS": f"1:{KEY}",
    "INDEX_KEY": KEY,
}


def start(environment):
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    code = "import django; django.setup(); from django.conf import settings; print(settings.DEBUG, settings.DATABASES)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(set(COMPLETE) - {"ENVIRONMENT"}))
def test_production_names_what_is_missing(name):
    answer = start({key: value for key, value in COMPLETE.items() if key != name})
    assert answer.returncode != 0
    last = answer.stderr.strip().splitlines()[-1]
    assert name in last
    assert all(other not in last for other in set(COMPLETE) - {"ENVIRONMENT", name})


def test_production_starts_with_all_of_it_and_never_debugs():
    answer = start(COMPLETE | {"DEBUG": "yes"})
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("False")
    assert "postgresql" in answer.stdout


def test_development_needs_nothing():
    answer = start({})
    assert answer.returncode == 0, answer.stderr
    assert "sqlite3" in answer.stdout


def test_another_environment_is_refused():
    assert "development or production" in start({"ENVIRONMENT": "prod"}).stderr


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_has_its_reason(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[A-Za-z]", line)]
    assert lines
    assert [line for line in lines if not re.search(r"#\s+\S", line)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_locked_by_hash(name):
    text = (ROOT / name).read_text()
    packages = re.findall(r"^[A-Za-z0-9._-]+==", text, re.MULTILINE)
    assert len(packages) > 30
    blocks = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
