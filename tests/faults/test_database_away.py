"""The database stops as when the power goes, in the midst of a list: worker and pages outlive it."""

import pytest
from django.db import connection, connections
from django.urls import reverse

from accounts.roles import Role
from exchanges.models import Batch, BatchChunk
from tests.deliveries import csv_bytes
from tests.factories import PINGLI
from tests.faults.cluster import Cluster
from tests.faults.conftest import assert_exact, listed, people, until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cluster(deliver, shared_database, environment):
    """The test goes on in a copy of its database, in a cluster of its own."""
    cluster = Cluster()
    here = connections["default"]
    try:
        cluster.copy(shared_database)
        connections["default"] = here.copy()
        about = {"NAME": "postgres", "USER": "postgres", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": str(cluster.port)}
        connection.settings_dict.update(about)
        environment["DATABASE_URL"] = f"postgres://postgres@127.0.0.1:{cluster.port}/postgres"
        yield cluster
    finally:
        connections["default"].close()
        connections["default"] = here
        cluster.remove()


def _back() -> bool:
    connection.close()
    return not Batch.objects.filter(status__in=Batch.OPEN).exists()


def test_stop_immediate_and_start(deliver, start_worker, cluster, client, staff):
    rows = people(2_000)
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    client.raise_request_exception = False
    batch = deliver.send("population", csv_bytes(listed(rows)))
    page = reverse("exchanges:batch", args=[batch.pk])
    worker = start_worker(100)
    assert worker.stdout.readline() == b"here\n"
    assert BatchChunk.objects.exists()

    cluster.stop()
    worker.stdin.write(b"\n")
    worker.stdin.flush()
    for address in (page, reverse("exchanges:batches"), reverse("workbench"), reverse("login")):
        answer = client.get(address)
        assert (answer.status_code, "数据库暂时没有响应" in answer.content.decode()) == (503, True), address

    cluster.start()
    connection.close()
    assert client.get(page).status_code == 200
    until(_back)
    assert_exact(batch, rows)
    assert worker.wait() == 0
