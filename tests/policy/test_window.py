"""Who may pay when, notice by notice: the edges of every window and of every way in."""

import pytest

from tests.policy.asking import ask, held

CLOSED = ("not_allowed", "closed", None)


def way(answer):
    return (answer.outcome, answer.window, str(answer.benefit.start) if answer.benefit else None)


def _table(rows, *clauses):
    marks = [pytest.mark.clause(each) for each in clauses]
    return [pytest.param(*row, marks=marks) for row in rows]


@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        ("2023-08-31", CLOSED),
        ("2023-09-01", ("enrolled", "collection", "2024-01-01")),
        ("2023-12-20", ("enrolled", "collection", "2024-01-01")),
        ("2023-12-21", CLOSED),
        ("2023-12-31", CLOSED),
        ("2024-01-01", ("enrolled", "makeup", "2024-02-01")),
        ("2024-01-31", ("enrolled", "makeup", "2024-02-01")),
        ("2024-02-29", ("enrolled", "makeup", "2024-03-01")),
        ("2024-06-30", ("enrolled", "makeup", "2024-07-01")),
        ("2024-07-01", CLOSED),
    ],
)
@pytest.mark.clause("SL-4.0")
@pytest.mark.clause("SL-4.1")
def test_shangluo_general(paid_on, expected):
    assert way(ask("shangluo-2024", paid_on)) == expected
    assert way(ask("shangluo-2024", paid_on, situation="returning_migrant")) == expected


@pytest.mark.parametrize(
    "facts",
    [
        {"situation": "discharged_soldier"},
        {"situation": "returning_graduate"},
        {"situation": "released_prisoner"},
        {"situation": "missing_found"},
        {"situation": "employee_lapsed"},
        {"identities": [held("orphan", "2020-01-01")]},
        {"identities": [held("family_planning", "2020-01-01")]},
        {"identities": [held("dibao", "2024-01-01")]},
    ],
)
@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        ("2023-08-31", CLOSED),
        ("2023-12-21", CLOSED),
        ("2024-01-01", ("enrolled", "makeup", "2024-02-01")),
        ("2024-06-30", ("enrolled", "makeup", "2024-07-01")),
        ("2024-07-01", ("enrolled", "late", "2024-08-01")),
        ("2024-11-30", ("enrolled", "late", "2024-12-01")),
        ("2024-12-01", CLOSED),
        ("2025-01-01", CLOSED),
    ],
)
@pytest.mark.clause("SL-1.4")
@pytest.mark.clause("SL-4.2.1")
@pytest.mark.clause("SL-4.2.4a")
@pytest.mark.clause("SL-4.2.4b")
def test_shangluo_special_persons(facts, paid_on, expected):
    answer = ask("shangluo-2024", paid_on, **facts)
    assert way(answer) == expected
    if answer.outcome == "enrolled":
        assert (answer.standard, answer.assistance) == (38000, None)


def test_shangluo_lets_nobody_in_as_someone_they_are_only_later():
    assert way(ask("shangluo-2024", "2024-08-10", identities=[held("dibao", "2024-08-11")])) == CLOSED
    on_the_day = ask("shangluo-2024", "2024-08-10", identities=[held("dibao", "2024-08-10")])
    assert way(on_the_day) == ("enrolled", "late", "2024-09-01")


