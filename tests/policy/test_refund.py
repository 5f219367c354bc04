"""Refunds by reason and day."""

import pytest

from policy.categories import REFUND_REASONS
from tests.policy.asking import ask

CHAIN = ("tax_intake", "agency_final", "agency_payout")
NAMED = ("death", "duplicate", "employee_insurance", "other_area")


def refund(policy, paid_on, reason, applied_on):
    return ask(policy, paid_on, refund={"reason": reason, "applied_on": applied_on})


@pytest.mark.parametrize("reason", REFUND_REASONS)
@pytest.mark.clause("SL-5.4a")
@pytest.mark.clause("SL-5.4b")
def test_shangluo(reason):
    before = refund("shangluo-2024", "2023-10-10", reason, "2023-12-31").refund
    assert (before.allowed, before.steps) == ((True, CHAIN) if reason in NAMED else (None, ()))
    after = refund("shangluo-2024", "2023-10-10", reason, "2024-01-01")
    assert (after.refund.allowed, after.refund.steps) == (False, ())
    assert "SL-5.4a" in after.citations
    assert not before.benefit_from_first_payment


@pytest.mark.parametrize(
    ("reason", "applied_on", "allowed"),
    [
        ("duplicate", "2021-12-25", True),
        ("duplicate", "2021-12-26", False),
        ("duplicate", "2022-01-01", False),
        ("employee_insurance", "2021-12-25", True),
        ("employee_insurance", "2021-12-31", False),
        ("wrong_place", "2021-12-31", True),
        ("wrong_place", "2022-01-01", None),
        *((reason, "2021-12-31", None) for reason in ("death", "other_area", "enlistment", "prison")),
        *((reason, "2022-01-01", False) for reason in ("death", "other_area", "enlistment", "prison")),
    ],
)
@pytest.mark.clause("PL-7.3a")
@pytest.mark.clause("PL-7.3b")
@pytest.mark.clause("PL-7.5")
def test_pingli(reason, applied_on, allowed):
    answer = refund("pingli-2022", "2021-11-01", reason, applied_on).refund
    assert answer.allowed is allowed
    assert answer.steps == (CHAIN if allowed else ())
    assert answer.benefit_from_first_payment is (allowed is True and reason == "wrong_place")


@pytest.mark.parametrize(
    ("policy", "paid_on"), [("zhuji-2023", "2022-11-01"), ("tongnan-2023", "2022-11-01"), ("jilin-2023", "2022-11-01")]
)
@pytest.mark.parametrize("applied_on", ["2022-12-31", "2023-06-01"])
def test_a_notice_without_a_rule_leaves_it_to_people(policy, paid_on, applied_on):
    answer = refund(policy, paid_on, "duplicate", applied_on)
    assert (answer.refund.allowed, answer.refund.steps) == (None, ())
    assert "R21" in answer.assumptions


def test_a_refund_is_answered_also_where_enrolment_was_not_allowed():
    answer = refund("shangluo-2024", "2023-12-25", "duplicate", "2023-12-28")
    assert (answer.outcome, answer.refund.allowed) == ("not_allowed", True)


def test_an_application_is_judged_by_its_own_day_also_before_the_payment():
    answer = refund("shangluo-2024", "2024-01-05", "duplicate", "2023-12-31").refund
    assert (answer.allowed, answer.steps) == (True, CHAIN)
