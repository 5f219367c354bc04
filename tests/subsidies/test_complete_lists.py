"""Complete lists of identities: seen before they are applied, braked, never undone by an older one."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Bureau
from accounts.roles import Role
from exchanges import services, tasks
from exchanges.models import Batch, Brake
from privacy.masks import mask_name
from subsidies.models import IdentityMark
from tests.deliveries import HEADERS, csv_bytes
from tests.factories import PINGLI, make_id_number

VILLAGE = "610926102200"
ON = date(2021, 12, 1)


@pytest.fixture
def rows():
    """Ten people of one category."""
    return [
        [f"王小{name}", make_id_number("610926", date(1970, 1, 1 + n)), VILLAGE, "低保对象", "2021-06-01", "", "", ""]
        for n, name in enumerate("一二三四五六七八九十")
    ]


@pytest.fixture
def civil(tree):
    return Bureau.objects.create(name="县民政局", kind="civil_affairs", region=tree[PINGLI])


@pytest.fixture
def clerk(staff):
    return staff(Role.COUNTY_AGENT, PINGLI)


@pytest.fixture
def reviewer(staff):
    return staff(Role.AGENCY_APPROVER, PINGLI)


def standing():
    return IdentityMark.objects.filter(ended_on=None).count()


def test_a_complete_list_is_seen_first_and_then_applied(deliver, rows, civil, clerk):
    deliver("identities", rows, sender=civil)
    new = ["李四", make_id_number("610926", date(1980, 1, 1)), VILLAGE, "低保对象", "2021-11-01", "", "", ""]
    batch = deliver("identities", [*rows[1:], new], sender=civil, is_full=True, by=clerk)
    assert (batch.status, batch.preview["added"], batch.preview["ended"], standing()) == ("held", 1, 1, 10)
    assert rows[0][1] not in json.dumps(batch.preview)
    services.approve_batch(batch_id=batch.pk, by=clerk, on=ON)
    tasks.run_waiting()
    batch.refresh_from_db()
    assert (batch.status, batch.changed, standing()) == ("merged", 2, 10)
    ended = IdentityMark.objects.get(person__name=rows[0][0])
    assert (ended.ended_on, ended.batch) == (ON, batch)
    again = deliver("identities", [*rows[1:], new], sender=civil, is_full=True, name="再.csv")
    assert again.status == "unchanged"


def test_many_ends_wait_for_a_second_person(deliver, rows, civil, clerk, reviewer):
    deliver("identities", rows, sender=civil)
    batch = deliver("identities", rows[:5], sender=civil, is_full=True, by=clerk)
    assert batch.preview["brake"]
    for who in (clerk,):
        with pytest.raises(services.NeedsSecondPerson):
            services.approve_batch(batch_id=batch.pk, by=who, on=ON)
    services.approve_batch(batch_id=batch.pk, by=reviewer, on=ON)
    tasks.run_waiting()
    assert standing() == 5


def test_the_brake_of_the_area_counts(deliver, tree, rows, civil, clerk):
    Brake.objects.create(region=tree[PINGLI], most_ended_percent=60, from_marks=1)
    deliver("identities", rows, sender=civil)
    assert not deliver("identities", rows[:5], sender=civil, is_full=True, by=clerk).preview["brake"]


def test_a_list_of_changes_that_ends_too_much_waits_as_well(deliver, tree, rows, civil):
    deliver("identities", rows, sender=civil)
    ends = [[*row[:5], "退出", "2021-11-30", ""] for row in rows]
    Brake.objects.create(region=tree[PINGLI], from_marks=5)
    batch = deliver("identities", ends, sender=civil)
    assert (batch.status, batch.preview["ended"], standing()) == ("held", 10, 10)


def test_a_stopped_list_changes_nothing(deliver, rows, civil, clerk):
    deliver("identities", rows, sender=civil)
    batch = deliver("identities", rows[:5], sender=civil, is_full=True, by=clerk)
    services.cancel_batch(batch_id=batch.pk, by=clerk, on=ON)
    tasks.run_waiting()
    assert (standing(), Batch.objects.get(pk=batch.pk).status) == (10, "cancelled")


def test_an_approval_holds_for_what_was_seen(deliver, rows, civil, clerk, tree):
    deliver("identities", rows, sender=civil)
    batch = deliver("identities", rows[1:], sender=civil, is_full=True, by=clerk)
    deliver("identities", [["赵六", make_id_number("610926", date(1981, 1, 1)), *rows[0][2:]]], sender=None)
    services.approve_batch(batch_id=batch.pk, by=clerk, on=ON)
    tasks.run_waiting()
    batch.refresh_from_db()
    assert (batch.status, batch.approved_by, batch.preview["ended"], standing()) == ("held", None, 2, 11)


def test_refused_rows_end_nobody(deliver, rows, civil, clerk):
    deliver("identities", rows, sender=civil)
    misspelt = [[*rows[0][:4], "去年", "", "", ""], *rows[1:]]
    assert deliver("identities", misspelt, sender=civil, is_full=True, by=clerk).preview["ended"] == 0
    services.cancel_batch(batch_id=Batch.objects.latest("pk").pk, by=clerk, on=ON)
    unread = [[rows[0][0], "123", *rows[0][2:]], *rows[2:]]
    preview = deliver("identities", unread, sender=civil, is_full=True, by=clerk).preview
    assert (preview["ended"], len(preview["notes"])) == (0, 1)


def test_other_departments_areas_and_categories_are_left_alone(deliver, tree, rows, civil, clerk):
    other = Bureau.objects.create(name="县乡村振兴局", kind="rural_revitalization", region=tree[PINGLI])
    deliver("identities", [[*rows[0][:3], "边缘易致贫户", *rows[0][4:]]], sender=other)
    deliver("identities", [[*rows[1][:3], "特困人员", *rows[1][4:]], rows[2]], sender=civil)
    batch = deliver("identities", [rows[3]], sender=civil, is_full=True, by=clerk)
    assert batch.preview["ended"] == 1


def test_an_older_complete_list_never_undoes_a_newer_one(deliver, rows, civil, clerk):
    title = [["平利县低保对象名单（2021年11月）"]]
    newer = deliver.take(
        "identities", csv_bytes([*title, HEADERS["identities"], *rows]), sender=civil, is_full=True, by=clerk
    )
    services.approve_batch(batch_id=newer.pk, by=clerk, on=ON)
    tasks.run_waiting()
    newer.refresh_from_db()
    assert (newer.status, newer.period) == ("merged", "2021-11")
    older = deliver("identities", rows[:3], sender=civil, is_full=True, period="2021-10")
    assert older.status == "refused"
    assert f"#{newer.pk}" in older.reason
    assert standing() == 10


def test_without_a_period_the_business_date_says_which_is_older(deliver, rows, civil, clerk):
    deliver("identities", rows, sender=civil, on=date(2021, 12, 8))
    older = deliver("identities", rows[:3], sender=civil, is_full=True, by=clerk, on=ON)
    assert (older.status, standing()) == ("refused", 10)
    assert "2021-12-08" in older.reason


def test_other_kinds_are_never_complete(deliver):
    batch = deliver("tasks", [["老县镇", "", "100", "", ""]], is_full=True)
    assert batch.status == "refused"


def test_the_page_shows_and_applies_it(client, deliver, rows, civil, clerk, reviewer):
    deliver("identities", rows, sender=civil)
    batch = deliver("identities", rows[:5], sender=civil, is_full=True, by=clerk)
    apply = reverse("exchanges:approve", args=[batch.pk])
    client.force_login(clerk)
    page = client.get(reverse("exchanges:batch", args=[batch.pk])).content.decode()
    assert apply not in page
    assert mask_name(rows[5][0]) in page
    assert rows[9][1] not in page
    client.post(apply)
    assert Batch.objects.get(pk=batch.pk).status == "held"
    client.force_login(reviewer)
    assert apply in client.get(reverse("exchanges:batch", args=[batch.pk])).content.decode()
    client.post(apply)
    assert Batch.objects.get(pk=batch.pk).status == "received"


def test_the_command_reports_held(deliver, rows, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes([HEADERS["identities"], *rows]))
    out = io.StringIO()
    call_command("receive", "identities", str(path), "--area", PINGLI, "--year", "2022", "--full", "--json", stdout=out)
    result = json.loads(out.getvalue())
    assert (result["status"], result["accepted"]) == ("held", 10)
    assert result["reason"]
