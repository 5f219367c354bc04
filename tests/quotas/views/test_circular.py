"""Frozen weeks: the same figures everywhere, the circular, interviews, freezing."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, BusinessDay
from accounts.roles import Role
from exchanges.models import LedgerExport
from quotas.models import Snapshot, Task
from quotas.queries import interviews
from quotas.services import freeze_snapshot
from tests.factories import PINGLI, ZHUJI
from tests.quotas.views.conftest import (
    LAOXIAN,
    json_of,
    page,
)


def test_figures_agree_on_the_page_the_command_line_and_in_the_export(client, sign_in, frozen_zhuji):
    sign_in(Role.COUNTY_AGENT, ZHUJI)
    shown = {
        line.row.region_id: (line.row.rank, line.row.target, line.row.enrolled, str(line.rate), line.row.weeks_behind)
        for line in page(client, ZHUJI).context["found"].lines
    }
    told = {
        row["region"]: (row["rank"], row["target"], row["enrolled"], row["rate"], row["weeks_behind"])
        for row in json_of(ZHUJI, 2023, date(2022, 12, 2))["rows"]
    }
    response = client.get(reverse("quotas:export", args=[ZHUJI, "csv"]), {"year": 2023})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    heads = next(row for row in rows if "名次" in row)
    written = {}
    for row in rows[rows.index(heads) + 1 :]:
        cells = dict(zip(heads, row, strict=False))
        if cells.get("名次", "").isdigit():
            written[cells["区划代码"]] = (
                int(cells["名次"]),
                int(cells["任务数"]),
                int(cells["参保人数"]),
                str(Decimal(cells["完成率"]).quantize(Decimal("0.0001"))),
                int(cells["连续落后周数"]),
            )
    assert len(shown) == 13
    assert shown == told == written


def test_an_export_leaves_its_trace(client, sign_in, frozen_zhuji):
    user = sign_in(Role.SUPERVISOR, ZHUJI)
    response = client.get(reverse("quotas:export", args=[ZHUJI, "xlsx"]), {"year": 2023, "week": "2022-11-21"})
    content = b"".join(response.streaming_content)
    assert content[:2] == b"PK"
    export = LedgerExport.objects.get()
    assert (export.ledger, export.rows, export.by, export.region_id) == ("ranking", 14, user, ZHUJI)
    assert AuditEntry.objects.filter(verb="quotas.export_ranking", by=user).count() == 1
    assert "周排名 · xlsx" in client.get(reverse("exchanges:ledgers")).text


def test_the_circular_names_who_is_behind_with_the_clause(client, sign_in, frozen_zhuji):
    sign_in(Role.COUNTY_AGENT, ZHUJI)
    response = client.get(reverse("quotas:circular", args=[ZHUJI]), {"year": 2023})
    assert response.status_code == 200
    assert len(response.context["behind"]) == len(response.context["called"]) == 3
    assert "ZJ-5.6a" in response.content.decode()


@pytest.mark.clause("ZJ-4.2b")
def test_the_circular_criticises_who_missed_the_task_from_its_day_on(client, sign_in, frozen_zhuji, zhuji, pay, system):
    done = Task.objects.filter(coverage_year=2023).order_by("region_id").first()
    Task.objects.filter(pk=done.pk).update(target=1)
    sign_in(Role.COUNTY_AGENT, ZHUJI)

    def circular(on):
        freeze_snapshot(region=zhuji, coverage_year=2023, on=on, by=system)
        return client.get(reverse("quotas:circular", args=[ZHUJI]), {"year": 2023, "week": on.isoformat()})

    assert "ZJ-4.2b" not in circular(date(2022, 12, 30)).text
    response = circular(date(2022, 12, 31))
    named = {line.row.region_id for line in response.context["short"]}
    assert len(named) == 12
    assert done.region_id not in named
    assert '村书记向党委政府作出检查 <span class="muted">ZJ-4.2b' in response.text


def test_a_circular_of_a_week_that_was_not_frozen_does_not_exist(client, sign_in, frozen_zhuji):
    sign_in(Role.COUNTY_AGENT, ZHUJI)
    query = {"year": 2023, "week": "2022-10-10"}
    assert client.get(reverse("quotas:circular", args=[ZHUJI]), query).status_code == 404
    assert client.get(reverse("quotas:export", args=[ZHUJI, "csv"]), query).status_code == 404


@pytest.mark.clause("ZJ-5.6a")
def test_the_interview_list_has_the_villages_behind_twice(client, sign_in, frozen_zhuji):
    user = sign_in(Role.SUPERVISOR, ZHUJI)
    assert len(interviews(user)) == 3
    assert client.get(reverse("quotas:interviews")).status_code == 200
    sign_in(Role.TOWNSHIP_OFFICER, ZHUJI)
    assert client.get(reverse("quotas:interviews")).status_code == 403


def test_the_agency_freezes_today_and_a_second_press_changes_nothing(client, sign_in, frozen_zhuji):
    user = sign_in(Role.COUNTY_AGENT, ZHUJI)
    BusinessDay.objects.filter(region=ZHUJI).update(today=date(2022, 12, 9))
    address = reverse("quotas:freeze", args=[ZHUJI, 2023])
    assert address in page(client).content.decode()
    client.post(address)
    client.post(address)
    assert Snapshot.objects.filter(on=date(2022, 12, 9), by=user).count() == 1
    assert client.get(address).status_code == 302


def test_who_may_not_freeze_cannot(client, sign_in, frozen):
    address = reverse("quotas:freeze", args=[PINGLI, 2022])
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    assert client.post(address).status_code == 403
    sign_in(Role.COUNTY_AGENT, ZHUJI)
    assert client.post(address).status_code == 404
    sign_in(Role.COUNTY_AGENT, LAOXIAN)
    assert client.post(address).status_code == 404
    assert Snapshot.objects.count() == 2