@pytest.mark.parametrize(
    ("birth_date", "paid_on", "expected", "clause"),
    [
        ("2024-01-01", "2024-01-01", ("enrolled", "makeup", "2024-01-01"), "SL-4.2.2a"),
        ("2024-01-01", "2024-03-31", ("enrolled", "makeup", "2024-01-01"), "SL-4.2.2a"),
        ("2024-01-01", "2024-04-01", ("enrolled", "makeup", "2024-05-01"), "SL-4.2.2a"),
        ("2024-05-01", "2024-11-30", ("enrolled", "late", "2024-12-01"), "SL-4.2.2a"),
        ("2024-05-01", "2024-12-01", CLOSED, "SL-4.2.2a"),
        ("2024-10-02", "2025-01-01", CLOSED, "SL-4.2.2a"),
        ("2024-12-31", "2025-03-31", ("enrolled", "late", "2024-12-31"), "SL-4.2.2b"),
        ("2024-12-31", "2025-04-01", CLOSED, "SL-4.2.2b"),
        ("2023-10-02", "2023-12-31", CLOSED, "SL-4.1"),
        ("2023-10-03", "2023-12-31", ("enrolled", "late", "2024-01-01"), "SL-4.2.2b"),
        ("2023-10-03", "2024-01-01", ("enrolled", "makeup", "2024-01-01"), "SL-4.2.2b"),
        ("2023-10-03", "2024-01-02", ("enrolled", "makeup", "2024-02-01"), "SL-4.2.2b"),
        ("2023-12-31", "2024-03-30", ("enrolled", "makeup", "2024-01-01"), "SL-4.2.2b"),
        ("2023-12-31", "2024-07-01", CLOSED, "SL-4.1"),
        ("2023-09-05", "2023-12-20", ("enrolled", "collection", "2024-01-01"), "SL-4.1"),
    ],
)
@pytest.mark.clause("SL-4.2.2a")
@pytest.mark.clause("SL-4.2.2b")
@pytest.mark.clause("SL-4.2.2c")
def test_shangluo_newborns(birth_date, paid_on, expected, clause):
    answer = ask("shangluo-2024", paid_on, birth_date=birth_date, situation="newborn")
    assert way(answer) == expected
    assert clause in answer.citations


@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        ("2023-08-31", CLOSED),
        ("2023-09-01", ("enrolled", "collection", "2023-09-01")),
        ("2023-12-25", ("enrolled", "late", "2023-12-25")),
        ("2024-01-01", ("enrolled", "makeup", "2024-01-01")),
        ("2024-09-10", ("enrolled", "late", "2024-09-10")),
        ("2024-12-31", ("enrolled", "late", "2024-12-31")),
        ("2025-01-01", CLOSED),
    ],
)
@pytest.mark.clause("SL-4.2.3a")
@pytest.mark.clause("SL-4.2.3b")
def test_shangluo_college_students(paid_on, expected):
    answer = ask("shangluo-2024", paid_on, birth_date="2004-05-05", situation="college_student")
    assert way(answer) == expected
    if answer.benefit:
        assert str(answer.benefit.end) == "2024-12-31"


def test_a_student_is_no_college_student_by_status_alone():
    assert way(ask("shangluo-2024", "2023-12-25", student="college")) == CLOSED


@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        ("2021-10-14", CLOSED),
        ("2021-10-15", ("enrolled", "collection", "2022-01-01")),
        ("2021-12-25", ("enrolled", "collection", "2022-01-01")),
        ("2021-12-26", CLOSED),
        ("2022-01-01", CLOSED),
    ],
)
@pytest.mark.clause("PL-4.0")
@pytest.mark.clause("PL-4.1")
def test_pingli_general(paid_on, expected):
    assert way(ask("pingli-2022", paid_on)) == expected


@pytest.mark.parametrize(
    "facts",
    [
        {"situation": "discharged_soldier"},
        {"situation": "missing_found"},
        {"situation": "employee_lapsed"},
        {"identities": [held("severe_disability", "2020-01-01")]},
    ],
)
@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        ("2021-12-26", CLOSED),
        ("2022-01-01", ("enrolled", "late", "2022-02-01")),
        ("2022-11-30", ("enrolled", "late", "2022-12-01")),
        ("2022-12-01", CLOSED),
    ],
)
@pytest.mark.clause("PL-3.3")
@pytest.mark.clause("PL-4.2.1")
@pytest.mark.clause("PL-4.3.1")
@pytest.mark.clause("PL-4.3.2")
def test_pingli_special_persons(facts, paid_on, expected):
    assert way(ask("pingli-2022", paid_on, **facts)) == expected


