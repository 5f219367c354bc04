"""Refund orders as they go to whoever pays them out."""

import csv
import io

import pytest

from accounts.models import Bureau, BureauKind
from accounts.queries import system_staff
from exchanges.outbound.kinds import by_name
from exchanges.outbound.services import DeliveryRefused, make_delivery, read_out
from refunds import services
from tests.factories import PINGLI
from tests.refunds.conftest import ACCOUNT, APPLIED_ON


@pytest.mark.clause("SL-5.4b")
def test_an_order_goes_out_once_it_is_finally_approved(apply, desk, payment, tree, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    finance = Bureau.objects.create(name="县财政局", kind=BureauKind.FINANCE, region_id=PINGLI)
    given = {"kind": by_name("refund_orders"), "region": tree[PINGLI], "coverage_year": 2022, "receiver": finance}
    given |= {"format": "csv", "full": False, "by": system_staff(), "on": APPLIED_ON}
    application = apply()
    services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
    with pytest.raises(DeliveryRefused):
        make_delivery(**given)
    services.approve_finally(application=application, by=desk.approver, on=APPLIED_ON, why="")
    delivery = make_delivery(**given)
    text = b"".join(read_out(delivery=delivery, by=system_staff(), on=APPLIED_ON)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    (row,) = (dict(zip(lines[2], cells, strict=True)) for cells in lines[3:-1])
    assert row["收款账号"] == ACCOUNT
    assert row["证件号码"] == payment.person.id_number
    assert (row["退费金额（元）"], row["退费原因"]) == ("320.00", "重复缴费")
    assert delivery.sum_fen == application.amount_fen
