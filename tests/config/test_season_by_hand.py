"""A season small enough to reckon by hand: two townships, five villages, sixty people of Pingli 2022.

Files go in by `receive`, as departments send them; every figure below was worked out on paper from the notice, and all
that the back office says about the season (rankings, decisions, ledgers, deliveries, reconciliation) must agree with it
and with itself, to the fen. Who is who stands in `PEOPLE`.
"""

from collections import Counter
from datetime import date
from functools import partial

import pytest

from accounts.models import Bureau, BureauKind
from accounts.queries import system_staff
from accounts.roles import Role
from enrollment.models import Payment, Person
from enrollment.services import record_reason
from exchanges.outbound.kinds import by_name
from exchanges.outbound.services import make_delivery, read_out
from notices.services import set_season
from refunds import services as refunds
from regions.models import Level, Region
from tests.config import by_hand
from tests.config.by_hand import ledger_rows, name_of, received, who
from tests.factories import PINGLI, make_staff

CHENGGUAN, LAOXIAN = "610926100000", "610926102000"
A1, A2 = "610926100001", "610926100002"
B1, B2, B3 = "610926102200", "610926102201", "610926102202"
HOMES = {A1: range(1, 16), A2: range(16, 26), B1: range(26, 41), B2: range(41, 51), B3: range(51, 61)}
# Number of the person: place of hukou. 1 to 13 hold the thirteen identities, 14 two of them.
PEOPLE = {number: home for home, numbers in HOMES.items() for number in numbers}
THIRTEEN = [
    "tekun",
    "orphan",
    "unsupported_child",
    "dibao",
    "poverty_return",
    "severe_disability",
    "unstable_exit",
    "family_planning",
    "dibao_margin",
    "at_risk",
    "sudden_hardship",
    "poverty_exit",
    "entitled_group",
]
IDENTITIES = [*enumerate(THIRTEEN, 1), (14, "severe_disability"), (14, "dibao"), (18, "dibao"), (19, "tekun")]
UNPAID = {15, 19, 20, 40, 49, 50, 57, 58, 59, 60}
AWAY = {25, 57}
LATER = {46: "2021-12-03", 47: "2021-12-03", 48: "2021-12-03", 24: "2021-12-26"}
DECIDED_ON = "2021-12-20"
run = partial(by_hand.run, area=PINGLI)
ranked = partial(by_hand.ranked, area=PINGLI)


def receipt(number: int, *, paid_on="2021-11-11", amount="320", mark="", place="", channel="微信") -> list[str]:
    return [f"S{number:03}{mark}", *who(number), place or PEOPLE[number], "2022", "1", amount, paid_on, channel]


