"""Which identity counts, which class applies, and how it is settled."""

import pytest

from tests.policy.asking import ask, held, yuan_of

COLLECTION = {
    "shangluo-2024": "2023-10-10",
    "pingli-2022": "2021-11-11",
    "zhuji-2023": "2022-11-11",
    "jilin-2023": "2022-11-11",
}


def assisted(policy, *identities, paid_on=None, **facts):
    return ask(policy, paid_on or COLLECTION[policy], identities=list(identities), **facts)


def _class(policy, clause, category, fen, **funds):
    return pytest.param(policy, category, fen, funds, marks=pytest.mark.clause(clause), id=f"{policy}-{category}")


@pytest.mark.parametrize(
    ("policy", "category", "fen", "funds"),
    [
        _class("shangluo-2024", "SL-2.1", "tekun", 38000, medical_assistance=38000),
        _class("shangluo-2024", "SL-2.1", "orphan", 38000, medical_assistance=38000),
        _class("shangluo-2024", "SL-2.1", "unsupported_child", 38000, medical_assistance=38000),
        _class("shangluo-2024", "SL-2.2", "dibao", 19000, medical_assistance=19000),
        *(
            _class("shangluo-2024", "SL-2.3", each, 19000, province=4500, city=2900, county=11600)
            for each in ("poverty_return", "unstable_exit", "at_risk", "sudden_hardship")
        ),
        *(
            _class("shangluo-2024", "SL-2.0", each, None)
            for each in ("dibao_margin", "poverty_exit", "severe_disability", "entitled_group")
        ),
        _class("pingli-2022", "PL-3.1.1", "orphan", 32000, medical_assistance=32000),
        _class("pingli-2022", "PL-3.1.2", "dibao", 16000, medical_assistance=16000),
        _class("pingli-2022", "PL-3.1.3", "severe_disability", 7000, medical_assistance=7000),
        _class("pingli-2022", "PL-3.1.4", "unstable_exit", 7000, province=4500, city=1000, county=1500),
        _class("pingli-2022", "PL-3.1.4", "poverty_exit", None),
        _class("pingli-2022", "PL-3.1.5", "poverty_return", 16000, medical_assistance=16000),
        _class("zhuji-2023", "ZJ-3.2.2a", "tekun", 35000, medical_assistance=35000),
        _class("zhuji-2023", "ZJ-3.2.2a", "family_planning", 35000, department=35000),
        _class("zhuji-2023", "ZJ-3.2.2a", "entitled_group", 35000, department=35000),
        _class("zhuji-2023", "ZJ-3.2.2b", "dibao", 30000, medical_assistance=30000),
        _class("zhuji-2023", "ZJ-3.2.2b", "poverty_return", 27000, medical_assistance=27000),
        _class("zhuji-2023", "ZJ-3.2.2b", "sudden_hardship", 17500, medical_assistance=17500),
        _class("zhuji-2023", "ZJ-3.2.2c", "poverty_exit", None),
        _class("jilin-2023", "JL-2.1", "tekun", 36000, medical_assistance=36000),
        _class("jilin-2023", "JL-2.1", "unstable_exit", 13000, medical_assistance=13000),
        _class("jilin-2023", "JL-2.1", "orphan", None),
    ],
)
def test_classes_and_funds(policy, category, fen, funds):
    answer = assisted(policy, held(category, "2020-01-01"))
    if fen is None:
        assert answer.assistance is None
        assert answer.net_cost == answer.charged == answer.standard
    else:
        assert (answer.assistance.category, answer.assistance.amount) == (category, fen)
        assert dict(answer.assistance.funds) == funds
        assert answer.net_cost == answer.standard - fen


@pytest.mark.parametrize(
    ("policy", "determined_on", "counts"),
    [
        pytest.param("shangluo-2024", "2023-12-31", True, marks=pytest.mark.clause("SL-3.1")),
        pytest.param("shangluo-2024", "2024-01-01", False, marks=pytest.mark.clause("SL-3.4")),
        pytest.param("pingli-2022", "2021-09-30", True, marks=pytest.mark.clause("PL-5.1")),
        pytest.param("pingli-2022", "2021-10-01", False, marks=pytest.mark.clause("PL-3.1.6")),
        pytest.param("zhuji-2023", "2022-12-31", True, marks=pytest.mark.clause("ZJ-3.2.2b")),
        pytest.param("zhuji-2023", "2023-01-01", True, marks=pytest.mark.clause("ZJ-3.2.3")),
        pytest.param("zhuji-2023", "2024-01-01", False, marks=pytest.mark.clause("ZJ-3.2.3")),
        pytest.param("jilin-2023", "2023-12-31", True, marks=pytest.mark.clause("JL-2.1")),
        pytest.param("jilin-2023", "2024-01-01", False, marks=pytest.mark.clause("JL-2.1")),
    ],
)
def test_an_identity_counts_by_the_day_it_was_determined(policy, determined_on, counts):
    answer = assisted(policy, held("dibao", determined_on))
    assert (answer.assistance is not None) is counts


