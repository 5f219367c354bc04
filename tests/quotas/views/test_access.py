"""Who sees which ranking."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from quotas.models import Snapshot, SnapshotRow, Task
from quotas.queries import my_places, people_missing
from tests.factories import PINGLI, ZHUJI
from tests.quotas.views.conftest import CHENGGUAN, LAOXIAN, LAOXIAN_VILLAGE, NEXT_VILLAGE, ZHUJI_VILLAGE, page


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
