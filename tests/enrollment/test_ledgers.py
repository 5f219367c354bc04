"""Which rows the ledgers of people hold, and to whom."""

from datetime import date

import pytest

from accounts.queries import system_staff
from enrollment.models import Registration
from enrollment.queries import enrolled_by_place
from enrollment.services import record_entitlement, record_reason
from exchanges.ledgers import by_name
from exchanges.ledgers.rows import blocks
from exchanges.writers import Formatter
from regions.queries import code_ranges
from tests.factories import PINGLI, make_payment

VILLAGE, NEXT_VILLAGE, OTHER_TOWN = "610926102201", "610926102200", "610926100001"
DAY = date(2021, 12, 3)


@pytest.fixture
def rows(tree):
    """Rows of a ledger as a file would show them: a list of dicts by header."""

    def read(name, area=PINGLI, *, user=None, on=DAY):
        ledger = by_name(name)
        formatter = Formatter(ledger.columns, full_numbers=False)
        found = ledger.rows(user or system_staff(), tree[area], 2022, on)
        headers = [column.header for column in ledger.columns]
        return [
            dict(zip(headers, row, strict=True)) for block in blocks(found, ledger.columns) for row in formatter(block)
        ]

    return read


def test_an_enrolled_person_is_one_row_with_place_payment_and_benefits(rows, person):
    someone = person(VILLAGE, name="张三")
    payment = make_payment(someone, channel="微信")
    Registration.objects.create(
        person=someone, coverage_year=2022, region_id=VILLAGE, registered_on=date(2021, 11, 1), situation="newborn"
    )
    record_entitlement(
        person=someone,
        coverage_year=2022,
        region=someone.region,
        starts_on=date(2022, 1, 1),
        ends_on=date(2022, 12, 31),
        payment=payment,
        clauses="PL-4.0",
        by=system_staff(),
        on=DAY,
    )
    (row,) = rows("enrolled")
    assert row["姓名"] == "张三"
    assert row["证件号码"].startswith("610926********")
    assert (row["镇（街道）"], row["村（社区）"]) == ("老县镇", "蒋家坪村委会")
    assert (row["缴费金额（元）"], row["缴费日期"], row["缴费渠道"]) == ("320.00", "2021-11-01", "微信")
    assert (row["待遇开始日期"], row["待遇截止日期"], row["依据条款"]) == ("2022-01-01", "2022-12-31", "PL-4.0")
    assert row["参保情形"] == "新生儿"


@pytest.mark.parametrize(
    ("born", "registered_as", "shown"),
    [
        (date(2021, 1, 1), "general", "新生儿"),
        (date(2021, 1, 1), None, "新生儿"),
        (date(2020, 12, 31), "general", "一般居民"),
        (date(2021, 1, 1), "missing_found", "失联后找回人员"),
    ],
)
def test_a_young_child_is_called_what_it_is_decided_for_as(rows, person, born, registered_as, shown):
    child = person(VILLAGE, born=born)
    make_payment(child)
    if registered_as:
        Registration.objects.create(
            person=child, coverage_year=2022, region_id=VILLAGE, registered_on=DAY, situation=registered_as
        )
    assert [row["参保情形"] for row in rows("enrolled")] == [shown]


def test_enrolled_has_as_many_rows_as_the_ranking_counts(rows, person, tree):
    for name in ("甲一", "甲二", "甲三"):
        make_payment(person(VILLAGE, name=name))
    twice = person(VILLAGE, name="乙")
    make_payment(twice, paid_on=date(2021, 10, 20), region=OTHER_TOWN)
    make_payment(twice)
    make_payment(person(VILLAGE, name="丙"), reversed_on=DAY)
    for area in (PINGLI, VILLAGE, "610926102000"):
        counted = enrolled_by_place(coverage_year=2022, on=DAY, ranges=code_ranges(tree[area]))
        assert len(rows("enrolled", area)) == sum(counted.values())
    assert len(rows("enrolled")) == 4


def test_a_reversed_payment_leaves_the_ledger_on_its_day(rows, person):
    make_payment(person(VILLAGE), reversed_on=DAY)
    assert len(rows("enrolled", on=date(2021, 12, 2))) == 1
    assert rows("enrolled") == []
    assert len(rows("not_enrolled")) == 1


def test_a_person_registered_again_is_still_one_row(rows, person):
    someone = person(VILLAGE)
    make_payment(someone)
    ended = {"ended_on": date(2021, 11, 2), "end_reason": "mistake"}
    for more in (ended, {}):
        Registration.objects.create(
            person=someone, coverage_year=2022, region_id=VILLAGE, registered_on=date(2021, 11, 1), **more
        )
    assert len(rows("enrolled")) == 1