@pytest.mark.parametrize("policy", COLLECTION)
def test_an_identity_ends_on_the_first_day_it_no_longer_counts(policy):
    paid_on = COLLECTION[policy]
    day_after = f"{paid_on[:-2]}{int(paid_on[-2:]) + 1}"
    assert assisted(policy, held("dibao", "2020-01-01", ended_on=paid_on)).assistance is None
    assert assisted(policy, held("dibao", "2020-01-01", ended_on=day_after)).assistance is not None
    assert assisted(policy, held("dibao", "2020-01-01", ended_on="2020-01-01")).assistance is None


@pytest.mark.parametrize(
    ("policy", "identity", "paid_on", "clauses", "readings"),
    [
        ("shangluo-2024", held("dibao", "2024-01-01"), None, {"SL-3.1", "SL-3.4"}, {"R8"}),
        ("shangluo-2024", held("dibao", "2022-01-01"), "2024-02-01", {"SL-4.2.4b"}, {"R10"}),
        ("pingli-2022", held("tekun", "2021-10-01"), None, {"PL-5.1", "PL-3.1.6"}, {"R8"}),
        ("pingli-2022", held("poverty_exit", "2019-01-01"), None, {"PL-3.1.4"}, set()),
        ("zhuji-2023", held("poverty_exit", "2019-01-01"), None, {"ZJ-3.2.2c"}, set()),
        ("tongnan-2023", held("dibao", "2024-01-01"), "2022-11-01", {"TN-6.1"}, {"R8"}),
        ("jilin-2023", held("dibao", "2024-01-01"), None, {"JL-2.1"}, {"R8"}),
    ],
)
@pytest.mark.clause("SL-3.4")
@pytest.mark.clause("SL-4.2.4b")
@pytest.mark.clause("PL-5.1")
@pytest.mark.clause("PL-3.1.6")
@pytest.mark.clause("ZJ-3.2.2c")
def test_why_an_identity_does_not_count_is_cited(policy, identity, paid_on, clauses, readings):
    answer = assisted(policy, identity, paid_on=paid_on)
    assert answer.assistance is None
    assert clauses <= set(answer.citations)
    assert readings <= set(answer.assumptions)


def test_a_reading_that_closed_an_old_identity_is_named():
    soldier = assisted("zhuji-2023", held("dibao", "2022-01-01"), paid_on="2023-03-01", situation="discharged_soldier")
    assert soldier.assistance is None
    assert {"R8", "R22"} <= set(soldier.assumptions)


@pytest.mark.clause("SL-2.0")
@pytest.mark.clause("SL-6.2b")
def test_the_highest_applies_and_the_rule_is_cited_only_when_there_was_a_choice():
    both = assisted("shangluo-2024", held("dibao", "2022-01-01"), held("orphan", "2022-01-01"))
    assert both.assistance.category == "orphan"
    assert "SL-2.0" in both.citations
    assert "R7" in both.assumptions
    twice = assisted("shangluo-2024", held("dibao", "2022-01-01"), held("dibao", "2023-01-01"))
    assert "SL-2.0" not in twice.citations


@pytest.mark.clause("SL-2.4")
@pytest.mark.clause("PL-3.2")
@pytest.mark.parametrize(("policy", "full"), [("shangluo-2024", "tekun"), ("pingli-2022", "unsupported_child")])
def test_an_amount_of_another_document_leaves_the_answer_open_unless_full_assistance_stands(policy, full):
    family = held("family_planning", "2015-01-01")
    for others in ((), (held("dibao", "2020-01-01"),)):
        answer = assisted(policy, family, *others)
        assert answer.outcome == "undetermined"
        assert answer.as_json()["assistance"] == {"category": "family_planning", "amount": None, "funds": None}
        assert (answer.charged, answer.reimbursed, answer.net_cost) == (None, None, None)
        assert answer.standard is not None
        assert answer.benefit is not None
    assert assisted(policy, family, held(full, "2020-01-01")).net_cost == 0


