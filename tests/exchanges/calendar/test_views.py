"""The page of the calendar, its card on the workbench, its lines in the weekly circular."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Bureau, BusinessDay
from accounts.navigation import waiting_for
from accounts.roles import Role
from exchanges.calendar.waiting import overdue_lists
from exchanges.models import Delivery, DeliverySchedule
from exchanges.outbound.services import hand_over
from notices.models import Season
from tests.exchanges.calendar.conftest import day
from tests.factories import PINGLI, ZHUJI

PAGE = "exchanges:calendar"
ON = day("2022-11-25")


@pytest.fixture
def tongnan(tree, season, bureau):
    season("tongnan-2023", 2023)
    BusinessDay.objects.create(region=tree[PINGLI], today=ON)
    return {kind: bureau(kind) for kind in ("civil_affairs", "health")}


@pytest.fixture
def agent(staff, client, tongnan):
    user = staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
    client.force_login(user)
    return user


def text(client, **asked):
    answer = client.get(reverse(PAGE), asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.clause("TN-6.1")
def test_every_duty_with_its_clause_day_and_state(client, agent, tongnan, came):
    batch = came(tongnan["civil_affairs"], day("2022-11-18"))
    page = text(client)
    for shown in ("TN-6.1", "2022-11-20", "逾期 5 天", "已收到", "待交，还有 25 天", f"#{batch.pk}", "2022-11-18"):
        assert shown in page, shown
    assert reverse("exchanges:batch", args=[batch.pk]) in page


def test_narrowed_by_state_and_direction(client, agent, tongnan, came):
    came(tongnan["civil_affairs"], day("2022-11-18"))
    only = client.get(reverse(PAGE), {"state": "done"}).context["table"].data
    assert {row.state for row in only} == {"done"}
    assert not list(client.get(reverse(PAGE), {"direction": "out"}).context["table"].data)
    answer = client.get(
        reverse(PAGE), {"state": "nonsense", "direction": "nonsense", "on": "x", "year": "x", "page": "x"}
    )
    assert answer.status_code == 200
    assert len(answer.context["rows"]) == len(list(client.get(reverse(PAGE)).context["rows"]))


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "2021-02-30", "20221125", "", "２０２２-１１-２５"])
def test_any_day_is_answered(client, agent, tongnan, came, on):
    came(tongnan["civil_affairs"], day("2022-11-18"))
    assert client.get(reverse(PAGE), {"on": on}).status_code == 200
    assert client.get(reverse(PAGE), {"on": on, "year": "2023", "state": "overdue"}).status_code == 200


def test_as_of_another_day(client, agent, tongnan, came):
    came(tongnan["civil_affairs"], day("2022-11-18"))
    assert "已收到" not in text(client, on="2022-11-10")
    assert "逾期 5 天" not in text(client, on="2022-11-10")


def test_why_a_list_does_not_count(client, agent, tongnan, came):
    held = came(tongnan["civil_affairs"], day("2022-11-18"), status="held")
    assert f"#{held.pk} 不计：{held.get_status_display()}" in text(client)
    part = came(tongnan["health"], day("2022-11-18"), area="610926102000")
    assert f"#{part.pk} 不计：仅为部分地区" in text(client)


def test_without_notice_or_duty_the_page_says_what_to_do(client, staff, tongnan):
    client.force_login(staff(Role.COUNTY_AGENT, ZHUJI))
    assert "请系统管理员" in text(client)
    client.force_login(staff(Role.BUREAU_CLERK, PINGLI, bureau="police"))
    assert "没有要求贵单位" in text(client)


def test_an_area_that_is_not_the_readers_is_not_there(client, agent):
    assert client.get(reverse(PAGE), {"area": ZHUJI}).status_code == 404
    assert client.get(reverse(PAGE), {"area": "999999999999"}).status_code == 404
    assert client.get(reverse(PAGE), {"area": PINGLI}).status_code == 200


def test_a_bureau_sees_its_own_lines_and_no_other_bureaus_lists(client, staff, tongnan, came):
    theirs = came(tongnan["civil_affairs"], day("2022-11-18"), status="held")
    clerk = staff(Role.BUREAU_CLERK, PINGLI)
    clerk.bureau = tongnan["health"]
    clerk.save()
    client.force_login(clerk)
    page = text(client)
    assert tongnan["health"].name in page
    assert tongnan["civil_affairs"].name not in page
    assert f"#{theirs.pk} " not in page
    assert overdue_lists(clerk) == 2
    assert client.post(reverse("exchanges:make_due", args=["employee_changes"])).status_code == 403


def test_roles_without_lists_have_no_calendar(client, staff, tongnan):
    client.force_login(staff(Role.VILLAGE_OFFICER, "610926102201"))
    assert client.get(reverse(PAGE)).status_code == 403


@pytest.mark.clause("TN-6.1")
def test_the_workbench_counts_what_is_overdue(client, agent, staff, tongnan, came):
    # Five bureaus owe two lists each; one line a duty.
    assert overdue_lists(agent) == 10
    came(tongnan["civil_affairs"], ON)
    assert overdue_lists(agent) == 8
    card = next(count for card, count in waiting_for(agent) if card.url_name == PAGE)
    assert card == 8
    assert "逾期未报送的名单" in client.get("/").content.decode()
    assert overdue_lists(staff(Role.COUNTY_AGENT, ZHUJI)) == 0
    page = client.get(reverse(PAGE), {"state": "overdue"})
    assert len(list(page.context["table"].data)) == 8


class TestWeekly:
    """The agency's own lists, in Pingli."""

    @pytest.fixture(autouse=True)
    def _pingli(self, tree, season, bureau, settings, tmp_path, staff, client):
        settings.MEDIA_ROOT = tmp_path
        season("pingli-2022", 2022)
        bureau("tax")
        BusinessDay.objects.create(region=tree[PINGLI], today=day("2021-11-03"))
        self.agent = staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
        client.force_login(self.agent)

    def make(self, client, **more):
        asked = {"area": PINGLI, "year": "2022", **more}
        return client.post(reverse("exchanges:make_due", args=["employee_changes"]), asked, follow=True)

    @pytest.mark.clause("PL-8.2a")
    def test_a_person_makes_what_is_owed_once_also_where_nothing_has_changed(self, client):
        assert "待制作的名单" in text(client)
        self.make(client)
        delivery = Delivery.objects.get()
        assert (delivery.occurrence, delivery.rows, delivery.made_by) == ("2021-W44", 0, self.agent)
        assert "本期名单已经制作" in self.make(client).content.decode()
        assert Delivery.objects.count() == 1
        assert AuditEntry.objects.get(verb="exchanges.make_delivery").after["occurrence"] == "2021-W44"
        page = text(client)
        assert "第1号 不计" in page
        hand_over(delivery=delivery, via="ftp", by=self.agent, on=day("2021-11-03"))
        page = text(client)
        assert "已送出" in page
        assert "迟交 3 天" in page

    @pytest.mark.parametrize("wrong", [{"area": ZHUJI}, {"area": ""}, {"year": "x"}, {"year": ""}])
    def test_what_is_not_asked_rightly_is_not_there(self, client, wrong):
        assert self.make(client, **wrong).status_code == 404
        assert not Delivery.objects.exists()

    def test_another_year_or_receiver_is_said(self, client):
        assert "没有" in self.make(client, year="2019").content.decode()
        Bureau.objects.filter(kind="tax").update(kind="police")
        assert "尚未登记" in self.make(client).content.decode()
        assert not Delivery.objects.exists()

    def test_a_missing_receipt_is_shown(self, client):
        self.make(client)
        delivery = Delivery.objects.get()
        hand_over(delivery=delivery, via="ftp", by=self.agent, on=day("2021-11-03"))
        assert "回执逾期" not in text(client, on="2021-11-10")
        assert "回执逾期" in text(client, on="2021-11-11")

    def test_what_is_made_by_itself_is_marked(self, client, tree):
        assert "自动" not in text(client)
        DeliverySchedule.objects.create(region=tree[PINGLI], kind="employee_changes", is_active=True)
        assert "自动" in text(client)

    def test_tax_sees_what_comes_to_it(self, client, staff):
        clerk = staff(Role.TAX_CLERK, PINGLI)
        clerk.bureau = Bureau.objects.get(kind="tax")
        clerk.save()
        client.force_login(clerk)
        page = client.get(reverse(PAGE))
        assert {row.duty.delivery.name for row in page.context["rows"]} == {"employee_changes", "marks"}
        assert page.context["to_make"] == []


def test_two_years_are_worked_for_in_autumn(client, agent, tree):
    Season.objects.create(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022")
    years = {row.duty.coverage_year for row in client.get(reverse(PAGE)).context["rows"]}
    assert years == {2022, 2023}
    one = client.get(reverse(PAGE), {"year": "2022"}).context["rows"]
    assert {row.duty.coverage_year for row in one} == {2022}
