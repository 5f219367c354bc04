"""Lists of people: who stands on them, for whom, and how they are searched."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.enrollment.views.conftest import NEXT_VILLAGE, TOWN, VILLAGE, page, post
from tests.factories import PINGLI, make_id_number


def test_people_are_listed_with_masked_numbers(client, sign_in, person):
    sign_in()
    someone = person(VILLAGE, name="张三")
    text = page(client, "people").content.decode()
    assert "张三" in text
    assert someone.id_number not in text
    assert someone.masked_number in text


def test_a_name_is_searched_by_its_beginning(client, sign_in, person):
    sign_in()
    for name in ("张三", "张三丰", "李张三"):
        person(VILLAGE, name=name)
    rows = page(client, "people", name="张三").context["table"].data
    assert [row.name for row in rows] == ["张三", "张三丰"]


def test_a_county_is_asked_for_a_name_or_a_town(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    person(VILLAGE, name="张三")
    assert page(client, "people").context["asks"]
    assert "张三" not in page(client, "people").content.decode()
    assert "张三" in page(client, "people", name="张").content.decode()
    assert "张三" in page(client, "people_in", TOWN).content.decode()


def test_a_list_shows_the_officers_own_part_only(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    person(VILLAGE, name="本村人")
    person(NEXT_VILLAGE, name="邻村人")
    for name in ("people", "not_paid"):
        text = page(client, name).content.decode()
        assert "本村人" in text
        assert "邻村人" not in text


def test_someone_who_lives_here_is_listed_here(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    person("610926100001", name="外来户", residence_id=VILLAGE)
    assert "外来户" in page(client, "people").content.decode()


@pytest.mark.parametrize("name", ["people_in", "not_paid_in", "amounts_in", "duplicates_in"])
@pytest.mark.parametrize("code", [NEXT_VILLAGE, "610926999999", "nonsense"])
def test_a_place_of_others_answers_as_one_that_does_not_exist(client, sign_in, name, code):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    assert page(client, name, code).status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(client, sign_in, person, monkeypatch):
    monkeypatch.setattr("enrollment.views.lists.ROWS_A_PAGE", 3)
    sign_in()
    for number in range(8):
        person(VILLAGE, name="同名" if number < 5 else f"王{number}", household="H1")
    for name in ("people", "not_paid"):
        seen, after = [], {}
        while True:
            answer = page(client, name, **after)
            seen += [row.pk for row in answer.context["table"].data]
            following = answer.context["following"]
            if following is None:
                break
            after = {"after": following.pk}
        assert len(seen) == len(set(seen)) == 8


def test_a_page_after_someone_hidden_does_not_exist(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    hidden = person(NEXT_VILLAGE)
    assert page(client, "people", after=hidden.pk).status_code == 404
    assert page(client, "people", after="x").status_code == 404


@pytest.mark.parametrize("year", ["abcd", "20222", "２０２２"])
def test_a_year_that_is_none_does_not_exist(client, sign_in, year):
    sign_in()
    assert page(client, "people", year=year).status_code == 404


def test_a_number_is_found_by_post_and_never_stands_in_an_address(client, sign_in, person):
    sign_in()
    someone = person(VILLAGE)
    assert client.get(reverse("enrollment:find"), {"number": someone.id_number}).status_code == 302
    answer = post(client, "find", number=f" {someone.id_number.lower()} ")
    assert answer.status_code == 302
    assert someone.id_number not in answer["Location"]
    assert answer["Location"] == reverse("enrollment:person", args=[someone.pk])


def test_a_hidden_number_answers_as_one_that_is_nobodys(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    hidden = person(NEXT_VILLAGE)
    texts = []
    for number in (hidden.id_number, make_id_number(sequence=999)):
        answer = post(client, "find", number=number)
        assert answer.status_code == 422
        texts.append(answer.context["number_form"].errors["number"])
    assert texts[0] == texts[1]


def test_the_number_of_queries_does_not_grow_with_the_rows(client, sign_in, person, django_assert_max_num_queries):
    sign_in()
    for number in range(30):
        person(VILLAGE, name=f"王{number}")
    for name in ("people", "not_paid"):
        with django_assert_max_num_queries(25):
            page(client, name)
