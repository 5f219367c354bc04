"""Answers in sentences, rows and pictures; packs as leaves."""

import re

import pytest
from hypothesis import HealthCheck, given, settings

from policy.explain import clauses_of, diff, fund_text, leaves, readable, rows, sentences, timeline
from policy.facts import parse
from policy.pack import available, load
from policy.quote import quote
from tests.policy.asking import amended, held
from tests.policy.strategies import questions


def explained(policy, paid_on, **facts):
    asked = parse({"policy": policy, "birth_date": "1975-04-12", "paid_on": paid_on, **facts})
    pack = load(policy)
    return asked, quote(asked, pack), pack


@given(questions)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_answer_can_be_explained_with_clauses_it_cites(question):
    asked, pack = question
    answer = quote(asked, pack)
    said = sentences(asked, answer, pack)
    assert said
    for each in said:
        assert "%(" not in each.text()
        assert set(each.clauses) <= set(answer.citations)
    for row in rows(asked, answer, pack):
        assert set(row.clauses) <= set(answer.citations)
    picture = timeline(asked, answer, pack)
    for stretch in picture.stretches:
        left, width = stretch.position(picture.first, picture.last)
        assert 0 <= left < 1
        assert 0 < width <= 1
        assert left + width <= 1 + 1e-9
    assert clauses_of(pack, answer.citations)


def test_a_sentence_says_what_is_paid_and_from_when():
    text = " ".join(
        each.text()
        for each in sentences(*explained("zhuji-2023", "2022-11-11", identities=[held("dibao", "2020-01-01")]))
    )
    assert "The individual contribution is 350.00 yuan" in text
    assert "Assistance as 低保对象 is 300.00 yuan, from 医疗救助资金 300.00." in text
    assert "Tax collects 50.00 yuan; the person bears 50.00 yuan." in text
    assert "Benefits run from 2023-01-01 to 2023-12-31." in text


def test_a_refusal_says_why():
    late = [each.text() for each in sentences(*explained("zhuji-2023", "2023-12-31", situation="released_prisoner"))]
    assert "after 2023 has ended" in late[0]
    closed = [each.text() for each in sentences(*explained("zhuji-2023", "2023-05-05"))]
    assert closed == ["On 2023-05-05 this person cannot enrol for 2023 in 灵璧县朱集镇."]


def test_an_open_figure_names_its_document():
    family = [held("family_planning", "2015-01-01")]
    said = [each.text() for each in sentences(*explained("shangluo-2024", "2023-10-10", identities=family))]
    assert "Assistance as 计划生育家庭 is set by another document: 陕卫人口发〔2023〕36号." in said
    table = {row.field: row.value for row in rows(*explained("shangluo-2024", "2023-10-10", identities=family))}
    assert (table["standard"], table["assistance"], table["net_cost"]) == ("380.00", None, None)


def test_a_translation_is_used():
    said = sentences(*explained("zhuji-2023", "2022-11-11"))
    assert (
        said[-1].text({"Benefits run from %(start)s to %(end)s.": "自%(start)s至%(end)s"}.get)
        == "自2023-01-01至2023-12-31"
    )


def test_funds_are_named_in_chinese():
    assert fund_text((("province", 4500), ("city", 2900))) == "省级财政 45.00、市级财政 29.00"
    assert fund_text(None) == "—"


def test_the_timeline_shows_the_wait():
    asked, answer, pack = explained("jilin-2023", "2023-01-15")
    picture = timeline(asked, answer, pack)
    by_kind = {stretch.kind: stretch for stretch in picture.stretches}
    assert (str(picture.first), str(picture.last)) == ("2022-10-01", "2023-12-31")
    assert (str(by_kind["waiting"].first), str(by_kind["waiting"].last)) == ("2023-01-16", "2023-04-15")
    assert str(by_kind["benefit"].first) == "2023-04-16"


def test_every_row_of_money_has_a_clause():
    for row in rows(*explained("shangluo-2024", "2023-10-10", identities=[held("dibao", "2020-01-01")])):
        if row.value and re.fullmatch(r"\d+\.\d\d", row.value):
            assert row.clauses, row


@pytest.mark.parametrize("pack_id", available())
def test_leaves_are_addressable_and_unique(pack_id):
    pack = load(pack_id)
    paths = [leaf.path for leaf in leaves(pack)]
    assert len(paths) == len(set(paths))
    assert {"windows.collection.first", "readings.R14.choice"} <= set(paths)
    assert all(leaf.clause for leaf in leaves(pack))
    assert len(list(readable(pack))) > len(paths)


def test_a_difference_is_the_leaf_that_was_amended():
    changed = amended("shangluo-2024", windows__collection__last="2023-12-28")
    assert [(each.path, each.a, each.b) for each in diff(load("shangluo-2024"), changed)] == [
        ("windows.collection.last", "2023-12-20", "2023-12-28")
    ]
