"""Setting tasks and taking them back."""

from django.urls import reverse

from accounts.roles import Role
from quotas.models import SnapshotRow, Task
from tests.factories import PINGLI, ZHUJI
from tests.quotas.views.conftest import LAOXIAN


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