@pytest.mark.parametrize("category", ["at_risk", "sudden_hardship", "entitled_group", "poverty_exit", "dibao_margin"])
def test_pingli_lets_in_late_only_those_it_assists(category):
    assert way(ask("pingli-2022", "2022-03-01", identities=[held(category, "2020-01-01")])) == CLOSED


@pytest.mark.parametrize(
    ("birth_date", "paid_on", "expected"),
    [
        ("2021-10-02", "2021-12-25", ("enrolled", "collection", "2022-01-01")),
        ("2021-10-02", "2021-12-28", CLOSED),
        ("2021-10-03", "2022-01-01", ("enrolled", "late", "2022-01-01")),
        ("2021-10-03", "2022-01-02", CLOSED),
        ("2021-12-31", "2022-03-31", ("enrolled", "late", "2022-01-01")),
        ("2022-10-02", "2022-12-31", ("enrolled", "late", "2022-10-02")),
        ("2022-10-02", "2023-01-01", CLOSED),
        ("2022-10-03", "2023-01-01", ("enrolled", "late", "2022-10-03")),
        ("2022-10-03", "2023-01-02", CLOSED),
        ("2022-06-01", "2022-11-30", ("enrolled", "late", "2022-12-01")),
        ("2022-06-01", "2022-12-01", CLOSED),
    ],
)
@pytest.mark.clause("PL-4.2.2")
def test_pingli_newborns(birth_date, paid_on, expected):
    assert way(ask("pingli-2022", paid_on, birth_date=birth_date, situation="newborn")) == expected


@pytest.mark.clause("PL-4.2.3")
def test_pingli_college_students():
    student = {"birth_date": "2002-05-05", "situation": "college_student"}
    assert way(ask("pingli-2022", "2021-10-15", **student)) == ("enrolled", "collection", "2021-10-15")
    assert way(ask("pingli-2022", "2022-12-31", **student)) == ("enrolled", "late", "2022-12-31")


@pytest.mark.parametrize(
    ("paid_on", "facts", "expected"),
    [
        ("2022-09-30", {}, CLOSED),
        ("2022-10-01", {}, ("enrolled", "collection", "2023-01-01")),
        ("2022-12-31", {}, ("enrolled", "collection", "2023-01-01")),
        ("2023-01-01", {}, CLOSED),
        ("2023-01-01", {"situation": "returning_migrant"}, ("enrolled", "collection", "2023-01-01")),
        ("2023-02-28", {"situation": "returning_migrant"}, ("enrolled", "collection", "2023-01-01")),
        ("2023-03-01", {"situation": "returning_migrant"}, CLOSED),
        ("2023-01-01", {"situation": "discharged_soldier"}, ("enrolled", "late", "2023-01-02")),
        ("2023-12-30", {"situation": "released_prisoner"}, ("enrolled", "late", "2023-12-31")),
        ("2023-12-31", {"situation": "released_prisoner"}, CLOSED),
        ("2023-05-01", {"situation": "missing_found"}, CLOSED),
        ("2023-05-01", {"situation": "returning_graduate"}, CLOSED),
        ("2023-01-15", {"identities": [held("tekun", "2022-12-31")]}, CLOSED),
        ("2023-03-01", {"identities": [held("tekun", "2022-12-31")]}, CLOSED),
        ("2023-01-15", {"identities": [held("tekun", "2023-01-01")]}, ("enrolled", "late", "2023-01-16")),
        ("2023-05-15", {"identities": [held("tekun", "2023-05-16")]}, CLOSED),
        ("2023-05-15", {"identities": [held("family_planning", "2023-05-01")]}, CLOSED),
    ],
)
@pytest.mark.clause("ZJ-3.3a")
@pytest.mark.clause("ZJ-3.3b")
@pytest.mark.clause("ZJ-3.2.3")
@pytest.mark.clause("ZJ-3.6")
def test_zhuji(paid_on, facts, expected):
    assert way(ask("zhuji-2023", paid_on, **facts)) == expected


