"""Pages: who sees which ranking, that figures agree everywhere, what a ranking page costs."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.html import escape

from accounts.models import AuditEntry, BusinessDay
from accounts.roles import Role
from exchanges.models import LedgerExport
from quotas.models import Snapshot, SnapshotRow, Task
from quotas.queries import interviews, my_places, people_missing
from quotas.services import freeze_snapshot
from regions.models import Region
from tests.factories import PINGLI, ZHUJI

CHENGGUAN, LAOXIAN = "610926100000", "610926102000"
LAOXIAN_VILLAGE, NEXT_VILLAGE = "610926102200", "610926102201"
ZHUJI_VILLAGE, SHUANGYANG = "341323117200", "341323117205"
FIRST, SECOND = date(2021, 11, 26), date(2021, 12, 3)


@pytest.fixture
def frozen(pingli, pay, system):
    """Two weeks of Pingli; Laoxian comes second, Chengguan first."""
    pay("610926100001", 10, on=date(2021, 11, 20), year=2022)
    pay(LAOXIAN_VILLAGE, 1, on=date(2021, 11, 21), year=2022)
    freeze_snapshot(region=pingli, coverage_year=2022, on=FIRST, by=system)
    pay(LAOXIAN_VILLAGE, 2, on=date(2021, 12, 1), year=2022)
    freeze_snapshot(region=pingli, coverage_year=2022, on=SECOND, by=system)
    BusinessDay.objects.create(region=pingli, today=SECOND)
    return pingli


@pytest.fixture
def frozen_zhuji(zhuji, pay, system):
    for place, code in enumerate(sorted(Task.objects.filter(coverage_year=2023).values_list("region_id", flat=True))):
        pay(code, place + 1, on=date(2022, 11, 20), year=2023)
    freeze_snapshot(region=zhuji, coverage_year=2023, on=date(2022, 11, 25), by=system)
    freeze_snapshot(region=zhuji, coverage_year=2023, on=date(2022, 12, 2), by=system)
    BusinessDay.objects.create(region=zhuji, today=date(2022, 12, 2))
    return zhuji


@pytest.fixture
def sign_in(client, staff):
    """sign_in(Role.TOWNSHIP_OFFICER, code): the client works as a new member of staff."""

    def make(role, *codes, **more):
        user = staff(role, *codes, **more)
        client.force_login(user)
        return user

    return make


def page(client, code="", **query):
    address = reverse("quotas:area", args=[code]) if code else reverse("quotas:ranking")
    return client.get(address, query)


def json_of(code, year, on):
    out = io.StringIO()
    call_command("rank", area=code, year=str(year), on=on.isoformat(), json=True, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.clause("PL-8.5")
def test_a_township_officer_opens_the_ranking_of_the_towns_with_the_own_town_in_it(client, sign_in, frozen):
    user = sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    response = page(client)
    assert response.status_code == 200
    assert response.context["area"].code == PINGLI
    assert response.context["focus"].row.region_id == LAOXIAN
    assert response.context["focus"].row.rank == 2
    assert [line.row.region_id for line in my_places(user)] == [LAOXIAN]
    text = response.content.decode()
    assert 'class="is-mine' in text
    assert len(response.context["found"].lines) == 11
    # 15,040 by 30 November, 3 enrolled.
    assert response.context["focus"].missing_to_milestone == 15_037
    assert response.context["focus"].pace is None
    assert people_missing(user) == 15_037


def test_a_township_officer_opens_the_own_town_but_no_sister_town(client, sign_in, frozen):
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    text = page(client).content.decode()
    assert reverse("quotas:area", args=[LAOXIAN]) in text
    assert "城关镇" in text
    assert reverse("quotas:area", args=[CHENGGUAN]) not in text
    assert page(client, LAOXIAN).status_code == 200
    assert page(client, CHENGGUAN).status_code == 404
    assert page(client, "610926100001").status_code == 404
    assert page(client, "999999999999").status_code == 404


def test_what_is_published_above_opens_the_figures_of_the_sisters_and_nothing_below_them(staff, frozen):
    officer = staff(Role.TOWNSHIP_OFFICER, LAOXIAN)
    seen = set(SnapshotRow.objects.visible_to(officer).values_list("region_id", flat=True))
    assert CHENGGUAN in seen
    assert PINGLI in seen
    assert {LAOXIAN_VILLAGE, NEXT_VILLAGE} <= seen
    assert not seen & {"610926100001", "610926100002"}
    assert not set(Task.objects.visible_to(officer).values_list("region_id", flat=True)) - {LAOXIAN}


def test_a_village_officer_sees_the_villages_of_the_town_but_opens_the_own_one_only(client, sign_in, frozen):
    officer = sign_in(Role.VILLAGE_OFFICER, LAOXIAN_VILLAGE)
    response = page(client, LAOXIAN)
    assert response.status_code == 200
    text = response.content.decode()
    assert "蒋家坪村委会" in text
    assert reverse("quotas:area", args=[NEXT_VILLAGE]) not in text
    assert page(client, LAOXIAN_VILLAGE).status_code == 200
    assert page(client, NEXT_VILLAGE).status_code == 404
    assert page(client, CHENGGUAN).status_code == 404
    seen = set(SnapshotRow.objects.visible_to(officer).values_list("region_id", flat=True))
    assert "610926100001" not in seen


@pytest.mark.parametrize("role", [Role.COUNTY_AGENT, Role.SUPERVISOR, Role.TOWNSHIP_OFFICER, Role.VILLAGE_OFFICER])
def test_staff_of_another_area_find_nothing(client, sign_in, frozen, frozen_zhuji, role):
    user = sign_in(role, ZHUJI_VILLAGE if role == Role.VILLAGE_OFFICER else ZHUJI)
    for name in ("area", "circular"):
        assert client.get(reverse(f"quotas:{name}", args=[PINGLI]), {"year": 2022}).status_code == 404
    assert client.get(reverse("quotas:export", args=[PINGLI, "csv"]), {"year": 2022}).status_code == 404
    assert client.get(reverse("quotas:tasks_of", args=[PINGLI])).status_code == 404
    for address in ("quotas:ranking", "quotas:snapshots", "quotas:tasks"):
        text = client.get(reverse(address)).content.decode()
        assert "平利" not in text
        assert "城关" not in text
    assert not SnapshotRow.objects.visible_to(user).filter(snapshot__region=PINGLI).exists()
    assert not Snapshot.objects.visible_to(user).filter(region=PINGLI).exists()


def test_a_clerk_of_a_bureau_has_no_ranking(client, sign_in, frozen):
    sign_in(Role.BUREAU_CLERK, PINGLI, bureau="civil_affairs")
    assert page(client).status_code == 403


def test_drilling_down_goes_from_the_county_to_the_village(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    assert reverse("quotas:area", args=[LAOXIAN]) in page(client).content.decode()
    town = page(client, LAOXIAN)
    assert reverse("quotas:area", args=[LAOXIAN_VILLAGE]) in town.content.decode()
    # Pingli's annex gives no tasks to villages: they are counted, the best covered first.
    assert [line.row.region_id for line in town.context["found"].others] == [LAOXIAN_VILLAGE, NEXT_VILLAGE]
    village = page(client, LAOXIAN_VILLAGE)
    assert village.context["focus"].row.enrolled == 3


def test_the_page_counts_who_has_not_paid_in_the_villages_of_a_town(client, sign_in, frozen, person):
    person(region=LAOXIAN_VILLAGE)
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    response = page(client, LAOXIAN)
    assert response.context["unpaid_here"] == 1
    assert response.context["others"].unpaid == {LAOXIAN_VILLAGE: 1}
    people = reverse("enrollment:not_paid_in", args=[LAOXIAN_VILLAGE]) + "?year=2022"
    assert people in response.content.decode()
    assert "张三" in client.get(people).content.decode()


def test_an_earlier_week_can_be_chosen(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    response = page(client, PINGLI, year=2022, week="2021-11-22")
    found = response.context["found"]
    assert found.snapshot.on == FIRST
    assert found.before is None
    assert found.line(LAOXIAN).trend == ((FIRST, 1),)


def test_a_week_without_a_snapshot_shows_the_newest_and_says_so(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    response = page(client, PINGLI, year=2022, week="2021-10-18")
    assert response.context["found"].snapshot.on == SECOND
    assert "2021-11-22～2021-11-28" in response.context["missing_week"]


def test_nonsense_in_the_address_is_passed_over(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    for query in ({"week": "x"}, {"week": "2021-13-01"}, {"year": "٢٠٢٢"}, {"year": "20222"}, {"sort": "nothing"}):
        assert page(client, PINGLI, **query).status_code == 200


def test_before_the_first_snapshot_the_page_says_what_comes(client, sign_in, pingli):
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    response = page(client)
    assert response.status_code == 200
    assert response.context["found"] is None


def test_change_against_last_week_in_people_and_places(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    found = page(client).context["found"]
    line = found.line(LAOXIAN)
    assert (line.enrolled_change, line.rank_change) == (2, 0)
    assert found.line(CHENGGUAN).enrolled_change == 0
    assert found.total.enrolled_change == 2
    assert line.trend == ((FIRST, 1), (SECOND, 3))


@pytest.mark.clause("ZJ-2.0")
def test_the_page_says_that_the_text_of_zhuji_gives_another_total(client, sign_in, frozen_zhuji):
    sign_in(Role.TOWNSHIP_OFFICER, ZHUJI)
    response = page(client)
    assert response.context["area"].code == ZHUJI
    text = response.content.decode()
    assert "41,850" in text
    assert "41,851" in text
    tasks = client.get(reverse("quotas:tasks")).content.decode()
    assert "41,850" in tasks
    assert "41,851" in tasks
    assert "47,547" in tasks


def test_a_notice_that_agrees_with_its_annex_needs_no_word(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    assert page(client).context["stated"] is None
    assert not client.get(reverse("quotas:tasks"), {"year": 2022}).context["disagrees"]


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


def test_a_ranking_page_costs_the_same_queries_whatever_its_size(client, sign_in, frozen, system, pay):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page(client)
    with CaptureQueriesContext(connection) as small:
        page(client)
    for week in range(1, 4):
        freeze_snapshot(region=frozen, coverage_year=2022, on=SECOND + timedelta(7 * week), by=system)
    for number in range(20):
        code = f"6109262{number:02}000"
        Region.objects.create(code=code, name=f"镇{number}", full_name=f"镇{number}", level="town", parent=frozen)
    with CaptureQueriesContext(connection) as large:
        page(client)
    assert len(large) == len(small)
    assert len(small) <= 30


def test_the_agency_sets_a_task_with_its_milestone(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    address = reverse("quotas:set_task", args=[LAOXIAN, 2022])
    assert "15040" in client.get(address).content.decode()
    response = client.post(
        address,
        {
            "target": 19000,
            "why": "平政办〔2021〕1号",
            "milestones-TOTAL_FORMS": 2,
            "milestones-INITIAL_FORMS": 1,
            "milestones-0-due_on": "2021-11-30",
            "milestones-0-due_count": 15200,
            "milestones-1-due_on": "",
            "milestones-1-due_count": "",
        },
    )
    assert response.status_code == 302
    task = Task.objects.get(region=LAOXIAN)
    assert task.target == 19000
    assert [each.due_count for each in task.milestones.all()] == [15200]
    assert SnapshotRow.objects.filter(region=LAOXIAN).values_list("target", flat=True)[0] == 18800


def test_a_task_that_contradicts_itself_comes_back_with_the_reason(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    response = client.post(
        reverse("quotas:set_task", args=[LAOXIAN, 2022]),
        {
            "target": 100,
            "milestones-TOTAL_FORMS": 1,
            "milestones-INITIAL_FORMS": 0,
            "milestones-0-due_on": "2021-11-30",
            "milestones-0-due_count": 200,
        },
    )
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    assert Task.objects.get(region=LAOXIAN).target == 18800


def test_a_task_of_another_area_cannot_be_set_or_taken_back(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, ZHUJI)
    assert client.get(reverse("quotas:set_task", args=[LAOXIAN, 2022])).status_code == 404
    assert client.post(reverse("quotas:withdraw_task", args=[LAOXIAN, 2022])).status_code == 404
    sign_in(Role.SUPERVISOR, PINGLI)
    assert client.get(reverse("quotas:set_task", args=[LAOXIAN, 2022])).status_code == 403


def test_a_task_set_by_mistake_is_taken_back(client, sign_in, frozen):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    assert client.post(reverse("quotas:withdraw_task", args=[LAOXIAN, 2022])).status_code == 302
    assert not Task.objects.filter(region=LAOXIAN).exists()


def test_the_workbench_tells_an_officer_what_the_place_lacks(client, sign_in, frozen):
    sign_in(Role.TOWNSHIP_OFFICER, LAOXIAN)
    assert escape("15037") in client.get(reverse("workbench")).content.decode().replace(",", "")


def test_a_name_with_markup_stays_text(client, sign_in, frozen):
    Region.objects.filter(pk=CHENGGUAN).update(name="<script>alert(1)</script>")
    sign_in(Role.COUNTY_AGENT, PINGLI)
    assert "<script>alert" not in page(client).content.decode()
