"""Hospital stays across years."""

import pytest

from tests.policy.asking import ask


@pytest.mark.parametrize(
    ("policy", "paid_on", "clause"),
    [
        pytest.param("shangluo-2024", "2023-10-10", "SL-5.5", marks=pytest.mark.clause("SL-5.5")),
        pytest.param("pingli-2022", "2021-11-01", "PL-7.4", marks=pytest.mark.clause("PL-7.4")),
    ],
)
@pytest.mark.parametrize(("same_area", "settle_by"), [(True, "discharge_year"), (False, "each_year")])
def test_by_the_discharge_year_in_one_area_by_each_year_in_two(policy, paid_on, clause, same_area, settle_by):
    year = int(paid_on[:4])
    stay = {"admitted_on": f"{year}-12-28", "discharged_on": f"{year + 1}-01-06", "same_area": same_area}
    answer = ask(policy, paid_on, stay=stay)
    assert answer.as_json()["stay"] == {"settle_by": settle_by}
    assert clause in answer.citations


@pytest.mark.parametrize("policy", ["zhuji-2023", "tongnan-2023", "jilin-2023"])
def test_a_notice_without_a_rule_says_nothing(policy):
    stay = {"admitted_on": "2022-12-28", "discharged_on": "2023-01-06", "same_area": True}
    answer = ask(policy, "2022-11-01", stay=stay)
    assert answer.stay is None
    assert "R21" in answer.assumptions
