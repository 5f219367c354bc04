"""Standards by age, student status, tier and date."""

import pytest

from policy.contribution import rates_of_the_young
from policy.pack import load
from tests.policy.asking import ask


@pytest.mark.parametrize(
    ("facts", "fen"),
    [
        ({"birth_date": "2004-12-31"}, 36000),
        ({"birth_date": "2005-01-01"}, 31000),
        ({"birth_date": "1990-01-01", "student": "school"}, 31000),
        ({"birth_date": "1990-01-01", "student": "college"}, 31000),
        ({"birth_date": "1990-01-01", "situation": "college_student"}, 36000),
    ],
)
@pytest.mark.clause("JL-1.1")
def test_jilin_by_age_and_student(facts, fen):
    assert ask("jilin-2023", "2022-11-11", **facts).standard == fen


@pytest.mark.clause("JL-4.1")
def test_only_jilin_has_a_rate_of_the_young():
    found = {name: load(name) for name in ("jilin-2023", "shangluo-2024", "pingli-2022", "tongnan-2023", "zhuji-2023")}
    rates = {name: rates_of_the_young(pack.contributions, pack.groups) for name, pack in found.items()}
    assert rates.pop("jilin-2023") == {31000}
    assert not any(rates.values())


@pytest.mark.clause("JL-1.2")
def test_long_term_care_is_beside_the_contribution_and_only_in_jilins_pilot_areas():
    assert ask("jilin-2023", "2022-11-11", ltc_pilot=True).long_term_care == 1000
    assert ask("jilin-2023", "2022-11-11", ltc_pilot=True).charged == 36000
    assert ask("jilin-2023", "2022-11-11").long_term_care == 0
    assert ask("shangluo-2024", "2023-11-11", ltc_pilot=True).long_term_care == 0
    assert ask("jilin-2023", "2024-01-01", ltc_pilot=True).long_term_care is None


@pytest.mark.parametrize(
    ("paid_on", "facts", "fen"),
    [
        ("2022-11-01", {}, 35000),
        ("2022-11-01", {"tier": 2}, 72500),
        ("2023-06-30", {"tier": 2}, 72500),
        ("2023-07-01", {}, None),
        ("2023-07-01", {"tier": 2}, None),
        ("2023-07-01", {"tier": 2, "situation": "newborn", "birth_date": "2023-05-01"}, 72500),
        ("2023-08-01", {"situation": "newborn", "birth_date": "2023-05-01"}, None),
    ],
)
@pytest.mark.clause("TN-4.1a")
def test_tongnan_by_tier_and_date(paid_on, facts, fen):
    assert ask("tongnan-2023", paid_on, **facts).standard == fen


@pytest.mark.parametrize(
    ("policy", "paid_on", "fen"),
    [
        pytest.param("shangluo-2024", "2023-11-11", 38000, marks=pytest.mark.clause("SL-1.3")),
        pytest.param("pingli-2022", "2021-11-11", 32000, marks=pytest.mark.clause("PL-3.0a")),
        pytest.param("zhuji-2023", "2022-11-11", 35000, marks=pytest.mark.clause("ZJ-3.2")),
    ],
)
def test_elsewhere_it_is_the_same_for_everyone(policy, paid_on, fen):
    for facts in ({}, {"tier": 2}, {"student": "school", "birth_date": "2012-01-01"}):
        assert ask(policy, paid_on, **facts).standard == fen


@pytest.mark.parametrize(
    ("policy", "paid_on", "total", "funds"),
    [
        pytest.param(
            *("shangluo-2024", "2023-11-11", 64000),
            {"central": 51200, "province": 6400, "city": 1280, "county": 5120},
            marks=pytest.mark.clause("SL-1.2"),
        ),
        pytest.param(
            *("pingli-2022", "2021-11-11", 58000),
            {"central": 46400, "province": 5800, "city": 580, "county": 5220},
            marks=pytest.mark.clause("PL-3.0a"),
        ),
        pytest.param("zhuji-2023", "2022-11-11", 61000, None, marks=pytest.mark.clause("ZJ-3.2")),
    ],
)
def test_the_fiscal_subsidy_and_its_split(policy, paid_on, total, funds):
    subsidy = ask(policy, paid_on).fiscal_subsidy
    assert subsidy.total == total
    assert (subsidy.funds and dict(subsidy.funds)) == funds


@pytest.mark.parametrize(("policy", "paid_on"), [("tongnan-2023", "2022-11-11"), ("jilin-2023", "2022-11-11")])
def test_a_notice_without_a_fiscal_subsidy_has_none(policy, paid_on):
    assert ask(policy, paid_on).fiscal_subsidy is None
