"""What the notices ask of those who carry them out, as the other rooms read it."""

from datetime import date

import pytest

from policy.explain import notes
from policy.facts import parse
from policy.pack import load

SHANGLUO, PINGLI, ZHUJI, TONGNAN, JILIN = (
    load(each).duties for each in ("shangluo-2024", "pingli-2022", "zhuji-2023", "tongnan-2023", "jilin-2023")
)


@pytest.mark.clause("SL-6.1")
@pytest.mark.clause("SL-6.2a")
@pytest.mark.clause("PL-8.3b")
@pytest.mark.clause("ZJ-2.0")
@pytest.mark.clause("TN-1.0")
def test_coverage_goals():
    assert (SHANGLUO.coverage_goals["everyone"].share, SHANGLUO.coverage_goals["everyone"].categories) == (9800, ())
    assert SHANGLUO.coverage_goals["key_groups"].share == 9900
    for duties in (PINGLI, ZHUJI, TONGNAN):
        goal = duties.coverage_goals["key_groups"]
        assert goal.share == 10_000
        assert {"poverty_exit", "unstable_exit", "at_risk", "sudden_hardship"} <= set(goal.categories)
    assert TONGNAN.coverage_goals["key_groups"].level == "village"


@pytest.mark.clause("ZJ-2.0")
@pytest.mark.clause("PL-8.3a")
def test_targets_say_where_text_and_annex_differ():
    assert (ZHUJI.target.people, ZHUJI.target.annex) == (41850, 41851)
    assert (PINGLI.target.people, PINGLI.target.annex) == (210000, None)


@pytest.mark.clause("PL-8.3a")
@pytest.mark.clause("ZJ-4.1")
@pytest.mark.clause("ZJ-3.6")
def test_milestones_and_assessment_day():
    assert [(each.on, each.share) for each in PINGLI.milestones.values()] == [
        (date(2021, 11, 30), 8000),
        (date(2021, 12, 25), 10_000),
    ]
    assert ZHUJI.milestones["december"].on == ZHUJI.assessment_day.on == date(2022, 12, 31)
    assert PINGLI.assessment_day.on == date(2021, 12, 25)


@pytest.mark.clause("PL-8.5")
@pytest.mark.clause("ZJ-5.6a")
def test_who_is_behind_in_a_ranking():
    assert (PINGLI.ranking.level, PINGLI.ranking.behind_count(11), PINGLI.ranking.interview_after) == ("town", 1, 2)
    assert (ZHUJI.ranking.level, ZHUJI.ranking.behind_count(13), ZHUJI.ranking.interview_after) == ("village", 3, 2)
    assert (PINGLI.ranking.behind_count(0), ZHUJI.ranking.behind_count(0)) == (0, 0)


@pytest.mark.clause("SL-3.1")
@pytest.mark.clause("SL-6.2d")
@pytest.mark.clause("PL-8.2a")
@pytest.mark.clause("PL-8.3c")
@pytest.mark.clause("TN-6.1")
@pytest.mark.clause("PL-8.2c")
@pytest.mark.clause("JL-4.1")
def test_report_deadlines():
    lists, recognitions = SHANGLUO.report_deadlines["lists_of_august"], SHANGLUO.report_deadlines["recognitions"]
    assert (lists.file, lists.due, lists.day) == ("identities", "on", date(2023, 9, 5))
    assert (recognitions.due, recognitions.number, recognitions.event) == ("working_days", 5, "recognition")
    assert recognitions.senders == ("civil_affairs", "rural_revitalization")
    assert (PINGLI.report_deadlines["employee_cover"].due, PINGLI.report_deadlines["waivers"].number) == ("weekly", 7)
    assert set(PINGLI.report_deadlines["identities"].senders) == {
        *("civil_affairs", "health", "rural_revitalization", "disabled_federation")
    }
    assert JILIN.report_deadlines["payments"].senders == ("tax",)
    assert (TONGNAN.report_deadlines["monthly"].due, TONGNAN.report_deadlines["monthly"].number) == ("monthly", 20)


@pytest.mark.clause("SL-5.1")
@pytest.mark.clause("PL-7.1")
@pytest.mark.clause("ZJ-1.1")
@pytest.mark.clause("SL-5.3")
def test_place_and_order_of_duplicates():
    assert SHANGLUO.place_rule.one_of == PINGLI.place_rule.one_of == ("hukou", "residence_permit")
    assert ZHUJI.place_rule.one_of == ("hukou", "usual_residence")
    assert SHANGLUO.duplicate_order.order == ("employee", "college_student", "usual_residence")
    assert PINGLI.duplicate_order.order == ("employee", "college_student")


@pytest.mark.clause("ZJ-4.2a")
@pytest.mark.clause("PL-8.3c")
@pytest.mark.clause("ZJ-5.3a")
def test_subsidies_reasons_and_special_situations():
    assert ZHUJI.work_subsidy.per_person == 100
    assert list(PINGLI.waiver_reasons.options.values()) == [
        "参加商业保险",
        "参加职工医疗保险",
        "身体健康、家庭收入稳定",
        "其他原因",
    ]
    assert list(ZHUJI.not_enrolled_special_situations.options) == [
        *("military", "schooling", "migrant_work", "marriage_move", "prison", "no_hukou")
    ]


@pytest.mark.clause("SL-1.1")
@pytest.mark.clause("PL-2.1")
@pytest.mark.clause("PL-2.5")
@pytest.mark.clause("ZJ-3.1")
@pytest.mark.clause("TN-2.0")
def test_eligibility_is_said_in_the_words_of_the_notice():
    for duties in (SHANGLUO, PINGLI, ZHUJI, TONGNAN):
        assert all(each.label for each in duties.eligibility.values())
    assert JILIN.eligibility == {}


def _notes(policy, **facts):
    asked = parse({"policy": policy, "birth_date": "2001-04-12", "paid_on": "2022-11-11", **facts})
    return [(note.label, note.amount) for note in notes(asked, load(policy))]


@pytest.mark.clause("TN-4.4")
def test_tongnans_benefits_by_tier():
    assert [amount for _, amount in _notes("tongnan-2023")] == [1690100, 30000]
    assert [amount for _, amount in _notes("tongnan-2023", tier=2)] == [1690100, 50000]
    assert "12月31日" in _notes("tongnan-2023", situation="college_student")[-1][0]


@pytest.mark.clause("SL-4.2.4c")
@pytest.mark.clause("PL-4.3.3")
@pytest.mark.clause("ZJ-3.3d")
@pytest.mark.clause("PL-1.1")
@pytest.mark.clause("JL-2.2")
def test_what_whoever_is_enrolled_should_know():
    assert "有利于" in _notes("shangluo-2024")[0][0]
    assert any("有利于" in text for text, _ in _notes("pingli-2022"))
    assert "只能参加一种" in _notes("pingli-2022")[0][0]
    assert "不叠加" in _notes("zhuji-2023")[0][0]
    assert _notes("jilin-2023") == []
    lifted_out = [{"category": "poverty_exit", "determined_on": "2019-01-01"}]
    assert "认定地" in _notes("jilin-2023", identities=lifted_out)[0][0]


@pytest.mark.clause("TN-6.2")
@pytest.mark.clause("ZJ-4.2b")
def test_what_follows_for_who_misses_the_task():
    assert "综合目标考核指标按规定扣减" in TONGNAN.task_missed.label
    assert "通报批评" in ZHUJI.task_missed.label
    assert PINGLI.task_missed is None
