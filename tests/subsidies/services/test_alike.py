"""People who ask the same share a question, and nobody else does."""

import random
from datetime import date, timedelta

import pytest

from policy.canonical import canonical
from policy.pack import Amendment, apply_amendments, available, load
from subsidies.models import Category
from subsidies.services.alike import Questions
from subsidies.services.facts import Known


def _someone(chance, pack):
    """A person with days around the boundaries of the notice."""
    edges = [edge for window in pack.windows.values() for edge in window.span]
    paid_on = chance.choice(edges) + timedelta(days=chance.choice([-40, -1, 0, 1, 40]))
    born = chance.choice([date(1970, 5, 5), date(2005, 1, 1), paid_on - timedelta(days=chance.randrange(200))])
    marks = []
    for category in chance.sample(Category.values, chance.choice([0, 1, 1, 2, 3])):
        determined_on = paid_on + timedelta(days=chance.randrange(-500, 60))
        ended_on = chance.choice(
            ["-", "-", (determined_on + timedelta(days=chance.choice([0, chance.randrange(700)]))).isoformat()]
        )
        marked_on = determined_on + timedelta(days=chance.choice([0, 20]))
        marks.append(f"{category} {determined_on} {ended_on} {marked_on}")
    return Known(
        person_id=1,
        region_id="610926102200",
        paid_on=paid_on.isoformat() if chance.random() < 0.8 else None,
        tier=chance.choice([1, 2]),
        birth_date=born.isoformat(),
        situation=chance.choice([None, "general", "newborn", "employee_lapsed", "college_student"]),
        student=chance.choice([None, "none", "school"]),
        employee_cover_ended_on=chance.choice([None, (paid_on - timedelta(days=70)).isoformat()]),
        employee_cover_years=chance.choice([None, 0, 3]),
        marks=";".join(marks) or None,
    )


def _packs():
    for policy in available():
        yield pytest.param(load(policy), id=policy)
        if "R7" in load(policy).readings:
            other = Amendment("readings.R7.choice", "first_determined", "测试1号", "另一种读法")
            yield pytest.param(apply_amendments(load(policy), [other]), id=f"{policy} by another reading")


@pytest.mark.parametrize("pack", list(_packs()))
def test_a_question_is_the_canonical_one_of_whoever_asks_it(pack):
    chance = random.Random(pack.id)
    on = min(window.first for window in pack.windows.values()) + timedelta(days=30)
    questions = Questions(pack, on)
    for _ in range(400):
        known = _someone(chance, pack)
        assert questions.question(known).facts == canonical(known.facts(pack, on), pack)


def test_whoever_asks_the_same_gets_the_same_question():
    pack = load("pingli-2022")
    questions = Questions(pack, date(2021, 12, 20))
    one = Known(
        1, "610926102200", "2021-11-01", 1, "1970-01-01", None, None, None, None, "dibao 2020-01-01 - 2020-01-02"
    )
    two = one._replace(
        person_id=2, birth_date="1981-02-03", marks="dibao 2019-05-05 - 2019-06-01", paid_on="2021-11-30"
    )
    assert questions.question(one) is questions.question(two)
    assert len(questions.unanswered) == 1


def test_forgetting_changes_no_question():
    pack = load("pingli-2022")
    questions = Questions(pack, date(2021, 12, 20))
    known = Known(1, "610926102200", "2021-11-01", 1, "1970-01-01", None, None, None, None, None)
    before = questions.question(known)
    questions.forget_some()
    assert questions.question(known) is before
