"""A notice that no line of code knows, written from docs/writing-a-pack.md; and the year after, built on it."""

from pathlib import Path

import pytest

from policy.explain import diff
from policy.pack import PackError, load_file, load_text
from tests.policy.asking import ask, held, yuan_of

FOLDER = Path(__file__).parent / "packs"
QINGHE = load_file(FOLDER / "qinghe-2026.yaml")
NEXT = load_file(FOLDER / "qinghe-2027.yaml")


def start(answer):
    return str(answer.benefit.start)


@pytest.mark.parametrize(
    ("facts", "standard"),
    [
        ({"birth_date": "2007-12-31"}, "400.00"),
        ({"birth_date": "2008-01-01"}, "400.00"),
        ({"birth_date": "2008-01-02"}, "350.00"),
        ({"student": "college"}, "350.00"),
        ({"tier": 2}, "600.00"),
        ({"tier": 2, "student": "school"}, "600.00"),
    ],
)
def test_contributions_by_age_student_and_tier(facts, standard):
    assert yuan_of(ask(QINGHE, "2025-10-01", **facts))["standard"] == standard


@pytest.mark.parametrize(
    ("missed", "made_up", "starts"),
    [
        (0, 0, "2026-05-16"),
        (1, 0, "2026-05-16"),
        (2, 0, "2026-06-16"),
        (2, 1, "2026-05-16"),
        (3, 0, "2026-07-16"),
        (4, 0, "2026-08-16"),
        (4, 3, "2026-08-16"),
        (5, 0, "2026-09-16"),
        (5, 5, "2026-08-16"),
    ],
)
def test_the_wait_grows_with_the_years_missed_and_is_bought_back(missed, made_up, starts):
    answer = ask(QINGHE, "2026-02-15", missed_years=missed, made_up_years=made_up)
    assert start(answer) == starts
    assert answer.citations[-1] in ("QH-4", "QH-5")


def test_who_missed_years_waits_in_collection_as_well_but_not_into_the_year_before():
    assert start(ask(QINGHE, "2025-09-02", missed_years=1)) == "2026-01-01"
    assert start(ask(QINGHE, "2025-12-31", missed_years=2)) == "2026-05-01"
    assert start(ask(QINGHE, "2025-12-31")) == "2026-01-01"


def test_days_of_waiting_and_days_from_birth():
    assert start(ask(QINGHE, "2026-02-15", situation="discharged_soldier")) == "2026-02-26"
    newborn = {"birth_date": "2026-01-01", "situation": "newborn"}
    assert start(ask(QINGHE, "2026-06-30", **newborn)) == "2026-01-01"
    assert start(ask(QINGHE, "2026-07-01", **newborn)) == "2026-10-02"


@pytest.mark.parametrize(
    ("category", "facts", "amount", "funds", "charged"),
    [
        ("tekun", {}, 40000, (("medical_assistance", 40000),), "0.00"),
        ("dibao", {}, 20000, (("province", 10000), ("county", 10000)), "400.00"),
        ("dibao", {"student": "school"}, 17500, (("province", 8750), ("county", 8750)), "350.00"),
        ("dibao", {"birth_date": "1946-01-01"}, 40000, (("medical_assistance", 40000),), "0.00"),
        ("dibao", {"birth_date": "1946-01-02"}, 20000, (("province", 10000), ("county", 10000)), "400.00"),
        ("unstable_exit", {}, 30000, (("county", 30000),), "400.00"),
        ("unstable_exit", {"tier": 2}, 50000, (("county", 50000),), "600.00"),
        ("severe_disability", {}, None, None, None),
    ],
)
def test_assistance_in_full_by_share_less_an_own_part_and_by_another_document(category, facts, amount, funds, charged):
    answer = ask(QINGHE, "2025-11-01", identities=[held(category, "2024-01-01")], **facts)
    assert (answer.assistance.amount, answer.assistance.funds) == (amount, funds)
    assert yuan_of(answer)["charged"] == charged
    assert answer.outcome == ("enrolled" if amount else "undetermined")