@pytest.fixture
def receive(tree, settings, tmp_path):
    """Takes one file: receive("payments", rows, on="2021-11-14") → the JSON of the command."""
    settings.MEDIA_ROOT = tmp_path / "media"
    Region.objects.create(
        code=B3,
        name="太山庙村委会",
        full_name="陕西省安康市平利县老县镇太山庙村委会",
        level=Level.VILLAGE,
        parent_id=LAOXIAN,
    )
    set_season(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022", by=system_staff(), on=date(2021, 10, 1))

    def receive(kind, rows, *, on):
        return received(tmp_path, kind, rows, on=on, area=PINGLI)

    return receive


def before_the_season(receive) -> None:
    """Register, identities and tasks."""
    receive(
        "tasks", [["城关镇", "", "20", "2021-11-30", "16"], ["老县镇", "", "30", "2021-11-30", "25"]], on="2021-10-10"
    )
    targets = {A1: 12, A2: 8, B1: 12, B2: 9, B3: 9}
    receive("tasks", [[code, "", str(target), "", ""] for code, target in targets.items()], on="2021-10-10")
    status = {25: ["死亡", "2021-10-20"], 57: ["迁出", "2021-09-01"]}
    people = [
        [*who(number), home, f"H{number:02}", A1 if number == 38 else "", *status.get(number, ["", ""])]
        for number, home in PEOPLE.items()
    ]
    receive("population", people, on="2021-10-10")
    marks = [[*who(number), PEOPLE[number], category, "2021-06-01", "", "", ""] for number, category in IDENTITIES]
    late = [*who(16), A2, "dibao", "2021-10-01", "", "", ""]
    ended = [[*who(17), A2, "dibao", "2020-01-01", "退出", "2021-11-01", ""]]
    receive("identities", [*marks, late, [*who(17), A2, "dibao", "2020-01-01", "", "", ""]], on="2021-10-12")
    receive("identities", ended, on="2021-11-02")


def collection(receive) -> None:
    """The payments of the first day, one in two places, one short, three by the roster of the department."""
    first = [
        receipt(
            number,
            place=A1 if number == 38 else "",
            amount="300" if number == 39 else "320.00",
            channel="部门汇总申报" if number <= 3 else "微信",
        )
        for number in PEOPLE
        if number not in UNPAID - {20} | AWAY | set(LATER)
    ]
    receive("payments", first, on="2021-11-14")
    run("snapshot", "--on", "2021-11-14")
    run("snapshot", "--on", "2021-11-14", area=LAOXIAN)
    receive(
        "payments",
        [
            receipt(20, amount="-320", paid_on="2021-11-20"),
            receipt(21, amount="-320", paid_on="2021-11-20"),
            receipt(22, paid_on="2021-11-18", mark="B"),
        ],
        on="2021-11-21",
    )
    receive("identities", [[*who(18), A2, "dibao", "2021-06-01", "退出", "2021-11-20", ""]], on="2021-11-21")
    for day in ("2021-11-21", "2021-11-28", "2021-11-30"):
        run("snapshot", "--on", day)
        run("snapshot", "--on", day, area=LAOXIAN)
    late = [receipt(number, paid_on=LATER[number]) for number in (46, 47, 48)]
    receive("payments", [*late, receipt(21, paid_on="2021-12-05", mark="B")], on="2021-12-08")
    run("snapshot", "--on", "2021-12-08")


def refund(number: int) -> None:
    """Who joined employee insurance gets the contribution back, by three different people."""
    clerk, tax, approver, cashier = (
        make_staff(role, PINGLI)
        for role in (Role.COUNTY_AGENT, Role.TAX_CLERK, Role.AGENCY_APPROVER, Role.AGENCY_CASHIER)
    )
    payment = Payment.objects.get(receipt_no=f"S{number:03}")
    application = refunds.apply(
        payment=payment,
        reason="employee_insurance",
        account="6222021234567890123",
        account_holder=name_of(number),
        by=clerk,
        on=date(2021, 12, 1),
    )
    refunds.take_in(application=application, by=tax, on=date(2021, 12, 3))
    refunds.approve_finally(application=application, by=approver, on=date(2021, 12, 6))
    refunds.pay_out(application=application, voucher="PZ-1", by=cashier, on=date(2021, 12, 10))


def waive(number: int) -> None:
    record_reason(
        person=Person.objects.get(name=name_of(number)),
        coverage_year=2022,
        reason="commercial_insurance",
        waiver_signed_on=date(2021, 12, 1),
        by=system_staff(),
        on=date(2021, 12, 2),
    )


@pytest.fixture
def season(receive):
    """The whole season up to the decisions of 20 December."""
    before_the_season(receive)
    collection(receive)
    refund(23)
    waive(40)
    run("snapshot", "--on", "2021-12-12")
    return receive


@pytest.fixture
def ledger(tmp_path):
    """Writes a ledger and reads it: ledger("funds") → rows as dictionaries."""

    def ledger(name, *, on=DECIDED_ON):
        return ledger_rows(tmp_path, name, on=on, area=PINGLI)

    return ledger


@pytest.mark.clause("PL-8.3a")
@pytest.mark.clause("PL-8.5")
def test_the_rankings_of_the_weeks(season):
    assert ranked("2021-11-10") == [
        ("城关镇", 22, 20, "1.1000", 1, 0, ["complete"]),
        ("老县镇", 24, 30, "0.8000", 2, 1, ["last"]),
    ]
    assert ranked("2021-11-15") == [
        ("城关镇", 20, 20, "1.0000", 1, 0, ["complete"]),
        ("老县镇", 24, 30, "0.8000", 2, 2, ["last", "interview"]),
    ]
    assert ranked("2021-12-01") == [
        ("城关镇", 20, 20, "1.0000", 1, 0, ["complete"]),
        ("老县镇", 24, 30, "0.8000", 2, 4, ["milestone_missed", "last", "interview"]),
    ]
    # Of the two snapshots of this week the later one, after the refund: 20 again, not 21.
    assert ranked("2021-12-06") == [
        ("城关镇", 20, 20, "1.0000", 1, 0, ["complete"]),
        ("老县镇", 27, 30, "0.9000", 2, 5, ["last", "interview"]),
    ]
    # The notice's 80 % hold for villages too; interviews are for townships.
    assert ranked("2021-12-01", area=LAOXIAN) == [
        ("老县村委会", 13, 12, "1.0833", 1, 0, ["complete"]),
        ("太山庙村委会", 6, 9, "0.6667", 2, 0, ["milestone_missed"]),
        ("蒋家坪村委会", 5, 9, "0.5556", 3, 0, ["milestone_missed", "last"]),
    ]


@pytest.mark.clause("PL-3.1.1")
@pytest.mark.clause("PL-3.0a")
def test_decisions_and_money_by_fund(season):
    said = run("decide", "--on", DECIDED_ON)
    # Sixty but for the one who died and the one who moved away before the season.
    # 1,670 = 3 × 320 + 4 × 160 (dibao, returned to poverty, the best of two, ended after payment) + 70.
    assert said == {
        "people": 58,
        "decided": 57,
        "undetermined": 1,
        "changed": 58,
        "assistance": {"medical_assistance": "1670.00", "province": "45.00", "city": "10.00", "county": "15.00"},
        "fiscal_subsidy": {"central": "21808.00", "province": "2726.00", "city": "272.60", "county": "2453.40"},
    }
    assert run("decide", "--on", DECIDED_ON)["changed"] == 0


@pytest.mark.clause("SL-6.2b")
@pytest.mark.clause("SL-6.3")
def test_the_ledgers_agree_with_the_paper_and_with_each_other(season, ledger):
    run("decide", "--on", DECIDED_ON)
    enrolled = ledger("enrolled")
    assert Counter(row["参保地区划"] for row in enrolled) == {A1: 15, A2: 5, B1: 13, B2: 8, B3: 6}
    assert sum(float(row["缴费金额（元）"]) for row in enrolled) == 46 * 320 + 300
    assert {row["姓名"] for row in enrolled if row["部门代缴"] == "是"} == {name_of(number) for number in (1, 2, 3)}
    missing = ledger("not_enrolled")
    assert {row["姓名"] for row in missing} == {name_of(n) for n in (15, 19, 20, 23, 24, 40, 49, 50, 58, 59, 60)}
    helped = ledger("assisted")
    assert {row["姓名"]: row["资助金额（元）"] for row in helped} == {
        **{name_of(number): "320.00" for number in (1, 2, 3)},
        **{name_of(number): "160.00" for number in (4, 5, 14, 18)},
        **{name_of(number): "70.00" for number in (6, 7)},
        name_of(8): "",
    }
    funds = Counter()
    for row in ledger("funds"):
        funds[row["资金用途"], row["资金来源"]] += round(float(row["金额（元）"]) * 100)
    assert funds["参保资助", "医疗救助资金"] == 167_000
    assert sum(fen for (purpose, _), fen in funds.items() if purpose == "参保资助") == 174_000
    assert sum(fen for (purpose, _), fen in funds.items() if purpose == "财政补助") == 47 * 58_000
    assert [(row["名称"], row["任务数"], row["参保人数"], row["还差人数"]) for row in ledger("tasks")] == [
        ("城关镇", "20", "20", "0"),
        ("西城社区居委会", "12", "15", "0"),
        ("南城社区居委会", "8", "5", "3"),
        ("老县镇", "30", "27", "3"),
        ("老县村委会", "12", "13", "0"),
        ("蒋家坪村委会", "9", "8", "1"),
        ("太山庙村委会", "9", "6", "3"),
    ]
    assert [(row["姓名"], row["电子税票号码"], row["重复缴费"]) for row in ledger("duplicates")] == [
        (name_of(22), "S022", ""),
        (name_of(22), "S022B", "是"),
    ]
    assert [(row["姓名"], row["未参保原因"]) for row in ledger("waivers")] == [(name_of(40), "参加商业保险")]
    assert [(row["姓名"], row["退费金额（元）"], row["办理退费日期"]) for row in ledger("refunds")] == [
        (name_of(23), "320.00", "2021-12-10")
    ]
    assert [(row["姓名"], row["差额（元）"]) for row in ledger("amounts")] == [(name_of(39), "-20.00")]


@pytest.mark.clause("PL-6.1")
@pytest.mark.clause("PL-8.2b")
def test_what_goes_to_tax_and_finance_is_what_was_decided(season, tmp_path):
    run("decide", "--on", DECIDED_ON)
    for kind in (BureauKind.TAX, BureauKind.FINANCE):
        Bureau.objects.create(name=f"县{kind}", kind=kind, region_id=PINGLI)

    def sent(name):
        kind, by, on = by_name(name), system_staff(), date.fromisoformat(DECIDED_ON)
        delivery = make_delivery(
            kind=kind,
            region=Region.objects.get(pk=PINGLI),
            coverage_year=2022,
            receiver=Bureau.objects.get(kind=kind.receiver),
            format="csv",
            full=True,
            by=by,
            on=on,
        )
        first = b"".join(read_out(delivery=delivery, by=by, on=on))
        assert b"".join(read_out(delivery=delivery, by=by, on=on)) == first
        return delivery.rows, delivery.sum_fen

    # Eleven hold an identity that counts; six pay 320 first, four are paid for, one depends on another document.
    assert sent("marks") == (11, 6 * 32_000)
    assert sent("roster") == (4, 4 * 32_000)
    assert sent("assistance_request")[1] == 174_000
    assert sent("subsidy_request")[1] == 47 * 58_000


@pytest.mark.clause("PL-7.5")
@pytest.mark.clause("PL-4.1")
def test_the_books_agree_before_and_after_the_year_begins(season, ledger):
    run("decide", "--on", DECIDED_ON)
    checked = run("reconcile", "--on", DECIDED_ON)
    assert checked["ok"]
    assert {each["name"]: each["left"] for each in checked["checks"]} == {
        "marks_decisions": "1740.00",
        "decisions_payments": 47,
        "payments_enrolments": 47,
        "assistance_funds": "1740.00",
        "subsidy_funds": "27260.00",
        "ledgers": "1740.00",
        "enrolments_ranking": 47,
    }
    # One pays the day after collection, one dies before the year, one in it, one enlists in it.
    season("payments", [receipt(24, paid_on="2021-12-26")], on="2021-12-31")
    away = {54: ["死亡", "2022-01-10"], 55: ["死亡", "2021-12-15"], 56: ["参军", "2022-03-01"]}
    season("population", [[*who(n), B3, f"H{n:02}", "", *status] for n, status in away.items()], on="2022-03-05")
    said = run("decide", "--on", "2022-03-05")
    assert said["assistance"]["medical_assistance"] == "1670.00"
    assert said["fiscal_subsidy"]["central"] == "21808.00"
    assert run("reconcile", "--on", "2022-03-05")["ok"]
    assert run("snapshot", "--on", "2021-12-31") == {"regions": 8, "enrolled": 47, "target": 50}
    late = next(row for row in ledger("enrolled", on="2022-03-05") if row["姓名"] == name_of(24))
    assert (late["待遇开始日期"], late["缴费金额（元）"]) == ("", "320.00")
