"""Redis is killed, stopped or emptied: pages go on, lists are taken in, and worked off when a beat comes through."""

import os
import signal
import urllib.request

import pytest
import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from accounts.roles import Role
from exchanges.models import Batch
from tests.deliveries import csv_bytes
from tests.factories import PINGLI
from tests.faults.cluster import free_port
from tests.faults.conftest import assert_exact, listed, people, until

pytestmark = [pytest.mark.postgresql, pytest.mark.redis, pytest.mark.django_db(transaction=True)]
# Far less than the site would wait for Redis, far more than a page takes on a busy machine.
PATIENCE_SECONDS = 20


TOKEN = "a" * 32


class Browser:
    """Somebody who is signed in and gives up after a while."""

    def __init__(self, address: str, session: str) -> None:
        self._address, self._cookies = address, f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}"

    def open(self, path: str, form: dict | None = None) -> str:
        """The page, whose redirects are followed; raises HTTPError for any that is none."""
        headers, data = {"Cookie": self._cookies}, None
        if form:
            headers["Content-Type"] = MULTIPART_CONTENT
            data = encode_multipart(BOUNDARY, {**form, "csrfmiddlewaretoken": TOKEN})
        request = urllib.request.Request(self._address + path, data, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.read().decode()


@pytest.fixture
def browser(deliver, client, staff, own_redis, run_program):
    where = f"127.0.0.1:{free_port()}"
    site = ["-m", "gunicorn", "config.wsgi", "--bind", where, "--threads", "4"]
    run_program(
        *site, ready="Booting worker", REDIS_URL=own_redis.url, DJANGO_SETTINGS_MODULE="tests.faults.patient_settings"
    )
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    return Browser(f"http://{where}", client.cookies[settings.SESSION_COOKIE_NAME].value)


@pytest.mark.parametrize("fault", ["stopped", "killed", "emptied"])
def test_pages_go_on_and_the_list_is_worked_off(browser, client, start_celery, message, own_redis, fault):
    rows = people(500)
    (worker,) = start_celery()
    form = client.get(reverse("exchanges:upload")).context["form"]
    year = form.fields["coverage_year"].choices[0][0]

    if fault == "stopped":
        own_redis.process.send_signal(signal.SIGSTOP)
    elif fault == "killed":
        own_redis.kill()
    else:
        os.killpg(worker.pid, signal.SIGSTOP)

    # More pages than rings may hang at a time.
    for number in range(6):
        file = SimpleUploadedFile(f"{number}.csv", csv_bytes(listed(rows)))
        posted = {"kind": "population", "region": PINGLI, "coverage_year": year, "file": file}
        assert f"{number}.csv" in browser.open(reverse("exchanges:upload"), posted)
        for name in ("workbench", "exchanges:batches", "exchanges:upload"):
            browser.open(reverse(name))
    batches = list(Batch.objects.order_by("id"))
    assert [batch.status for batch in batches] == [Batch.Status.RECEIVED] * 6

    if fault == "stopped":
        own_redis.process.send_signal(signal.SIGCONT)
    elif fault == "killed":
        own_redis.start()
    else:
        with redis.Redis.from_url(own_redis.url) as emptied:
            until(lambda: emptied.llen("celery") > 0)
            emptied.flushall()
        os.killpg(worker.pid, signal.SIGCONT)

    message("exchanges.run_waiting")
    until(lambda: not Batch.objects.filter(status__in=Batch.OPEN).exists())
    assert worker.poll() is None
    for batch in batches[1:]:
        batch.refresh_from_db()
        assert (batch.status, batch.changed) == (Batch.Status.UNCHANGED, 0)
    assert_exact(batches[0], rows)
