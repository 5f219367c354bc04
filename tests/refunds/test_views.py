import pytest
from django.urls import reverse

from accounts.models import BusinessDay
from accounts.roles import Role
from refunds import services
from refunds.models import Application
from tests import factories
from tests.refunds.conftest import ACCOUNT, APPLIED_ON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(season):
    BusinessDay.objects.create(region_id=factories.PINGLI, today=APPLIED_ON)


def page(client, user, name, *args, **data):
    client.force_login(user)
    url = reverse(f"refunds:{name}", args=args)
    return client.post(url, data) if data else client.get(url)


def test_from_the_receipt_to_the_payout(client, desk, payment):
    found = page(client, desk.township, "find", receipt_no=payment.receipt_no)
    assert found.url == reverse("refunds:new", args=[payment.pk])
    form = {"reason": "duplicate", "applied_on": "2021-12-01", "account": "6222 0212 3456 7890 123"}
    entered = page(client, desk.township, "new", payment.pk, account_holder="张三", **form)
    application = Application.objects.get()
    assert entered.url == reverse("refunds:application", args=[application.pk])
    for user, verb, given in (
        (desk.tax, "take_in", {"why": ""}),
        (desk.approver, "approve_finally", {"why": "核实无误"}),
        (desk.cashier, "pay_out", {"voucher": "V-9", "why": ""}),
    ):
        assert page(client, user, "step", application.pk, verb).status_code == 200
        assert page(client, user, "step", application.pk, verb, **given).status_code == 302
    application.refresh_from_db()
    assert application.status == Application.Status.PAID
    shown = page(client, desk.clerk, "application", application.pk).content.decode()
    for text in ("核实无误", "V-9", "320.00", "平政办发〔2021〕105号"):
        assert text in shown


def test_what_the_notice_forbids_is_said_with_its_clause(client, desk, payment):
    BusinessDay.objects.update(today="2022-01-01")
    form = {"reason": "duplicate", "applied_on": "2022-01-01", "account": ACCOUNT, "account_holder": "张三"}
    answer = page(client, desk.township, "new", payment.pk, **form)
    assert "PL-7.5" in answer.content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize("account", ["1234567", "abc", "６２２２０２１２３４５６７８９０", "1" * 31])
def test_an_account_that_is_none_is_refused(client, desk, payment, account):
    form = {"reason": "duplicate", "applied_on": "2021-12-01", "account": account, "account_holder": "张三"}
    assert page(client, desk.township, "new", payment.pk, **form).context["form"].errors["account"]


def test_an_unknown_receipt_and_a_hidden_one_answer_alike(client, desk, payment):
    other = factories.make_staff(Role.COUNTY_AGENT, factories.ZHUJI)
    hidden = page(client, other, "find", receipt_no=payment.receipt_no).context["form"].errors
    unknown = page(client, other, "find", receipt_no="no such").context["form"].errors
    assert hidden == unknown


def test_the_account_stays_masked_until_the_cashier_gives_a_reason(client, desk, apply):
    application = apply()
    services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
    services.approve_finally(application=application, by=desk.approver, on=APPLIED_ON)
    for user in (desk.clerk, desk.tax, desk.approver, desk.cashier, desk.township):
        assert ACCOUNT not in page(client, user, "application", application.pk).content.decode()
    assert page(client, desk.approver, "account", application.pk, why="看").status_code == 403
    assert ACCOUNT not in page(client, desk.cashier, "account", application.pk, why=" ").content.decode()
    shown = page(client, desk.cashier, "account", application.pk, why="银行转账")
    assert ACCOUNT in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]


def test_who_may_not_take_a_step_finds_no_page_for_it(client, desk, apply):
    application = apply()
    assert page(client, desk.township, "step", application.pk, "take_in").status_code == 404
    assert page(client, desk.tax, "step", application.pk, "unknown").status_code == 404
    # The role fits, but the step is not open: the page of the application says what was done.
    assert page(client, desk.cashier, "step", application.pk, "pay_out").status_code == 302


def test_another_area_s_application_does_not_exist(client, desk, apply):
    application = apply()
    other = factories.make_staff(Role.COUNTY_AGENT, factories.ZHUJI)
    assert page(client, other, "application", application.pk).status_code == 404
    assert page(client, other, "step", application.pk, "withdraw", why="x").status_code == 404
    assert f"#{application.pk}" not in page(client, other, "list").content.decode()


def test_the_list_shows_what_waits_for_me(client, desk, apply):
    application = apply()
    client.force_login(desk.tax)
    shown = client.get(reverse("refunds:list"), {"waiting": 1})
    assert [row.record for row in shown.context["table"].page] == [application]
    client.force_login(desk.approver)
    assert not client.get(reverse("refunds:list"), {"waiting": 1}).context["table"].rows.data.data
    narrowed = client.get(reverse("refunds:list"), {"status": "applied", "reason": "duplicate", "year": "2022"})
    assert [row.record for row in narrowed.context["table"].page] == [application]
    number = application.payment.person.id_number
    assert number not in narrowed.content.decode()


def test_the_workbench_counts_it(client, desk, apply):
    apply()
    client.force_login(desk.tax)
    waiting = {card.query: count for card, count in client.get("/").context["waiting"]}
    assert waiting["waiting=1"] == 1


def test_the_ledger_shows_the_chain_and_keeps_to_the_scope(desk, apply):
    from exchanges.ledgers import by_name
    from regions.models import Region

    application = apply()
    services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
    ledger, area = by_name("refunds"), Region.objects.get(pk=factories.PINGLI)
    (row,) = list(ledger.rows(desk.clerk, area, 2022, APPLIED_ON))
    shown = dict(zip([column.header for column in ledger.columns], row, strict=True))
    assert (shown["申请编号"], shown["退费金额（元）"], shown["税务受理人"]) == (application.pk, 32000, "tax_clerk")
    elsewhere = factories.make_staff(Role.COUNTY_AGENT, factories.ZHUJI)
    assert not list(ledger.rows(elsewhere, area, 2022, APPLIED_ON))


def test_the_person_s_page_shows_applications_and_offers_one(client, desk, payment, apply):
    offered = reverse("refunds:new", args=[payment.pk])
    url = reverse("enrollment:person", args=[payment.person_id])
    client.force_login(desk.township)
    assert offered in client.get(url).content.decode()
    application = apply()
    shown = client.get(url).content.decode()
    assert offered not in shown
    assert reverse("refunds:application", args=[application.pk]) in shown
    client.force_login(factories.make_staff(Role.VILLAGE_OFFICER, "610926100001"))
    assert reverse("refunds:application", args=[application.pk]) not in client.get(url).content.decode()
