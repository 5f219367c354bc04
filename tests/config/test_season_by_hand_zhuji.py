"""A season of Zhuji 2023 reckoned by hand: two villages, sixteen people. Tax charges net of the assistance by the
marks, departments bear a part of it, and 2023 is open to few."""

from datetime import date
from functools import partial

import pytest

from accounts.queries import system_staff
from notices.services import set_season
from tests.config import by_hand
from tests.config.by_hand import ledger_rows, name_of, received, who
from tests.factories import ZHUJI

V1, V2 = "341323117200", "341323117205"
HOMES = {number: V1 if number <= 8 else V2 for number in range(1, 17)}
DECIDED_ON = "2023-04-02"
# Number: identity, determined on, day of the list that brings it.
LISTED = [
    (1, "tekun", "2021-01-01", "2022-10-05"),
    (2, "dibao", "2021-01-01", "2022-10-05"),
    (3, "poverty_return", "2021-01-01", "2022-10-05"),
    (4, "unstable_exit", "2021-01-01", "2022-10-05"),
    (5, "family_planning", "2015-01-01", "2022-10-05"),
    (7, "poverty_exit", "2021-01-01", "2022-10-05"),
    (12, "dibao", "2022-06-01", "2022-10-05"),
    (15, "at_risk", "2021-01-01", "2022-10-05"),
    (15, "entitled_group", "2010-01-01", "2022-10-05"),
    (6, "dibao", "2022-06-01", "2022-11-20"),
    (10, "dibao", "2022-12-31", "2022-12-31"),
    (11, "dibao", "2023-03-05", "2023-03-10"),
]
# Number: yuan, day. 8 and 16 do not pay.
PAID = {
    1: ("0.00", "2022-11-01"),
    2: ("50", "2022-11-01"),
    3: ("80", "2022-11-01"),
    4: ("175", "2022-11-01"),
    5: ("0.00", "2022-11-01"),
    6: ("350", "2022-11-01"),
    7: ("350", "2022-11-01"),
    9: ("350", "2022-11-01"),
    15: ("0", "2022-12-01"),
    10: ("350", "2022-12-15"),
    14: ("350", "2022-12-31"),
    12: ("350", "2023-01-15"),
    13: ("350", "2023-02-01"),
    11: ("50", "2023-03-20"),
}
run = partial(by_hand.run, area=ZHUJI, year="2023")
ranked = partial(by_hand.ranked, area=ZHUJI, year="2023")


@pytest.fixture
def season(tree, settings, tmp_path):
    """The whole season; returns ledger("funds") → rows."""
    settings.MEDIA_ROOT = tmp_path / "media"
    set_season(region=tree[ZHUJI], coverage_year=2023, pack_id="zhuji-2023", by=system_staff(), on=date(2022, 9, 1))
    receive = partial(received, tmp_path, area=ZHUJI, year="2023")
    receive("tasks", [["朱集村", "5367", "8", "", ""], [V2, "", "10", "", ""]], on="2022-09-20")
    receive("population", [[*who(number), home, "", "", "", ""] for number, home in HOMES.items()], on="2022-09-25")
    for day in ("2022-10-05", "2022-11-06", "2022-11-20", "2022-12-16", "2022-12-31", "2023-03-10", DECIDED_ON):
        listed = [(number, category, since) for number, category, since, on in LISTED if on == day]
        if listed:
            rows = [[*who(number), HOMES[number], category, since, "", "", ""] for number, category, since in listed]
            receive("identities", rows, on=day)
        paid = [
            [f"Z{number:03}", *who(number), HOMES[number], "2023", "1", amount, paid_on, ""]
            for number, (amount, paid_on) in PAID.items()
            if paid_on <= day
        ]
        if day in ("2022-11-06", "2022-12-16", "2022-12-31", DECIDED_ON):
            receive("payments", paid, on=day)
            run("snapshot", "--on", day)
    run("decide", "--on", DECIDED_ON)
    return partial(ledger_rows, tmp_path, on=DECIDED_ON, area=ZHUJI, year="2023")


@pytest.mark.clause("ZJ-4.1")
@pytest.mark.clause("ZJ-5.6a")
def test_the_rankings_of_the_weeks(season):
    assert ranked("2022-11-03") == [
        ("朱集村委会", 7, 8, "0.8750", 1, 0, []),
        ("双扬村委会", 1, 10, "0.1000", 2, 1, ["last"]),
    ]
    assert ranked("2022-12-16")[1] == ("双扬村委会", 3, 10, "0.3000", 2, 2, ["last", "interview"])
    assert ranked("2022-12-31")[1] == ("双扬村委会", 4, 10, "0.4000", 2, 3, ["last", "interview"])
    # What is paid after 31 December 2022 does not count.
    assert ranked(DECIDED_ON)[1] == ("双扬村委会", 4, 10, "0.4000", 2, 4, ["last", "interview"])


@pytest.mark.clause("ZJ-3.2.2a")
@pytest.mark.clause("ZJ-3.2.2b")
@pytest.mark.clause("ZJ-3.2.3")
def test_decisions_and_money_by_fund(season):
    said = run("decide", "--on", DECIDED_ON)
    # 1,995 = 350 + 270 + 175 + 4 × 300; two departments bear 350 each; twelve of fourteen payments were let in.
    assert said == {
        "people": 16,
        "decided": 16,
        "undetermined": 0,
        "changed": 0,
        "assistance": {"medical_assistance": "1995.00", "department": "700.00"},
        "fiscal_subsidy": {"unsplit": "7320.00"},
    }
    helped = {
        row["姓名"]: (row["应缴金额（元）"], row["事后资助（元）"], row["个人负担（元）"]) for row in season("assisted")
    }
    assert helped == {
        name_of(1): ("0.00", "0.00", "0.00"),
        name_of(2): ("50.00", "0.00", "50.00"),
        name_of(3): ("80.00", "0.00", "80.00"),
        name_of(4): ("175.00", "0.00", "175.00"),
        name_of(5): ("0.00", "0.00", "0.00"),
        name_of(6): ("350.00", "300.00", "50.00"),
        name_of(10): ("350.00", "300.00", "50.00"),
        name_of(11): ("50.00", "0.00", "50.00"),
        name_of(15): ("0.00", "0.00", "0.00"),
    }


@pytest.mark.clause("SL-6.2b")
def test_ledgers_and_books_agree(season):
    enrolled = {row["姓名"]: row["待遇开始日期"] for row in season("enrolled")}
    assert len(enrolled) == 14
    assert enrolled[name_of(11)] == "2023-03-21"
    assert {name for name, start in enrolled.items() if not start} == {name_of(12), name_of(13)}
    assert {row["姓名"] for row in season("not_enrolled")} == {name_of(8), name_of(16)}
    assert {(row["姓名"], row["差额（元）"]) for row in season("amounts")} == {
        (name_of(12), "350.00"),
        (name_of(13), "350.00"),
    }
    funds = season("funds")
    assert sum(float(row["金额（元）"]) for row in funds if row["资金来源"] == "责任部门") == 700
    assert sum(float(row["金额（元）"]) for row in funds) == 1995 + 700 + 7320
    checked = run("reconcile", "--on", DECIDED_ON)
    assert checked["ok"]
    assert {each["name"]: each["left"] for each in checked["checks"]}["marks_decisions"] == "2695.00"
