"""Readings R1 to R22: what is reported, and what another choice changes."""

import pytest

from policy.pack import available, load
from tests.policy.asking import amended, ask, held
from tests.policy.strategies import OTHER_READINGS, VARIANTS

NEWBORN = {"situation": "newborn"}
MIGRANT = {"situation": "returning_migrant"}
LAPSED = {"situation": "employee_lapsed", "employee_cover_years": 1, "employee_cover_ended_on": "2023-01-10"}


def choosing(policy: str, reading: str, option: str):
    return amended(policy, **{f"readings__{reading}__choice": option})


def outcome(answer):
    start = str(answer.benefit.start) if answer.benefit else None
    return (answer.outcome, answer.window, start, answer.net_cost)


@pytest.mark.parametrize(("pack", "key", "option", "amendment"), OTHER_READINGS)
def test_every_other_option_is_a_pack_of_its_own(pack, key, option, amendment):
    changed = VARIANTS[[each.values for each in OTHER_READINGS].index((pack, key, option, amendment))]
    assert changed.version != pack.version
    assert changed.readings[key].choice == option


def test_together_the_packs_take_all_readings():
    taken = {key for pack_id in available() for key in load(pack_id).readings}
    assert taken == {f"R{number}" for number in range(1, 23)}


def test_a_reading_that_could_not_be_chosen_is_refused():
    with pytest.raises(ValueError, match="one of not_let_in, waiting was expected, not maybe"):
        choosing("zhuji-2023", "R13", "maybe")


@pytest.mark.parametrize(
    ("policy", "reading", "option", "paid_on", "facts", "by_default", "otherwise"),
    [
        (
            *("shangluo-2024", "R1", "event_day_included", "2024-05-29", {**NEWBORN, "birth_date": "2024-02-29"}),
            ("enrolled", "makeup", "2024-02-29", 38000),
            ("enrolled", "makeup", "2024-06-01", 38000),
        ),
        (
            *("jilin-2023", "R1", "event_day_included", "2023-01-01", {}),
            ("enrolled", "late", "2023-04-02", 36000),
            ("enrolled", "late", "2023-04-01", 36000),
        ),
        (
            *("shangluo-2024", "R2", "corresponding_day", "2024-01-31", {}),
            ("enrolled", "makeup", "2024-02-01", 38000),
            ("enrolled", "makeup", "2024-02-29", 38000),
        ),
        (
            *("jilin-2023", "R3", "day_after", "2023-05-10", {"identities": [held("tekun", "2020-01-01")]}),
            ("enrolled", "late", "2023-05-10", 0),
            ("enrolled", "late", "2023-05-11", 0),
        ),
        (
            *("zhuji-2023", "R4", "day_after_payment", "2023-02-10", MIGRANT),
            ("enrolled", "collection", "2023-01-01", 35000),
            ("enrolled", "collection", "2023-02-11", 35000),
        ),
        (
            *("zhuji-2023", "R5", "everyone", "2023-02-10", {}),
            ("not_allowed", "closed", None, None),
            ("enrolled", "collection", "2023-01-01", 35000),
        ),
        (
            *("shangluo-2024", "R6", "from_end_of_collection", "2023-12-25", {"situation": "discharged_soldier"}),
            ("not_allowed", "closed", None, None),
            ("enrolled", "late", "2024-01-01", 38000),
        ),
        (
            *("shangluo-2024", "R8", "by_payment", "2023-12-10", {"identities": [held("dibao", "2023-12-31")]}),
            ("enrolled", "collection", "2024-01-01", 19000),
            ("enrolled", "collection", "2024-01-01", 38000),
        ),
        (
            *("jilin-2023", "R8", "by_payment", "2023-03-01", {"identities": [held("dibao", "2023-06-01")]}),
            ("enrolled", "late", "2023-03-01", 23000),
            ("enrolled", "late", "2023-05-31", 36000),
        ),
        (
            *("tongnan-2023", "R8", "by_payment", "2023-03-01", {"identities": [held("dibao", "2023-06-01")]}),
            ("undetermined", "late", "2023-03-01", None),
            ("enrolled", "late", "2023-05-31", 35000),
        ),
        (
            *("pingli-2022", "R12", "payment_day_within_year", "2021-11-11", {"situation": "college_student"}),
            ("enrolled", "collection", "2021-11-11", 32000),
            ("enrolled", "collection", "2022-01-01", 32000),
        ),
        (
            *("zhuji-2023", "R13", "waiting", "2023-02-01", LAPSED),
            ("not_allowed", "closed", None, None),
            ("enrolled", "late", "2023-08-02", 35000),
        ),
        (
            *("tongnan-2023", "R20", "without_poverty_exit", "2022-11-01"),
            {"identities": [held("poverty_exit", "2019-01-01")]},
            ("undetermined", "collection", "2023-01-01", None),
            ("enrolled", "collection", "2023-01-01", 35000),
        ),
        (
            *("zhuji-2023", "R22", "assisted", "2023-03-10"),
            {"situation": "discharged_soldier", "identities": [held("dibao", "2020-01-01")]},
            ("enrolled", "late", "2023-03-11", 35000),
            ("enrolled", "late", "2023-03-11", 5000),
        ),
    ],
)
def test_another_choice_gives_another_answer_and_both_name_the_reading(
    policy, reading, option, paid_on, facts, by_default, otherwise
):
    first, second = ask(policy, paid_on, **facts), ask(choosing(policy, reading, option), paid_on, **facts)
    assert (outcome(first), outcome(second)) == (by_default, otherwise)
    # An answer names the readings that let it in, not those that would have done so otherwise.
    assert reading in first.assumptions or reading in second.assumptions


