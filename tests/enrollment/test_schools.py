"""Schools as units: a township officer sees which of the own pupils have not paid (SL-6.2d)."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.roles import Role
from enrollment.models import School, Schooling
from tests.factories import PINGLI, ZHUJI, make_payment

TOWN, VILLAGE, OTHER = "610926102000", "610926102201", "610926100001"
ON = date(2021, 12, 3)
pytestmark = pytest.mark.usefixtures("december")


@pytest.fixture
def school(tree):
    return School.objects.create(name="县一小", region_id=PINGLI)


@pytest.fixture
def pupil(person, school):
    """Somebody who goes to the school: pupil(VILLAGE, name="甲", stage="primary", paid=True)."""

    def pupil(region=VILLAGE, *, name, stage="primary", paid=False, at=None, **more):
        someone = person(region, name=name, **more)
        Schooling.objects.create(person=someone, school=at or school, stage=stage)
        if paid:
            make_payment(someone)
        return someone

    return pupil


@pytest.fixture
def officer(client, staff):
    user = staff(Role.TOWNSHIP_OFFICER, TOWN)
    client.force_login(user)
    return user


def open_school(client, school, **query):
    return client.get(reverse("enrollment:school", args=[school.pk]), {"year": 2022, **query})


def names(answer):
    return [row.person.name for row in answer.context["table"].data]


@pytest.mark.clause("SL-6.2d")
def test_an_officer_sees_the_own_pupils_of_a_county_school_and_who_has_not_paid(client, officer, school, pupil):
    pupil(name="已缴", paid=True)
    pupil(name="未缴")
    pupil(OTHER, name="外镇")
    listed = client.get(reverse("enrollment:schools"), {"year": 2022})
    (row,) = listed.context["table"].data
    assert (row.name, row.pupils, row.unpaid) == ("县一小", 2, 1)
    page = open_school(client, school)
    assert sorted(names(page)) == ["已缴", "未缴"]
    assert (page.context["pupils"], page.context["unpaid"]) == (2, 1)
    assert names(open_school(client, school, only="unpaid")) == ["未缴"]
    assert "外镇" not in page.content.decode()


def test_numbers_are_masked(client, officer, school, pupil):
    someone = pupil(name="甲")
    text = open_school(client, school).content.decode()
    assert someone.masked_number in text
    assert someone.id_number not in text


def test_pupils_are_narrowed_by_stage_and_name(client, officer, school, pupil):
    pupil(name="甲", stage="junior")
    pupil(name="乙")
    pupil(name="乙二")
    assert names(open_school(client, school, stage="junior")) == ["甲"]
    assert names(open_school(client, school, name="乙")) == ["乙", "乙二"]


def test_who_lives_here_is_a_pupil_of_here_and_who_moved_away_is_not(client, officer, school, pupil):
    pupil(OTHER, name="住本镇", residence_id=VILLAGE)
    pupil(name="已迁出", status="moved_out", status_on=date(2021, 10, 1))
    assert names(open_school(client, school)) == ["住本镇"]


def test_a_school_without_own_people_does_not_exist(client, officer, school, pupil, tree):
    pupil(OTHER, name="外镇")
    away = School.objects.create(name="外县小学", region_id=ZHUJI)
    for each in (school, away):
        assert open_school(client, each).status_code == 404
    assert "县一小" not in client.get(reverse("enrollment:schools")).content.decode()


def test_empty_lists_say_so(client, officer, school, pupil):
    assert "教育部门" in client.get(reverse("enrollment:schools"), {"name": "没有"}).content.decode()
    pupil(name="已缴", paid=True)
    assert "都已缴费" in open_school(client, school, only="unpaid").content.decode()


def test_the_persons_page_leads_to_the_school(client, officer, school, pupil):
    someone = pupil(name="甲")
    text = client.get(reverse("enrollment:person", args=[someone.pk])).content.decode()
    assert reverse("enrollment:school", args=[school.pk]) in text


def test_bureau_clerks_have_no_school_page(client, staff, school):
    client.force_login(staff(Role.BUREAU_CLERK, PINGLI, bureau="education"))
    assert client.get(reverse("enrollment:schools")).status_code == 403


def test_queries_do_not_grow_with_the_pupils(client, officer, school, pupil, django_assert_max_num_queries):
    for number in range(12):
        pupil(name=f"生{number}")
    with django_assert_max_num_queries(20):
        open_school(client, school)
    with django_assert_max_num_queries(20):
        client.get(reverse("enrollment:schools"))
