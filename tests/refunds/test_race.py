"""Two cashiers at the same moment, on two connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.models import Payment
from notices.services import set_season
from refunds import services
from refunds.errors import AlreadySettled
from refunds.models import Application, Payout
from regions.models import Region
from tests import factories
from tests.refunds.conftest import ACCOUNT, APPLIED_ON, make_desk, make_payment

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*calls):
    """What each call gave or raised, all of them started together."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=10)
            return call()
        except AlreadySettled as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def desk(transactional_db):
    factories.make_tree()
    desk = make_desk()
    region = Region.objects.get(pk=factories.PINGLI)
    set_season(region=region, coverage_year=2022, pack_id="pingli-2022", by=desk.clerk, on=date(2021, 10, 1))
    return desk


@pytest.fixture
def payment(desk):
    return make_payment(factories.make_person("610926100001"))


def enter(payment, by):
    return services.apply(
        payment=payment, reason="duplicate", account=ACCOUNT, account_holder="张三", by=by, on=APPLIED_ON
    )


def test_one_of_two_cashiers_pays_out(desk, payment):
    application = enter(payment, desk.clerk)
    services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
    services.approve_finally(application=application, by=desk.approver, on=APPLIED_ON)
    cashiers = [desk.cashier, factories.make_staff(Role.AGENCY_CASHIER, factories.PINGLI)]
    calls = [
        lambda by=by: services.pay_out(
            application=Application.objects.get(pk=application.pk), voucher=f"V-{by.pk}", by=by, on=APPLIED_ON
        )
        for by in cashiers
    ]
    results = at_once(*calls)
    assert sorted(type(result).__name__ for result in results) == ["AlreadySettled", "Payout"]
    payout = Payout.objects.get()
    loser = next(result for result in results if isinstance(result, AlreadySettled))
    assert str(payout.application.steps.last().by) in str(loser)
    assert Payment.objects.get(pk=payment.pk).refunded_on == APPLIED_ON
    assert AuditEntry.objects.filter(verb="refunds.pay_out").count() == 1


def test_one_of_two_clerks_enters_the_application(desk, payment):
    results = at_once(lambda: enter(payment, desk.clerk), lambda: enter(payment, desk.township))
    assert sorted(type(result).__name__ for result in results) == ["AlreadySettled", "Application"]
    assert Application.objects.count() == 1
