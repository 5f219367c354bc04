"""The frame in a real browser: menu, language, sign-out, confirming, and no page wider than its screen."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.browser.conftest import DESK, PHONE, runs_off_sideways

pytestmark = pytest.mark.django_db(transaction=True)
COUNTY = "610926000000"


def test_menu_opens_and_closes_on_a_phone(signed_in, staff):
    page = signed_in(staff(Role.COUNTY_AGENT, COUNTY), viewport=PHONE)
    page.goto(page.base)
    menu, opener = page.locator("#sidebar"), page.locator(".topbar__menu")
    assert not menu.is_visible()
    opener.click()
    menu.get_by_role("link", name="工作台").wait_for()
    assert opener.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    assert opener.evaluate("element => element === document.activeElement")


def test_language_is_switched_and_back(signed_in, staff):
    page = signed_in(staff(Role.SUPERVISOR, COUNTY))
    page.goto(page.base)
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Workbench").wait_for()
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="工作台").wait_for()


def test_sign_out_from_the_menu(signed_in, staff):
    page = signed_in(staff(Role.SUPERVISOR, COUNTY))
    page.goto(page.base)
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(f"**{reverse('login')}")
    page.goto(page.base)
    page.wait_for_url(f"**{reverse('login')}?next=/")


def test_question_is_asked_before_a_form_is_sent(signed_in, staff):
    page = signed_in(staff(Role.SUPERVISOR, COUNTY))
    page.goto(page.base)
    page.evaluate(
        """address => {
            const form = document.createElement("form");
            form.action = address;
            form.dataset.confirm = "确认撤销？";
            form.innerHTML = '<button name="step" value="undo">撤销</button>';
            document.querySelector("main").append(form);
        }""",
        reverse("account"),
    )
    page.get_by_role("button", name="撤销").click()
    page.get_by_text("确认撤销？").wait_for()
    page.get_by_role("button", name="不，返回").click()
    page.get_by_text("确认撤销？").wait_for(state="hidden")
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="是，继续").click()
    page.wait_for_url(f"**{reverse('account')}?step=undo")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_every_page_of_the_sidebar_fits_desk_and_phone(signed_in, staff, role):
    user = staff(role, COUNTY, bureau="agency")
    for viewport in (DESK, PHONE):
        page = signed_in(user, viewport=viewport)
        page.goto(page.base)
        links = page.locator(".sidebar__link")
        addresses = [links.nth(number).get_attribute("href") for number in range(links.count())]
        for address in addresses:
            answer = page.goto(page.base + address)
            assert answer.status == 200, address
            assert page.locator(".sidebar__link--current").count() == 1, address
            assert page.locator("h1").count() == 1, address
            assert not runs_off_sideways(page), (address, viewport)