@pytest.mark.parametrize(
    ("ended_on", "years", "paid_on", "expected"),
    [
        ("2022-10-01", 2, "2023-01-01", ("enrolled", "late", "2023-01-02")),
        ("2022-10-01", 2, "2023-01-02", ("enrolled", "late", "2023-07-03")),
        ("2022-11-30", 2, "2023-02-28", ("enrolled", "late", "2023-03-01")),
        ("2022-11-30", 2, "2023-03-01", ("enrolled", "late", "2023-09-02")),
        ("2022-11-30", 1, "2023-02-28", CLOSED),
        ("2022-12-01", 3, "2023-06-30", ("enrolled", "late", "2023-12-31")),
        ("2022-12-01", 3, "2023-07-01", CLOSED),
        (None, 3, "2023-03-01", ("enrolled", "late", "2023-09-02")),
    ],
)
@pytest.mark.clause("ZJ-3.3b")
@pytest.mark.clause("ZJ-3.3c")
def test_zhuji_lapsed(ended_on, years, paid_on, expected):
    lapsed = {"situation": "employee_lapsed", "employee_cover_ended_on": ended_on, "employee_cover_years": years}
    assert way(ask("zhuji-2023", paid_on, **lapsed)) == expected


def test_zhuji_who_is_newly_assisted_need_not_wait_for_a_lapse():
    lapsed = {"situation": "employee_lapsed", "employee_cover_ended_on": "2022-06-01", "employee_cover_years": 5}
    assisted = ask("zhuji-2023", "2023-03-10", identities=[held("dibao", "2023-03-01")], **lapsed)
    assert way(assisted) == ("enrolled", "late", "2023-03-11")


@pytest.mark.parametrize(
    ("birth_date", "paid_on", "expected"),
    [
        ("2023-01-01", "2023-04-01", ("enrolled", "late", "2023-01-01")),
        ("2023-01-01", "2023-04-02", CLOSED),
        ("2023-12-31", "2024-03-30", ("enrolled", "late", "2023-12-31")),
        ("2022-12-15", "2023-01-10", CLOSED),
        ("2022-12-15", "2022-12-31", ("enrolled", "collection", "2023-01-01")),
    ],
)
@pytest.mark.clause("ZJ-3.2.1")
def test_zhuji_newborns(birth_date, paid_on, expected):
    assert way(ask("zhuji-2023", paid_on, birth_date=birth_date, situation="newborn")) == expected


@pytest.mark.parametrize(
    ("paid_on", "facts", "expected"),
    [
        ("2022-10-24", {}, CLOSED),
        ("2022-10-25", {}, ("enrolled", "collection", "2023-01-01")),
        ("2023-01-31", {}, ("enrolled", "late", "2023-02-01")),
        ("2023-02-28", {}, ("enrolled", "late", "2023-03-01")),
        ("2023-03-01", {}, ("enrolled", "late", "2023-05-31")),
        ("2023-09-30", {}, ("undetermined", "late", "2023-12-30")),
        ("2023-10-01", {}, CLOSED),
        ("2023-01-15", {"identities": [held("dibao", "2020-01-01")]}, ("undetermined", "late", "2023-02-01")),
        ("2023-03-01", {"identities": [held("dibao", "2020-01-01")]}, ("undetermined", "late", "2023-03-01")),
        ("2023-03-01", {"identities": [held("orphan", "2020-01-01")]}, ("enrolled", "late", "2023-05-31")),
        ("2023-03-01", {"situation": "employee_lapsed"}, ("enrolled", "late", "2023-05-31")),
    ],
)
@pytest.mark.clause("TN-3.1")
@pytest.mark.clause("TN-4.1b")
@pytest.mark.clause("TN-4.2")
def test_tongnan(paid_on, facts, expected):
    assert way(ask("tongnan-2023", paid_on, **facts)) == expected


