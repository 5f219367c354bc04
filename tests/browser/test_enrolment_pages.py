"""Schools, employee insurance, proposals and duplicates at a desk and on a phone."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import BusinessDay
from accounts.roles import Role
from enrollment.models import Proposal, Registration, School, Schooling
from notices.models import Season
from tests.browser.conftest import DESK, PHONE, runs_off_sideways
from tests.factories import PINGLI, make_person

VILLAGE, OTHER = "610926102200", "610926102201"
ON = date(2021, 12, 10)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def season(tree, deliver):
    """A pupil who has not paid, one who paid twice, one with both insurances, one who left, one who came back."""
    BusinessDay.objects.create(region_id=PINGLI, today=ON)
    Season.objects.create(region_id=PINGLI, coverage_year=2022, pack_id="shangluo-2024")
    school = School.objects.create(name="平利县城关镇初级中学", region_id=PINGLI)
    people = {
        name: make_person(VILLAGE, name=name) for name in ("未缴学生", "缴费两次", "两头参保", "断保待参", "误报死亡")
    }
    for name in ("未缴学生", "缴费两次"):
        Schooling.objects.create(person=people[name], school=school, stage="junior", graduates_on=date(2023, 7, 1))
    paid = (
        ("R1", "缴费两次", OTHER),
        ("R2", "缴费两次", VILLAGE),
        ("R3", "两头参保", VILLAGE),
        ("R4", "误报死亡", VILLAGE),
    )
    rows = [[r, n, people[n].id_number, at, "2022", "1", "380", "2021-11-05", "微信"] for r, n, at in paid]
    deliver("payments", rows, on=ON)
    cover = (("两头参保", "新参保", "2021-10-01"), ("断保待参", "停保", "2021-10-01"))
    rows = [[n, people[n].id_number, "平利县城关镇某某茶业有限责任公司", change, day, "3"] for n, change, day in cover]
    deliver("employee_cover", rows, on=ON)
    dead = people["误报死亡"]
    for status, day in (("死亡", "2021-11-20"), ("正常", "")):
        deliver("population", [[dead.name, dead.id_number, VILLAGE, "", "", status, day]], on=ON)
        for proposal in Proposal.objects.filter(kind="death", status="open"):
            _accept(proposal)
    return people, school


def _accept(proposal):
    from accounts.queries import system_staff
    from enrollment.services import accept_proposals

    accept_proposals(proposals=[proposal.pk], by=system_staff(), on=ON)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_fits_and_says_what_it_is_about(signed_in, staff, season, viewport):
    people, school = season
    page = signed_in(staff(Role.COUNTY_AGENT, PINGLI), viewport=viewport)
    left = people["断保待参"]
    pages = (
        (reverse("enrollment:schools"), school.name),
        (reverse("enrollment:school", args=[school.pk]), "未缴费"),
        (reverse("enrollment:employee_cover"), "断保待参"),
        (reverse("enrollment:not_paid") + "?only=lapsed", "断保待参"),
        (reverse("enrollment:duplicates"), "退费"),
        (reverse("enrollment:proposals"), "已于2021-11-20终止"),
        (reverse("enrollment:person", args=[left.pk]), "2022年度参保登记"),
        (reverse("enrollment:register_known", args=[left.pk]), "为断保待参办理"),
        (reverse("workbench"), "断保待参人员"),
    )
    for address, words in pages:
        page.goto(page.base + address)
        assert words in page.inner_text("body"), address
        assert not runs_off_sideways(page), address


def test_the_desk_registers_who_left_and_decides_a_duplicate(signed_in, staff, season):
    people, _school = season
    page = signed_in(staff(Role.COUNTY_AGENT, PINGLI))
    page.goto(page.base + reverse("enrollment:register_known", args=[people["断保待参"].pk]))
    page.click("form.panel button[type=submit]")
    page.wait_for_url("**/people/*/**")
    assert Registration.objects.get(person=people["断保待参"]).situation == "employee_lapsed"
    page.goto(page.base + reverse("enrollment:proposals") + "?kind=duplicate")
    page.check("input[name=proposal]")
    page.click("button[value=accept]")
    page.click("#confirm [data-confirm-yes]")
    page.wait_for_selector(".message--ok, .messages")
    assert Proposal.objects.get(kind="duplicate").status == "accepted"


def test_a_form_that_comes_back_stands_at_the_field_that_is_wrong(signed_in, staff, season):
    people, _school = season
    page = signed_in(staff(Role.COUNTY_AGENT, PINGLI), viewport=PHONE)
    page.goto(page.base + reverse("enrollment:correct", args=[people["断保待参"].pk]))
    page.evaluate("document.querySelector('main form').submit()")
    page.wait_for_selector("[name=why][aria-invalid=true]:focus")