def test_between_equal_amounts_the_earlier_recognised_may_be_chosen():
    both = {"identities": [held("dibao", "2022-01-01"), held("at_risk", "2021-01-01")]}
    assert ask("shangluo-2024", "2023-10-10", **both).assistance.category == "dibao"
    earlier = ask(choosing("shangluo-2024", "R7", "first_determined"), "2023-10-10", **both)
    assert (earlier.assistance.category, len(earlier.assistance.funds)) == ("at_risk", 3)
    assert "R7" in earlier.assumptions


def test_tax_may_charge_in_full_and_pay_back():
    dibao = {"identities": [held("dibao", "2022-01-01")]}
    first = ask("zhuji-2023", "2022-11-11", **dibao)
    second = ask(choosing("zhuji-2023", "R9", "reimbursed"), "2022-11-11", **dibao)
    assert (first.charged, first.reimbursed) == (5000, 0)
    assert (second.charged, second.reimbursed) == (35000, 30000)


@pytest.mark.parametrize(("policy", "paid_on"), [("zhuji-2023", "2022-11-11"), ("pingli-2022", "2021-11-11")])
def test_a_fund_that_is_not_named_may_be_left_open(policy, paid_on):
    returned = {"identities": [held("poverty_return", "2020-01-01")]}
    assert dict(ask(policy, paid_on, **returned).assistance.funds) == {
        "medical_assistance": ask(policy, paid_on, **returned).assistance.amount
    }
    left_open = ask(choosing(policy, "R15", "not_named"), paid_on, **returned)
    assert left_open.assistance.funds is None
    assert left_open.outcome == "enrolled"
    assert left_open.assistance.amount == ask(policy, paid_on, **returned).assistance.amount


@pytest.mark.parametrize(
    ("option", "allowed"), [("people_decide", None), ("refused", False), ("wrong_place_refunded", True)]
)
@pytest.mark.clause("PL-7.3b")
@pytest.mark.clause("PL-7.5")
def test_where_two_clauses_collide_the_pack_chooses(option, allowed):
    wrong_place = {"refund": {"reason": "wrong_place", "applied_on": "2022-02-01"}}
    pack = choosing("pingli-2022", "R18", option)
    answer = ask(pack, "2021-11-01", **wrong_place)
    assert answer.refund.allowed is allowed


def test_every_answer_of_shangluo_rests_on_the_year_of_its_figures():
    for paid_on in ("2023-10-10", "2023-12-25", "2024-03-01"):
        assert "R19" in ask("shangluo-2024", paid_on).assumptions


def test_readings_are_reported_in_their_order():
    answer = ask("shangluo-2024", "2024-03-01", identities=[held("dibao", "2022-01-01")])
    assert list(answer.assumptions) == sorted(answer.assumptions, key=lambda each: int(each[1:]))
    assert {"R2", "R6", "R8", "R10", "R19"} <= set(answer.assumptions)