@pytest.mark.parametrize(
    ("birth_date", "paid_on", "expected"),
    [
        ("2023-01-10", "2023-02-20", ("enrolled", "late", "2023-03-01")),
        ("2023-01-10", "2023-04-10", ("enrolled", "late", "2023-04-10")),
        ("2023-01-10", "2023-04-11", ("enrolled", "late", "2023-07-11")),
        ("2022-12-15", "2023-03-15", ("enrolled", "late", "2023-03-15")),
        ("2022-12-15", "2023-03-16", ("enrolled", "late", "2023-06-15")),
        ("2023-11-01", "2023-12-31", ("enrolled", "late", "2023-12-31")),
        ("2023-11-01", "2024-01-01", CLOSED),
        ("2023-06-01", "2023-08-30", ("enrolled", "late", "2023-08-30")),
        ("2023-06-01", "2023-08-31", ("undetermined", "late", "2023-11-30")),
    ],
)
@pytest.mark.clause("TN-3.1")
@pytest.mark.clause("TN-4.1a")
@pytest.mark.clause("TN-4.2")
def test_tongnan_newborns(birth_date, paid_on, expected):
    assert way(ask("tongnan-2023", paid_on, birth_date=birth_date, situation="newborn")) == expected


@pytest.mark.parametrize(
    ("paid_on", "facts", "expected"),
    [
        ("2022-09-30", {}, CLOSED),
        ("2022-12-31", {}, ("enrolled", "collection", "2023-01-01")),
        ("2023-10-01", {}, ("enrolled", "late", "2023-12-31")),
        ("2023-10-02", {}, CLOSED),
        ("2023-10-02", {"identities": [held("unstable_exit", "2023-12-31")]}, ("enrolled", "late", "2023-10-02")),
        ("2023-10-02", {"identities": [held("unstable_exit", "2024-01-01")]}, CLOSED),
        ("2023-12-31", {"identities": [held("tekun", "2020-01-01")]}, ("enrolled", "late", "2023-12-31")),
        ("2024-01-01", {"identities": [held("tekun", "2020-01-01")]}, CLOSED),
        ("2023-03-01", {"identities": [held("at_risk", "2020-01-01")]}, ("enrolled", "late", "2023-05-31")),
    ],
)
@pytest.mark.clause("JL-2.1")
@pytest.mark.clause("JL-3.1")
def test_jilin(paid_on, facts, expected):
    assert way(ask("jilin-2023", paid_on, **facts)) == expected


@pytest.mark.parametrize(
    ("policy", "paid_on", "facts", "readings"),
    [
        ("shangluo-2024", "2023-12-25", {}, {"R19"}),
        ("shangluo-2024", "2023-12-25", {"situation": "employee_lapsed"}, {"R6", "R19"}),
        ("shangluo-2024", "2023-08-31", {"situation": "college_student"}, {"R12", "R19"}),
        ("pingli-2022", "2022-04-01", {"birth_date": "2021-12-31", "situation": "newborn"}, {"R17"}),
        ("zhuji-2023", "2022-09-30", {}, {"R16"}),
        ("zhuji-2023", "2023-01-10", {}, {"R5", "R16"}),
        ("zhuji-2023", "2023-05-10", {"situation": "employee_lapsed", "employee_cover_years": 1}, {"R13", "R16"}),
        ("zhuji-2023", "2023-06-10", {"birth_date": "2023-01-10", "situation": "newborn"}, {"R1", "R16", "R17"}),
        ("jilin-2023", "2024-01-01", {}, {"R11"}),
    ],
)
def test_the_readings_that_turn_somebody_away_are_named(policy, paid_on, facts, readings):
    answer = ask(policy, paid_on, **facts)
    assert answer.outcome == "not_allowed"
    assert set(answer.assumptions) == readings
