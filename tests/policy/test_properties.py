"""What must hold of every answer of every pack, whatever is asked."""

from dataclasses import replace
from datetime import date, timedelta
from json import loads

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.assistance import Tie
from policy.canonical import boundaries, canonical
from policy.facts import FactsError, RefundRequest, parse
from policy.quote import ENROLLED, NOT_ALLOWED, UNDETERMINED, quote
from tests.policy.strategies import PACKS, days_near, facts, json_values, packs, questions

OFTEN = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)

BENEFIT_BEFORE_THE_YEAR = {"SL-4.2.3a", "PL-4.2.3"}
"""College students: benefits from the day payment is complete, also before 1 January (reading R12)."""


@given(questions)
@OFTEN
@pytest.mark.clause("SL-2.0")
@pytest.mark.clause("PL-3.0b")
def test_assistance_never_exceeds_the_standard_and_is_given_once(question):
    asked, pack = question
    answer = quote(asked, pack)
    if answer.assistance is None:
        return
    held = {each.category for each in asked.identities}
    assert answer.assistance.category in held
    if answer.assistance.amount is not None and answer.standard is not None:
        assert 0 <= answer.assistance.amount <= answer.standard


@given(questions)
@OFTEN
def test_funds_add_up(question):
    answer = quote(*question)
    if answer.assistance is not None and answer.assistance.funds is not None:
        assert sum(fen for _, fen in answer.assistance.funds) == answer.assistance.amount
        assert all(fen >= 0 for _, fen in answer.assistance.funds)
    if answer.fiscal_subsidy is not None and answer.fiscal_subsidy.funds is not None:
        assert sum(fen for _, fen in answer.fiscal_subsidy.funds) == answer.fiscal_subsidy.total


@given(questions)
@OFTEN
def test_net_cost_is_never_negative_and_is_what_was_charged_less_what_comes_back(question):
    answer = quote(*question)
    if answer.outcome != ENROLLED:
        return
    assisted = answer.assistance.amount if answer.assistance else 0
    assert answer.net_cost == answer.standard - assisted == answer.charged - answer.reimbursed
    assert min(answer.net_cost, answer.charged, answer.reimbursed) >= 0


@given(questions)
@OFTEN
def test_benefits_lie_within_the_coverage_year_but_for_the_exceptions_that_clauses_name(question):
    asked, pack = question
    answer = quote(asked, pack)
    if answer.benefit is None:
        return
    assert answer.benefit.start <= answer.benefit.end == pack.year.last
    if answer.benefit.start < pack.year.first:
        assert set(answer.citations) & BENEFIT_BEFORE_THE_YEAR
        assert answer.benefit.start == asked.paid_on


@given(questions)
@OFTEN
def test_fields_of_an_answer_fit_its_outcome(question):
    asked, pack = question
    answer = quote(asked, pack)
    money = (answer.standard, answer.long_term_care, answer.charged, answer.reimbursed, answer.net_cost)
    assert answer.citations
    if answer.outcome == NOT_ALLOWED:
        assert answer.window == "closed"
        assert (answer.assistance, answer.fiscal_subsidy, answer.benefit, *money) == (None,) * 8
    else:
        assert answer.window != "closed"
        assert (answer.outcome == UNDETERMINED) == (answer.net_cost is None)
        assert (answer.refund is None) == (asked.refund is None)
    assert set(answer.citations) <= set(pack.register)
    assert set(answer.assumptions) <= set(pack.readings)
    assert loads(answer.as_line()) == answer.as_json()


@given(packs.flatmap(lambda pack: st.tuples(facts(pack), st.just(pack))), st.integers(0, 200))
@OFTEN
def test_paying_earlier_within_a_window_never_gives_a_later_start(question, days):
    asked, pack = question
    earlier_day = asked.paid_on - timedelta(days=days)
    if earlier_day < asked.birth_date:
        return
    # Who is who must be settled on both days: an identity, or a lapse, that comes between them is another person.
    between = {each.determined_on for each in asked.identities} | {each.ended_on for each in asked.identities}
    if any(day is not None and earlier_day < day <= asked.paid_on for day in between):
        return
    asked = replace(asked, refund=None)
    later, earlier = quote(asked, pack), quote(replace(asked, paid_on=earlier_day), pack)
    if later.benefit is not None and earlier.benefit is not None and later.window == earlier.window:
        assert earlier.benefit.start <= later.benefit.start


@given(packs.flatmap(lambda pack: st.tuples(facts(pack), st.just(pack))), st.data())
@OFTEN
@pytest.mark.clause("SL-5.4a")
@pytest.mark.clause("PL-7.3a")
@pytest.mark.clause("PL-7.5")
def test_a_refund_refused_for_lateness_is_never_allowed_later(question, data):
    asked, pack = question
    if asked.refund is None:
        return
    last = asked.refund.applied_on + timedelta(days=400)
    later_day = data.draw(days_near(boundaries(pack).applied_on, asked.refund.applied_on, last))
    first = quote(asked, pack).refund
    later = quote(replace(asked, refund=RefundRequest(asked.refund.reason, later_day)), pack).refund
    if first.allowed is False:
        assert later.allowed is not True
    assert bool(later.steps) == (later.allowed is True)


@given(questions)
@settings(OFTEN, max_examples=1500)
def test_the_canonical_question_has_the_same_answer(question):
    asked, pack = question
    small = canonical(asked, pack)
    assert quote(small, pack) == replace(quote(asked, pack), case=None)
    if pack.engine.classes.tie is Tie.FIRST_LISTED:
        assert canonical(small, pack) == small
    assert len(small.identities) <= len(asked.identities)


@given(json_values)
@OFTEN
def test_malformed_questions_raise_nothing_but_a_facts_error(value):
    with pytest.raises(FactsError):
        parse(value)


@given(st.data())
@OFTEN
def test_a_question_spoilt_in_one_field_is_answered_or_refused_with_that_field_named(data):
    good = {
        "policy": "pingli-2022",
        "birth_date": "1975-04-12",
        "paid_on": "2021-11-11",
        "identities": [{"category": "dibao", "determined_on": "2020-01-01"}],
        "refund": {"reason": "duplicate", "applied_on": "2021-12-01"},
        "stay": {"admitted_on": "2021-12-25", "discharged_on": "2022-01-03", "same_area": True},
        "tier": 1,
        "student": "none",
        "ltc_pilot": False,
        "employee_cover_ended_on": "2021-09-30",
        "employee_cover_years": 2,
        "case": "x",
    }
    field = data.draw(st.sampled_from(sorted(good)))
    spoilt = {**good, field: data.draw(json_values)}
    try:
        asked = parse(spoilt)
    except FactsError as refused:
        error = str(refused)
    else:
        assert quote(asked, PACKS[0]).citations
        return
    assert field in error or (field == "birth_date" and "paid_on" in error)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_every_day_of_three_years_has_an_answer_for_everyone(pack):
    first = date(pack.coverage_year - 1, 1, 1)
    seen = set()
    for offset in range(3 * 365 + 1):
        day = first + timedelta(days=offset)
        asked = parse({"policy": pack.id, "birth_date": "1975-04-12", "paid_on": day.isoformat()})
        seen.add(quote(asked, pack).window)
    assert {"collection", "closed"} <= seen
