"""Decisions equal the policy's own answer, person by person."""

import random
from datetime import date, timedelta

import pytest

from enrollment.models import Person, Registration
from notices.queries import pack_for
from notices.services import set_season
from policy.facts import Facts, Identity
from policy.pack import available, load
from policy.quote import quote
from subsidies.models import Answer, Category, Decision
from subsidies.queries.decisions import replay
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, VILLAGE, make_mark

PAID = date(2021, 11, 1)


def _facts(person, year, on, policy):
    """The facts of one person read one by one: the plain counterpart of the bulk run."""
    standing = [
        payment
        for payment in person.payments.filter(coverage_year=year, paid_on__lte=on)
        if payment.reversed_on is None or payment.reversed_on > on
    ]
    payment = min(standing, key=lambda each: (each.paid_on, each.pk), default=None)
    registration = person.registrations.filter(coverage_year=year, ended_on=None).first()
    registered_as = registration.situation if registration else "general"
    just_born = registered_as == "general" and person.birth_date >= date(year - 1, 1, 1)
    return Facts(
        policy=policy,
        birth_date=person.birth_date,
        paid_on=payment.paid_on if payment else on,
        situation="newborn" if just_born else registered_as,
        student=registration.student if registration else "none",
        tier=payment.tier if payment else registration.tier if registration else 1,
        identities=tuple(
            Identity(mark.category, mark.determined_on, mark.ended_on, mark.marked_on)
            for mark in person.marks.order_by("determined_on", "category")
        ),
        employee_cover_ended_on=registration.employee_cover_ended_on if registration else None,
        employee_cover_years=registration.employee_cover_years if registration else 0,
    )


def _populate(chance, make, pack, people):
    """People with everything that can matter: days around every boundary, all situations, 0 to 4 identities."""
    first = min(window.first for window in pack.windows.values()) - timedelta(days=20)
    days = [first + timedelta(days=chance.randrange(480)) for _ in range(12)]
    days += [edge + timedelta(days=shift) for w in pack.windows.values() for edge in w.span for shift in (-1, 0, 1)]
    for _ in range(people):
        paid = chance.choice(days) if chance.random() < 0.8 else None
        born = chance.choice(
            [
                date(1940 + chance.randrange(80), 1 + chance.randrange(12), 1 + chance.randrange(28)),
                first + timedelta(days=chance.randrange(-100, 300)),
            ]
        )
        situation = chance.choice(["general"] * 6 + list(Registration.Situation.values))
        registration = {
            "situation": situation,
            "student": chance.choice(Registration.Student.values),
            "tier": chance.choice([1, 1, 2]),
            "employee_cover_years": chance.randrange(4),
            "employee_cover_ended_on": chance.choice([None, first + timedelta(days=chance.randrange(-200, 400))]),
        }
        person = make(
            paid=paid if paid and paid >= born else None,
            year=pack.coverage_year,
            born=born,
            registration=registration if chance.random() < 0.6 else None,
        )
        for category in chance.sample(Category.values, chance.choice([0, 0, 1, 1, 2, 4])):
            determined_on = max(first + timedelta(days=chance.randrange(-700, 400)), born)
            make_mark(
                person,
                category,
                determined_on,
                marked_on=determined_on + timedelta(days=chance.choice([0, 3, 40])),
                ended_on=chance.choice([None, None, determined_on + timedelta(days=chance.randrange(0, 500))]),
            )


@pytest.mark.parametrize("policy", available())
@pytest.mark.parametrize("seed", range(3))
def test_equals_the_quote_person_by_person(policy, seed, tree, system, resident, decide_area):
    pack = load(policy)
    year = pack.coverage_year
    set_season(region=tree[PINGLI], coverage_year=year, pack_id=policy, by=system, on=LAST_WEEK)
    chance = random.Random(f"{policy}-{seed}")
    _populate(chance, resident, pack, 60)
    on = pack.year.first + timedelta(days=chance.randrange(-60, 200))
    decide_area(year=year, on=on)
    decided = 0
    for decision in Decision.objects.select_related("answer__pack_version").prefetch_related("person__marks"):
        facts = _facts(decision.person, year, on, policy)
        expected = quote(facts, pack).as_json()
        assert decision.answer.quote == expected, facts
        assert replay(decision).quote.as_json() == decision.answer.quote
        decided += 1
    born = Person.objects.filter(birth_date__lte=on).count()
    assert 30 <= decided <= born


def test_an_answer_holds_what_its_quote_says(resident, decide_area):
    resident(paid=PAID, unstable_exit=date(2020, 1, 1))
    decide_area()
    answer = Answer.objects.get()
    said = answer.quote
    assert f"{answer.assistance_fen / 100:.2f}" == said["assistance"]["amount"]
    assert f"{answer.subsidy_fen / 100:.2f}" == said["fiscal_subsidy"]["total"]
    funds = {fund.fund: f"{fund.amount_fen / 100:.2f}" for fund in answer.funds.filter(purpose="assistance")}
    assert funds == said["assistance"]["funds"]
    assert answer.pack_version_id == pack_for(VILLAGE, 2022, on=LAST_WEEK).version