def test_a_class_ends_with_its_time():
    old = {"birth_date": "1940-01-01", "identities": [held("dibao", "2024-01-01")]}
    assert ask(QINGHE, "2026-06-30", **old).net_cost == 0
    assert ask(QINGHE, "2026-07-01", **old).net_cost == 20000


def test_the_subsidy_is_split_by_shares():
    assert dict(ask(QINGHE, "2025-11-01").fiscal_subsidy.funds) == {"central": 42000, "province": 21000, "county": 7000}


def test_refunds_by_rules_of_its_own():
    assert ask(QINGHE, "2025-11-01", refund={"reason": "death", "applied_on": "2026-03-31"}).refund.steps == (
        "agency_final",
        "agency_payout",
    )
    assert ask(QINGHE, "2025-11-01", refund={"reason": "death", "applied_on": "2026-04-01"}).refund.allowed is False
    unnamed = ask(QINGHE, "2025-11-01", refund={"reason": "prison", "applied_on": "2025-12-01"})
    assert (unnamed.refund.allowed, unnamed.assumptions[-1]) == (None, "Q3")


def test_the_last_tenth_is_rounded_up():
    assert [QINGHE.duties.ranking.behind_count(regions) for regions in (1, 10, 11)] == [1, 1, 2]


def test_the_next_year_has_what_it_changes_and_keeps_the_rest():
    assert yuan_of(ask(NEXT, "2026-10-01"))["standard"] == "420.00"
    assert yuan_of(ask(NEXT, "2026-10-01", student="school"))["standard"] == "350.00"
    assert ask(NEXT, "2026-12-21").outcome == "not_allowed"
    assert start(ask(NEXT, "2027-02-28", situation="returning_migrant")) == "2027-02-28"
    assert start(ask(NEXT, "2027-02-28")) == "2027-05-29"
    assert ask(NEXT, "2026-10-01", identities=[held("severe_disability", "2024-01-01")]).assistance is None
    assert list(NEXT.ways_in)[-2:] == ["migrants", "late"]
    assert "QH27-1" in ask(NEXT, "2026-10-01").citations


def test_what_changed_from_year_to_year_can_be_listed():
    changed = {each.path: (each.a, each.b) for each in diff(QINGHE, NEXT)}
    assert changed["contributions.adults.amount"] == ("400.00", "420.00")
    assert changed["assistance.classes.severe_disability.amount"] == ("elsewhere", None)
    assert changed["ways_in.migrants.start.kind"] == (None, "no_waiting")
    assert "contributions.children.amount" not in changed


def test_an_error_in_a_base_is_shown_in_the_base():
    base = (FOLDER / "qinghe-2026.yaml").read_text("utf-8").replace("amount: 350.00", "amount: 350.005")
    text = (FOLDER / "qinghe-2027.yaml").read_text("utf-8")
    with pytest.raises(PackError) as error:
        load_text(text, name="town.yaml", base_loader=lambda pack_id: base)
    (problem,) = error.value.problems
    assert (problem.file, problem.field) == ("qinghe-2026", "contributions.children.amount")
    assert base.splitlines()[problem.line - 1].strip() == "amount: 350.005"


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("based_on: nowhere-2000\nid: x-1\n", "", "unknown pack"),
        ("id: x-1\nbased_on: jilin-2023\nchanges: {windows.spring.first: 2023-01-01}\n", "changes.", "a path of jilin"),
        ("id: x-1\nbased_on: jilin-2023\nremoves: [windows.spring]\n", "removes.0", "a path of jilin-2023"),
        ("id: x-1\nbased_on: jilin-2023\nwindows: {}\n", "windows", "under changes"),
        ("id: x-1\nbased_on: x-1\n", "based_on", "at most 8 packs"),
    ],
)
def test_a_change_of_nothing_is_an_error(text, field, message):
    with pytest.raises(PackError, match=message) as error:
        load_text(text, name="x-1.yaml", base_loader=(lambda _: text) if "based_on: x-1" in text else None)
    assert error.value.problems[0].field.startswith(field)
