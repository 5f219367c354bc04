"""Marks, rosters and requests for money as other departments get them; they agree with the decisions."""

import csv
import io
from datetime import date, timedelta

import pytest

from accounts.models import Bureau, BureauKind
from exchanges.outbound.kinds import by_name
from exchanges.outbound.services import DeliveryRefused, make_delivery, read_out
from notices.services import set_season
from regions.queries import code_ranges
from subsidies.queries.sums import sums_by_fund
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, make_mark, make_payment

SEPTEMBER = date(2021, 9, 1)


@pytest.fixture
def make(seasons, system, settings, tmp_path):
    """Makes a delivery of Pingli 2022 and reads it: make("marks") → (delivery, rows as dictionaries)."""
    settings.MEDIA_ROOT = tmp_path
    for kind in (BureauKind.TAX, BureauKind.FINANCE):
        Bureau.objects.create(name=f"县{kind}", kind=kind, region_id=PINGLI)

    def make(name, year=2022, on=LAST_WEEK):
        kind = by_name(name)
        delivery = make_delivery(
            kind=kind,
            region=seasons[PINGLI],
            coverage_year=year,
            receiver=Bureau.objects.get(kind=kind.receiver),
            format="csv",
            full=False,
            by=system,
            on=on,
        )
        text = b"".join(read_out(delivery=delivery, by=system, on=on)).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text)))
        return delivery, [dict(zip(lines[2], cells, strict=True)) for cells in lines[3:-1]]

    return make


@pytest.mark.clause("JL-4.1")
@pytest.mark.clause("SL-3.3")
def test_marks_go_to_tax_with_the_amount_due(make, resident, decide_area):
    helped = resident(name="有标识", dibao=SEPTEMBER, paid=date(2021, 11, 1))
    resident(name="无标识", paid=date(2021, 11, 1))
    decide_area()
    decision = helped.decisions.get(superseded_by__isnull=True)
    delivery, (row,) = make("marks")
    assert (row["姓名"], row["身份类别标识"], row["身份类别"]) == ("有标识", "dibao", "低保对象")
    assert row["证件号码"] == helped.id_number
    charged = decision.answer.charged_fen
    assert row["应缴金额（元）"] == f"{charged // 100}.{charged % 100:02}"
    assert delivery.sum_fen == charged


@pytest.mark.clause("SL-3.3")
def test_an_identity_that_is_not_assisted_changes_nothing_for_tax(make, resident, decide_area):
    resident(name="不再资助", poverty_exit=SEPTEMBER)
    decide_area()
    with pytest.raises(DeliveryRefused):
        make("marks")


@pytest.mark.clause("JL-4.1")
def test_children_and_students_go_out_where_the_notice_has_a_rate_for_them(
    make, resident, decide_area, seasons, system
):
    november = date(2022, 11, 11)
    set_season(region=seasons[PINGLI], coverage_year=2023, pack_id="jilin-2023", by=system, on=LAST_WEEK)
    student = {"student": "college"}
    resident(name="成年人", born=date(1980, 1, 1))
    resident(name="学生", born=date(2002, 1, 1), year=2023, registration=student)
    resident(name="儿童", born=date(2015, 1, 1))
    resident(name="低保儿童", born=date(2015, 1, 2), dibao=SEPTEMBER)
    decide_area(year=2023, on=november)
    _delivery, rows = make("marks", year=2023, on=november)
    assert {row["姓名"]: (row["身份类别标识"], row["身份类别"], row["个人缴费标准（元）"]) for row in rows} == {
        "学生": ("student_or_child", "学生儿童", "310.00"),
        "儿童": ("student_or_child", "学生儿童", "310.00"),
        "低保儿童": ("dibao", "低保对象", "310.00"),
    }


@pytest.mark.clause("SL-3.3")
def test_a_new_identity_goes_out_as_a_change(make, resident, decide_area):
    first = resident(name="原有", dibao=SEPTEMBER, paid=date(2021, 11, 1))
    later = resident(name="新增", paid=date(2021, 11, 1))
    decide_area()
    make("marks")
    with pytest.raises(DeliveryRefused):
        make("marks")
    make_mark(later, "tekun", SEPTEMBER)
    make_mark(first, "tekun", SEPTEMBER)
    decide_area()
    _delivery, rows = make("marks")
    assert [(row["变动类型"], row["姓名"], row["身份类别"]) for row in rows] == [
        ("变更", "原有", "特困人员"),
        ("新增", "新增", "特困人员"),
    ]


@pytest.mark.clause("PL-6.1")
def test_the_roster_holds_whom_a_department_pays_for(make, resident, decide_area):
    waiting = resident(name="待缴", tekun=SEPTEMBER)
    paid_for = resident(name="已代缴", tekun=SEPTEMBER)
    make_payment(paid_for, date(2021, 11, 1), by_roster=True)
    resident(name="部分资助", dibao=SEPTEMBER)
    resident(name="自缴", tekun=SEPTEMBER, paid=date(2021, 11, 1))
    decide_area()
    delivery, rows = make("roster")
    assert [row["姓名"] for row in rows] == ["待缴", "已代缴"]
    standard = waiting.decisions.get(superseded_by__isnull=True).answer.standard_fen
    assert delivery.sum_fen == 2 * standard


@pytest.mark.clause("PL-8.2b")
@pytest.mark.clause("SL-6.2c")
@pytest.mark.clause("JL-4.3")
@pytest.mark.parametrize(
    ("name", "purpose"), [("assistance_request", "assistance"), ("subsidy_request", "fiscal_subsidy")]
)
def test_requests_to_finance_add_up_to_the_decisions(make, resident, decide_area, seasons, name, purpose):
    resident(dibao=SEPTEMBER, paid=date(2021, 11, 1))
    resident("610926102201", dibao=SEPTEMBER, paid=date(2021, 11, 2))
    resident(paid=date(2021, 11, 3))
    decide_area()
    with pytest.raises(DeliveryRefused):
        make(name, on=LAST_WEEK - timedelta(days=1))
    delivery, rows = make(name)
    sums = sums_by_fund(coverage_year=2022, ranges=code_ranges(seasons[PINGLI]))[purpose]
    assert delivery.sum_fen == sum(sums.values()) > 0
    assert {row["资金来源标识"] for row in rows} == set(sums)
