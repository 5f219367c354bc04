"""Changes of employee insurance as tax gets them every week: who came and went since the last delivery (PL-8.2a)."""

from datetime import date

import pytest

from accounts.models import Bureau, BureauKind
from accounts.queries import system_staff
from exchanges.outbound.kinds import by_name
from exchanges.outbound.services import DeliveryRefused, make_delivery
from tests.exchanges.outbound.conftest import rows
from tests.factories import PINGLI, ZHUJI, make_id_number

ON = date(2021, 12, 10)


@pytest.fixture
def weekly(tree, deliver):
    """Makes the next delivery of the line: weekly(on=…)."""
    tax = Bureau.objects.create(name="县税务局", kind=BureauKind.TAX, region_id=PINGLI)

    def weekly(on=ON, year=2022):
        return make_delivery(
            kind=by_name("employee_changes"),
            region=tree[PINGLI],
            coverage_year=year,
            receiver=tax,
            format="csv",
            full=False,
            by=system_staff(),
            on=on,
        )

    return weekly


def told(delivery):
    return [(row["变动类型"], row["姓名"], row["职工医保变动"], row["变动日期"]) for row in rows(delivery)]


def report(deliver, name, number, change, day, years="", area=PINGLI, on=ON):
    return deliver("employee_cover", [[name, number, "县一中", change, day, years]], on=on, area=area)


@pytest.mark.clause("PL-8.2a")
def test_who_came_and_who_went_since_the_last_delivery(weekly, deliver, person):
    known = person("610926102201", name="在册者")
    stranger = make_id_number("610926", date(1985, 1, 2))
    report(deliver, known.name, known.id_number, "停保", "2021-11-01", "3")
    report(deliver, "不在册", stranger, "新参保", "2021-11-15")
    first = weekly()
    assert told(first) == [
        ("全量", "在册者", "停保", "2021-11-01"),
        ("全量", "不在册", "新参保", "2021-11-15"),
    ]
    codes = ("险种代码", "证件类型代码", "参保状态代码", "缴费状态代码")
    assert [tuple(row[code] for code in codes) for row in rows(first)] == [
        ("310", "01", "2", "2"),
        ("310", "01", "1", "1"),
    ]
    row = rows(first)[1]
    assert (row["证件号码"], row["单位名称"], row["区划"]) == (stranger, "县一中", PINGLI)
    assert rows(first)[0]["连续参保年限"] == "3"
    later = date(2021, 12, 17)
    report(deliver, "不在册", stranger, "停保", "2021-12-15", "0", on=later)
    assert told(weekly(on=later)) == [("新增", "不在册", "停保", "2021-12-15")]
    with pytest.raises(DeliveryRefused):
        weekly(on=later)


def test_other_areas_and_other_years_stay_out(weekly, deliver, tree):
    report(deliver, "外县", make_id_number("341323", date(1985, 1, 3)), "新参保", "2021-11-01", area=ZHUJI)
    report(deliver, "早已参保", make_id_number("610926", date(1985, 1, 4)), "新参保", "2015-11-01")
    with pytest.raises(DeliveryRefused):
        weekly()
    report(deliver, "本县", make_id_number("610926", date(1985, 1, 5)), "新参保", "2021-01-01")
    assert [row["姓名"] for row in rows(weekly())] == ["本县"]


def test_an_event_to_come_waits_for_its_day(weekly, deliver, tree):
    report(deliver, "下月", make_id_number("610926", date(1985, 1, 6)), "新参保", "2022-01-01")
    with pytest.raises(DeliveryRefused):
        weekly()
    assert [row["姓名"] for row in rows(weekly(on=date(2022, 1, 1)))] == ["下月"]