@pytest.mark.parametrize("name", ["enrolled", "not_enrolled", "duplicates", "waivers"])
def test_a_village_officer_exports_nothing_of_the_next_village(rows, person, staff, name):
    by = system_staff()
    for village in (VILLAGE, NEXT_VILLAGE):
        make_payment(person(village, name="已缴费"))
        twice = person(village, name="缴两次")
        make_payment(twice)
        make_payment(twice)
        refused = person(village, name="放弃")
        record_reason(
            person=refused, coverage_year=2022, reason="healthy", waiver_signed_on=date(2021, 12, 1), by=by, on=DAY
        )
    officer = staff("village_officer", VILLAGE)
    seen, everyone = rows(name, user=officer), rows(name)
    assert len(everyone) == 2 * len(seen) > 0
    assert {row.get("户籍地区划") for row in seen} == {VILLAGE}
    assert rows(name, NEXT_VILLAGE, user=officer) == []


@pytest.mark.clause("ZJ-3.5")
def test_not_enrolled_shows_the_reason_that_was_verified(rows, person):
    someone = person(VILLAGE, name="李四", household="H001")
    person(VILLAGE, name="王五")
    record_reason(
        person=someone,
        coverage_year=2022,
        reason="migrant_work",
        evidence="务工证明，村委会留存",
        by=system_staff(),
        on=DAY,
    )
    by_name_ = {row["姓名"]: row for row in rows("not_enrolled")}
    assert by_name_["李四"]["未参保原因"] == "外出务工"
    assert by_name_["李四"]["佐证资料"] == "务工证明，村委会留存"
    assert by_name_["王五"]["未参保原因"] == ""
    assert {row["未参保原因"] for row in rows("not_enrolled", on=date(2021, 12, 2))} == {""}


@pytest.mark.clause("SL-5.3")
def test_duplicates_are_two_or_more_standing_payments_of_one_person(rows, person):
    make_payment(person(VILLAGE, name="一次"))
    twice = person(VILLAGE, name="两次")
    make_payment(twice, paid_on=date(2021, 11, 1))
    make_payment(twice, paid_on=date(2021, 11, 2), region=OTHER_TOWN)
    mended = person(VILLAGE, name="已冲正")
    make_payment(mended)
    make_payment(mended, reversed_on=DAY)
    assert [(row["姓名"], row["参保地区划"], row["重复缴费"]) for row in rows("duplicates")] == [
        ("两次", VILLAGE, ""),
        ("两次", OTHER_TOWN, "是"),
    ]


@pytest.mark.clause("SL-5.3")
@pytest.mark.clause("JL-4.2")
def test_duplicates_name_employee_insurance_and_what_is_proposed_for_refund(rows, person, deliver):
    both, twice = person(VILLAGE, name="两险"), person(VILLAGE, name="两次")
    for number, someone, day in (("R1", both, "2021-11-01"), ("R2", twice, "2021-11-01"), ("R3", twice, "2021-11-02")):
        row = [number, someone.name, someone.id_number, VILLAGE, "2022", "1", "320", day, ""]
        deliver("payments", [row], on=DAY)
    deliver("employee_cover", [[both.name, both.id_number, "县一中", "新参保", "2021-10-01", ""]], on=DAY)
    told = [
        (each["电子税票号码"], each["重复缴费"], each["同期职工医保"], each["建议退费"]) for each in rows("duplicates")
    ]
    assert told == [("R1", "", "是", ""), ("R2", "", "", ""), ("R3", "是", "", "是")]


@pytest.mark.clause("JL-4.2")
def test_not_enrolled_tells_who_broke_off_employee_insurance(rows, person, deliver):
    left, insured = person(VILLAGE, name="断保"), person(VILLAGE, name="在保")
    deliver("employee_cover", [[left.name, left.id_number, "县一中", "停保", "2021-10-01", "2"]], on=DAY)
    deliver("employee_cover", [[insured.name, insured.id_number, "县一中", "新参保", "2021-10-01", ""]], on=DAY)
    told = {row["姓名"]: row["断保待参（职工医保停保日期）"] for row in rows("not_enrolled")}
    assert told == {"断保": "2021-10-01", "在保": ""}


@pytest.mark.clause("SL-6.3")
def test_one_format_for_every_place(rows, person, staff):
    for village in (VILLAGE, OTHER_TOWN):
        make_payment(person(village))
    county, town = rows("enrolled"), rows("enrolled", OTHER_TOWN)
    assert list(county[0]) == list(town[0])
    assert "电子税票号码" in town[0]


@pytest.mark.clause("PL-8.3c")
def test_waivers_are_the_signed_ones_that_stand(rows, person):
    by = system_staff()
    signed, unsigned = person(VILLAGE, name="签字"), person(VILLAGE, name="未签字")
    record_reason(
        person=signed, coverage_year=2022, reason="healthy", waiver_signed_on=date(2021, 12, 1), by=by, on=DAY
    )
    record_reason(person=unsigned, coverage_year=2022, reason="healthy", by=by, on=DAY)
    (row,) = rows("waivers")
    assert (row["姓名"], row["放弃参保签字日期"], row["后已参保"]) == ("签字", "2021-12-01", "")
    make_payment(signed, paid_on=DAY)
    assert rows("waivers")[0]["后已参保"] == "是"
