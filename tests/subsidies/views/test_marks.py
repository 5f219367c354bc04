"""The pages of marks, and the panel on the person's page."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import BusinessDay
from accounts.roles import Role
from subsidies.models import IdentityMark
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, ZHUJI_VILLAGE, make_mark, make_payment

PAID = date(2021, 11, 1)
GIVEN = {"category": "dibao", "determined_on": "2021-09-01", "why": "民政局2021年3号"}


@pytest.fixture
def clerk(seasons, staff, client):
    BusinessDay.objects.create(region_id=PINGLI, today=LAST_WEEK)
    user = staff(Role.COUNTY_AGENT, PINGLI)
    client.force_login(user)
    return user


def test_lists_of_marks(clerk, client, resident):
    resident(dibao=date(2020, 1, 1), paid=PAID, name="已缴甲")
    resident(tekun=date(2020, 1, 1), name="未缴乙")
    make_mark(resident(name="将止丙"), "dibao", date(2020, 1, 1), ended_on=date(2021, 12, 31))
    names = {
        show: [
            row.record.person.name
            for row in client.get(reverse("subsidies:marks"), {"year": 2022, **query}).context["table"].rows
        ]
        for show, query in {
            "all": {},
            "unpaid": {"show": "unpaid"},
            "ending": {"show": "ending"},
            "tekun": {"category": "tekun"},
        }.items()
    }
    assert names == {
        "all": ["已缴甲", "未缴乙", "将止丙"],
        "unpaid": ["未缴乙", "将止丙"],
        "ending": ["将止丙"],
        "tekun": ["未缴乙"],
    }


def test_numbers_are_masked(clerk, client, resident):
    person = resident(dibao=date(2020, 1, 1))
    text = client.get(reverse("subsidies:marks"), {"year": 2022}).text
    assert person.id_number not in text
    assert person.masked_number in text


def test_marking_by_hand_and_taking_it_back(clerk, client, resident):
    person = resident()
    response = client.post(reverse("subsidies:add_mark", args=[person.pk]), GIVEN)
    assert response.url == reverse("enrollment:person", args=[person.pk])
    mark = person.marks.get()
    shown = client.get(response.url).text
    assert reverse("subsidies:take_back", args=[mark.pk]) in shown
    client.post(reverse("subsidies:take_back", args=[mark.pk]))
    assert not person.marks.exists()


def test_what_is_refused_stands_at_its_field(clerk, client, resident):
    person = resident(dibao=date(2020, 1, 1))
    response = client.post(reverse("subsidies:add_mark", args=[person.pk]), GIVEN)
    assert response.status_code == 422
    assert "category" in response.context["form"].errors


def test_ending_by_hand(clerk, client, resident):
    mark = resident(dibao=date(2020, 1, 1)).marks.get()
    client.post(reverse("subsidies:end_mark", args=[mark.pk]), {"ended_on": "2021-12-01", "why": "民政局"})
    mark.refresh_from_db()
    assert mark.ended_on == date(2021, 12, 1)


def test_people_of_another_area_cannot_be_marked(clerk, client, resident):
    stranger = resident(ZHUJI_VILLAGE, dibao=date(2020, 1, 1))
    lodger = resident(ZHUJI_VILLAGE, residence_id="610926102200")
    mark = stranger.marks.get()
    for url in (
        reverse("subsidies:add_mark", args=[stranger.pk]),
        reverse("subsidies:add_mark", args=[lodger.pk]),
        reverse("subsidies:end_mark", args=[mark.pk]),
    ):
        assert client.post(url, GIVEN).status_code == 404
    assert IdentityMark.objects.count() == 1


def test_only_the_agency_marks(seasons, staff, client, resident):
    client.force_login(staff(Role.TOWNSHIP_OFFICER, PINGLI))
    person = resident()
    assert client.post(reverse("subsidies:add_mark", args=[person.pk]), GIVEN).status_code == 403


@pytest.mark.clause("PL-3.1.2")
def test_each_figure_on_the_persons_page_opens_its_clause(clerk, client, resident, decide_area):
    person = resident(paid=PAID, dibao=date(2020, 1, 1))
    decide_area()
    text = client.get(reverse("enrollment:person", args=[person.pk]), {"year": 2022}).text
    for shown in ("160.00", "PL-3.1.2", "PL-6.2", "低保对象", person.payments.get().receipt_no):
        assert shown in text


def test_earlier_decisions_say_what_changed(clerk, client, resident, decide_area):
    person = resident(paid=PAID)
    decide_area()
    make_mark(person, "dibao", date(2020, 1, 1))
    decide_area()
    response = client.get(reverse("enrollment:person", args=[person.pk]), {"year": 2022})
    panel = next(content for entry, content in response.context["panels"] if "subsidies" in entry.template)
    (earlier,) = panel["earlier"]
    changed = {row.name: [cell and cell.value for cell in row.cells] for row in earlier.changes}
    assert ["320.00", "160.00"] in changed.values()
    assert not earlier.other_payment


def test_identities_stand_beside_names(clerk, client, resident):
    resident(dibao=date(2020, 1, 1))
    assert "低保对象" in client.get(reverse("enrollment:not_paid_in", args=["610926102200"]), {"year": 2022}).text


def test_a_decision_that_a_payment_has_overtaken_says_so(clerk, client, resident, decide_area):
    person = resident()
    page = reverse("enrollment:person", args=[person.pk]) + "?year=2022"
    decide_area()
    assert "本次认定之后缴费情况有变化" not in client.get(page).text
    make_payment(person, PAID)
    assert "本次认定之后缴费情况有变化" in client.get(page).text
    decide_area()
    assert "本次认定之后缴费情况有变化" not in client.get(page).text
