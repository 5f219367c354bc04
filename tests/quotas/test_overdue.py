"""Lists that were overdue on the day of a week's figures stand in its circular and in its export."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Bureau
from accounts.roles import Role
from exchanges.models import Delivery
from quotas.services import freeze_snapshot
from tests.factories import PINGLI

WEEK, LATER = date(2021, 11, 14), date(2021, 11, 21)


@pytest.fixture
def frozen(pingli, system, client, staff):
    """A week of Pingli; its tax bureau has not had a list yet."""
    Bureau.objects.create(name="平利县税务局", kind="tax", region=pingli)
    freeze_snapshot(region=pingli, coverage_year=2022, on=WEEK, by=system)
    client.force_login(staff(Role.SUPERVISOR, PINGLI))
    return pingli


@pytest.fixture
def sent(frozen, system):
    def make(on):
        return Delivery.objects.create(
            kind="employee_changes",
            region=frozen,
            coverage_year=2022,
            receiver=Bureau.objects.get(kind="tax"),
            sequence=Delivery.objects.count() + 1,
            on=on,
            sent_on=on,
            status="sent",
            format="csv",
            sha256="0" * 64,
            made_by=system,
            made_at="2021-12-01T00:00Z",
        )

    return make


def circular(client, week, area=PINGLI):
    answer = client.get(reverse("quotas:circular", args=[area]), {"year": 2022, "week": week})
    assert answer.status_code == 200
    return answer.content.decode()


OVERDUE = "医保经办机构报平利县税务局：职工医保变动，应于 2021-10-31 前报送，逾期 {} 天"


@pytest.mark.clause("PL-8.2a")
@pytest.mark.clause("PL-8.5")
def test_the_circular_names_what_was_overdue_on_its_day(client, frozen, system):
    freeze_snapshot(region=frozen, coverage_year=2022, on=LATER, by=system)
    assert OVERDUE.format(14) in circular(client, "2021-11-08")
    assert OVERDUE.format(21) in circular(client, "2021-11-15")


@pytest.mark.clause("PL-8.5")
def test_what_comes_after_a_circular_changes_nothing_in_it(client, frozen, sent, system):
    delivery = sent(date(2021, 11, 18))
    freeze_snapshot(region=frozen, coverage_year=2022, on=LATER, by=system)
    assert OVERDUE.format(14) in circular(client, "2021-11-08")
    assert "逾期未报送" not in circular(client, "2021-11-15")
    # The receiver objects to it later, the list of the first week turns up, the bureau gets another name.
    Delivery.objects.filter(pk=delivery.pk).update(status="refused")
    sent(date(2021, 10, 29))
    Bureau.objects.update(name="改名后的税务局")
    assert OVERDUE.format(14) in circular(client, "2021-11-08")
    assert "逾期未报送" not in circular(client, "2021-11-15")


def test_the_export_has_them_above_the_ranking(client, frozen, sent, system):
    def heading(week):
        answer = client.get(reverse("quotas:export", args=[PINGLI, "csv"]), {"year": 2022, "week": week})
        rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        return " ".join(cell for row in rows[:3] for cell in row)

    assert "应于2021-10-31前报送，逾期14天" in heading("2021-11-08")
    sent(date(2021, 11, 18))
    freeze_snapshot(region=frozen, coverage_year=2022, on=LATER, by=system)
    assert "逾期未报送" not in heading("2021-11-15")


def test_the_circular_of_a_town_names_no_bureau(client, frozen, pay, tree):
    assert "逾期未报送" not in circular(client, "2021-11-08", area="610926102000")