@pytest.mark.clause("TN-4.3")
def test_tongnan_names_the_class_and_leaves_the_amount_open():
    answer = ask("tongnan-2023", "2022-11-01", identities=[held("at_risk", "2020-01-01"), held("dibao", "2021-01-01")])
    assert answer.as_json()["assistance"] == {"category": "dibao", "amount": None, "funds": None}
    assert (answer.outcome, answer.standard, answer.charged) == ("undetermined", 35000, None)
    assert ask("tongnan-2023", "2022-11-01", identities=[held("severe_disability", "2020-01-01")]).outcome == "enrolled"


@pytest.mark.parametrize(
    ("marks", "charged", "reimbursed"),
    [
        (("2023-09-08", "2023-11-01"), "190.00", "190.00"),
        (("2023-09-08", "2023-10-10"), "0.00", "0.00"),
        (("2023-10-11", "2023-11-01"), "380.00", "380.00"),
        (("2023-11-01", "2023-09-08"), "0.00", "0.00"),
    ],
)
@pytest.mark.clause("SL-3.2")
@pytest.mark.clause("SL-3.3")
def test_tax_nets_by_the_best_mark_that_stood_and_the_rest_comes_back(marks, charged, reimbursed):
    dibao, tekun = marks
    answer = assisted(
        "shangluo-2024", held("dibao", "2021-01-01", marked_on=dibao), held("tekun", "2023-08-01", marked_on=tekun)
    )
    assert yuan_of(answer) == {"standard": "380.00", "charged": charged, "reimbursed": reimbursed, "net_cost": "0.00"}
    assert ("SL-3.2" in answer.citations) is (reimbursed != "0.00")
    assert ("SL-3.3" in answer.citations) is (charged != "380.00")


@pytest.mark.clause("PL-6.1")
@pytest.mark.clause("PL-6.2")
def test_pingli_pays_full_assistance_in_one_batch_and_partial_afterwards_whatever_the_marks():
    unmarked = {"marked_on": "2022-01-01"}
    full = assisted("pingli-2022", held("tekun", "2018-01-01", **unmarked))
    assert (full.charged, full.reimbursed) == (0, 0)
    assert "PL-6.1" in full.citations
    part = assisted("pingli-2022", held("dibao", "2018-01-01"))
    assert (part.charged, part.reimbursed) == (32000, 16000)
    assert "PL-6.2" in part.citations


@pytest.mark.clause("JL-2.1")
def test_jilin_assists_after_payment_all_year_round():
    for paid_on in ("2022-10-01", "2023-01-01", "2023-12-31"):
        answer = assisted("jilin-2023", held("tekun", "2020-01-01"), paid_on=paid_on)
        assert (answer.charged, answer.reimbursed, answer.net_cost) == (36000, 36000, 0)


@pytest.mark.clause("ZJ-3.2.3")
def test_zhuji_after_february_assists_only_the_newly_added():
    soldier = {"situation": "discharged_soldier"}
    old, new = held("dibao", "2022-01-01"), held("at_risk", "2023-02-01")
    assert assisted("zhuji-2023", old, paid_on="2023-02-28", **soldier).net_cost == 5000
    after = assisted("zhuji-2023", old, paid_on="2023-03-01", **soldier)
    assert (after.assistance, after.net_cost) == (None, 35000)
    assert "ZJ-3.2.3" in after.citations
    assert assisted("zhuji-2023", old, new, paid_on="2023-03-01").assistance.category == "at_risk"


@pytest.mark.clause("ZJ-3.3b")
def test_zhuji_who_is_newly_added_after_paying_is_paid_back():
    answer = assisted("zhuji-2023", held("dibao", "2023-02-01"), paid_on="2022-12-15")
    assert (answer.charged, answer.reimbursed) == (35000, 30000)


@pytest.mark.parametrize("ended_on", ["2022-10-31", "2022-11-20"], ids=["before", "on the day"])
@pytest.mark.parametrize("policy", ["zhuji-2023", "jilin-2023"])
def test_an_identity_that_ended_by_the_day_it_was_determined_never_counts(policy, ended_on):
    """Also where both days lie after the payment: it was withdrawn."""
    answer = assisted(policy, held("tekun", "2022-11-20", ended_on=ended_on), paid_on="2022-10-10")
    assert answer.assistance is None
    assert answer.charged == answer.standard
