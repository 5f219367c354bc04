"""The ledgers of assistance agree with each other and with `decide`."""

from datetime import date

import pytest

from policy.money import yuan
from subsidies.ledgers import ALL_FUNDS, AMOUNTS, ASSISTED, FUND_SUMS, amount_rows, assisted_rows, fund_rows
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, NEXT_VILLAGE

PAID = date(2021, 11, 1)


@pytest.fixture
def asked(seasons, system):
    return system, seasons[PINGLI], 2022, LAST_WEEK


@pytest.mark.clause("SL-6.2b")
@pytest.mark.clause("PL-3.1.4")
def test_assisted_people_with_their_funds(resident, decide_area, asked):
    resident(paid=PAID, unstable_exit=date(2020, 1, 1), name="李四")
    resident(paid=PAID)
    decide_area()
    (row,) = assisted_rows(*asked)
    cells = dict(zip([column.header for column in ASSISTED], row, strict=True))
    assert (cells["姓名"], cells["村（社区）"], cells["身份类别"]) == ("李四", "老县村委会", "unstable_exit")
    assert (cells["资助金额（元）"], cells["应缴金额（元）"], cells["事后资助（元）"]) == (7_000, 32_000, 7_000)
    assert {name: cells[f"{name}（元）"] for name in ("省级财政", "市级财政", "县区财政", "医疗救助资金")} == {
        "省级财政": 4_500,
        "市级财政": 1_000,
        "县区财政": 1_500,
        "医疗救助资金": None,
    }


def test_ledgers_agree_with_decide_to_the_fen(resident, decide_area, asked):
    for village in (None, NEXT_VILLAGE):
        more = {"region": village} if village else {}
        resident(paid=PAID, unstable_exit=date(2020, 1, 1), **more)
        resident(paid=PAID, dibao=date(2020, 1, 1), **more)
        resident(paid=PAID, tekun=date(2020, 1, 1), dibao=date(2020, 1, 1), **more)
    run = decide_area()
    funds: dict[str, dict[str, int]] = {"assistance": {}, "fiscal_subsidy": {}}
    for row in fund_rows(*asked):
        cells = dict(zip([column.header for column in FUND_SUMS], row, strict=True))
        of_purpose = funds[cells["资金用途"]]
        of_purpose[cells["资金来源"]] = of_purpose.get(cells["资金来源"], 0) + cells["金额（元）"]
    told = {purpose: {fund: yuan(fen) for fund, fen in parts.items()} for purpose, parts in funds.items()}
    assert told == run.result
    headers = [column.header for column in ASSISTED]
    by_person = dict.fromkeys(ALL_FUNDS, 0)
    for row in assisted_rows(*asked):
        for fund, name in ALL_FUNDS.items():
            by_person[fund] += row[headers.index(f"{name}（元）")] or 0
    assert {fund: fen for fund, fen in by_person.items() if fen} == funds["assistance"]


def test_a_village_sees_its_own_people_only(resident, decide_area, asked, staff):
    resident(paid=PAID, dibao=date(2020, 1, 1))
    resident(NEXT_VILLAGE, paid=PAID, dibao=date(2020, 1, 1))
    decide_area()
    officer = staff("village_officer", NEXT_VILLAGE)
    rows = list(assisted_rows(officer, *asked[1:]))
    assert [row[2] for row in rows] == [NEXT_VILLAGE]
    assert {row[0] for row in fund_rows(officer, *asked[1:])} == {NEXT_VILLAGE}


def test_amounts_that_differ(resident, decide_area, asked):
    resident(paid=PAID, amount=300)
    resident(paid=PAID)
    decide_area()
    (row,) = amount_rows(*asked)
    cells = dict(zip([column.header for column in AMOUNTS], row, strict=True))
    assert (cells["实缴金额（元）"], cells["应缴金额（元）"], cells["差额（元）"]) == (30_000, 32_000, -2_000)
