"""What `decide` writes, that it equals the policy's own answer for every person, and that nothing is done twice."""

import random
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.models import Entitlement, Person, Registration
from enrollment.services import end_registration
from notices.queries import NoNotice, pack_for
from notices.services import set_season
from policy.facts import Facts, Identity
from policy.pack import available, load
from policy.quote import quote
from subsidies.models import Answer, Category, Decision, DecisionRun, IdentityMark
from subsidies.queries.decisions import replay
from subsidies.services import DecisionInProgress, DecisionRefused, LeaseLost, carry_out, claim, deciding
from subsidies.services.runs import LEASE
from tests.factories import PINGLI, ZHUJI
from tests.subsidies.conftest import LAST_WEEK, NEXT_VILLAGE, VILLAGE, ZHUJI_VILLAGE, make_mark, make_payment

PAID = date(2021, 11, 1)


def current(person, year=2022):
    return Decision.objects.get(person=person, coverage_year=year, superseded_by=None)


def counts(run):
    return run.people, run.decided, run.undetermined, run.changed


@pytest.mark.clause("PL-3.1.2")
def test_decides_by_identity_and_payment(resident, decide_area):
    general = resident(paid=PAID)
    dibao = resident(paid=PAID, dibao=date(2020, 1, 1))
    run = decide_area()
    assert counts(run) == (2, 2, 0, 2)
    assert current(general).answer.charged_fen == 32_000
    answer = current(dibao).answer
    assert (answer.category, answer.assistance_fen, answer.charged_fen, answer.reimbursed_fen) == (
        "dibao",
        16_000,
        32_000,
        16_000,
    )
    assert current(dibao).payment == dibao.payments.get()


@pytest.mark.clause("JL-2.1")
def test_sums_are_over_decisions_that_rest_on_a_payment(resident, decide_area):
    resident(paid=PAID, dibao=date(2020, 1, 1))
    resident(dibao=date(2020, 1, 1))
    run = decide_area()
    assert run.decided == 2
    assert run.result == {
        "assistance": {"medical_assistance": "160.00"},
        "fiscal_subsidy": {"central": "464.00", "city": "5.80", "county": "52.20", "province": "58.00"},
    }


@pytest.mark.clause("ZJ-3.2")
def test_a_subsidy_without_a_split_stands_under_unsplit(resident, decide_area):
    resident(ZHUJI_VILLAGE, paid=date(2022, 11, 1), amount=350, year=2023)
    run = decide_area(ZHUJI, 2023, date(2022, 12, 26))
    assert run.result["fiscal_subsidy"] == {"unsplit": "610.00"}


def test_who_has_not_paid_is_decided_for_as_if_paying_today(resident, decide_area):
    person = resident(tekun=date(2020, 1, 1))
    decide_area()
    assert current(person).payment is None
    assert current(person).answer.assistance_fen == 32_000


def test_the_dead_the_gone_and_the_unborn_are_left_out_unless_they_paid(resident, decide_area):
    paid = resident(paid=PAID)
    for person, status in ((resident(), "dead"), (resident(), "moved_out"), (paid, "dead")):
        Person.objects.filter(pk=person.pk).update(status=status, status_on=date(2021, 12, 1))
    resident(born=date(2021, 12, 31))
    assert decide_area().people == 1
    assert current(paid).answer.outcome == "enrolled"


def test_the_place_of_enrolment_decides_whose_area_a_person_is_in(resident, decide_area):
    elsewhere = resident(VILLAGE, paid=PAID, paid_at="341323117205")
    registered = resident(ZHUJI_VILLAGE, registration={"region": VILLAGE})
    here = resident(VILLAGE)
    assert decide_area().people == 2
    assert {each.person for each in Decision.objects.all()} == {registered, here}
    assert not Decision.objects.filter(person=elsewhere).exists()


def test_of_two_payments_the_earliest_standing_one_counts(resident, decide_area):
    person = resident(paid=date(2021, 11, 10))
    first = make_payment(person, PAID, region=NEXT_VILLAGE)
    decide_area()
    assert (current(person).payment, current(person).region_id) == (first, NEXT_VILLAGE)


def test_a_second_run_changes_nothing(resident, decide_area):
    resident(paid=PAID, dibao=date(2020, 1, 1))
    resident()
    first = decide_area()
    again = decide_area()
    assert (again.people, again.changed) == (first.people, 0)
    assert again.result == first.result
    assert Decision.objects.count() == 2
    assert Answer.objects.count() == 2


def test_another_day_with_the_same_answer_changes_nothing(resident, decide_area):
    resident()
    decide_area()
    assert decide_area(on=LAST_WEEK + timedelta(days=2)).changed == 0


def test_what_changes_supersedes_and_is_kept(resident, decide_area):
    person = resident(paid=PAID)
    other = resident(paid=PAID)
    first = decide_area()
    make_mark(person, "dibao", date(2020, 1, 1))
    second = decide_area()
    assert second.changed == 1
    old, new = Decision.objects.filter(person=person).order_by("pk")
    assert (old.run, old.superseded_by, new.run, new.superseded_by) == (first, second, second, None)
    assert Decision.objects.filter(person=other).count() == 1


def test_a_reversed_payment_takes_the_decision_back(resident, decide_area):
    person = resident(paid=PAID, dibao=date(2020, 1, 1))
    decide_area()
    person.payments.update(reversed_on=date(2021, 12, 1))
    run = decide_area()
    assert run.changed == 1
    assert current(person).payment is None
    assert run.result["assistance"] == {}
    assert not Entitlement.objects.filter(person=person, superseded_on=None).exists()


def test_who_dies_before_paying_is_no_longer_decided_for(resident, decide_area):
    person = resident()
    decide_area()
    Person.objects.filter(pk=person.pk).update(status="dead", status_on=date(2021, 12, 1))
    run = decide_area()
    assert counts(run) == (0, 0, 0, 1)
    assert not Decision.objects.filter(person=person, superseded_by=None).exists()


def test_facts_that_contradict_themselves_are_counted_not_decided(resident, decide_area):
    person = resident(paid=PAID)
    decide_area()
    Person.objects.filter(pk=person.pk).update(birth_date=date(2021, 12, 1))
    run = decide_area()
    assert counts(run) == (1, 0, 1, 1)
    assert run.unreadable == 1
    assert not Decision.objects.filter(person=person, superseded_by=None).exists()


@pytest.mark.clause("TN-4.3")
def test_a_figure_of_another_document_is_undetermined(tree, resident, decide_area, system):
    set_season(region=tree[PINGLI], coverage_year=2023, pack_id="tongnan-2023", by=system, on=LAST_WEEK)
    resident(paid=date(2022, 11, 1), year=2023, dibao=date(2020, 1, 1))
    run = decide_area(year=2023, on=date(2022, 12, 20))
    assert counts(run) == (1, 0, 1, 1)
    assert run.result["assistance"] == {}


@pytest.mark.clause("SL-5.2")
def test_entitlement_is_recorded_with_its_clauses(resident, decide_area):
    person = resident(paid=PAID)
    decide_area()
    record = Entitlement.objects.get(person=person)
    assert (record.starts_on, record.ends_on) == (date(2022, 1, 1), date(2022, 12, 31))
    assert (record.payment, record.region_id) == (person.payments.get(), VILLAGE)
    assert "PL-4.0" in record.clauses.split()
    decide_area()
    assert Entitlement.objects.count() == 1


def test_an_ended_registration_keeps_its_cut_off_entitlement(resident, decide_area, staff):
    person = resident(paid=PAID, registration={})
    decide_area()
    registration = Registration.objects.get(person=person)
    officer = staff(Role.COUNTY_AGENT, PINGLI)
    end_registration(
        registration=registration,
        reason=Registration.EndReason.DEATH,
        ended_on=date(2021, 12, 10),
        why="死亡证明",
        by=officer,
        on=LAST_WEEK,
    )
    decide_area()
    assert not Entitlement.objects.filter(person=person, superseded_on=None).exists()


def test_the_audit_trail_tells_who_decided(resident, decide_area, system):
    resident()
    run = decide_area()
    entry = AuditEntry.objects.get(verb="subsidies.decide")
    assert (entry.by, entry.object_id, entry.region_id, entry.after["changed"]) == (system, str(run.pk), PINGLI, 1)


def test_without_a_notice_the_run_fails_and_says_for_which_place(tree, system, resident, decide_area):
    resident()
    with pytest.raises(NoNotice, match=r"610926102200.*2024"):
        decide_area(year=2024)
    run = DecisionRun.objects.get()
    assert (run.status, "2024" in run.reason) == ("failed", True)


def test_only_ones_own_area_is_decided_for(seasons, staff):
    officer = staff(Role.COUNTY_AGENT, "610926102000")
    with pytest.raises(DecisionRefused):
        deciding.decide(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=officer)


# Equal to the policy, person by person


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


def test_answers_and_runs_cannot_be_taken_away(resident, decide_area):
    person = resident(paid=PAID)
    decide_area()
    for rows in (Answer.objects.all(), DecisionRun.objects.all(), person.payments.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.update(charged_fen=0)


# Interrupted, taken over, twice at once


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(deciding, "CHUNK", 2)


def _break_after(chunks):
    """A progress callback that raises when so many chunks are done."""
    calls = []

    def progress(done, people):
        calls.append(done)
        if len(calls) > chunks:
            raise ConnectionResetError

    return progress


def test_a_run_that_broke_off_goes_on_with_the_next_chunk(resident, seasons, system, small_chunks):
    for _ in range(5):
        resident(paid=PAID)
    area = {"region": seasons[PINGLI], "coverage_year": 2022, "on": LAST_WEEK, "by": system}
    with pytest.raises(ConnectionResetError):
        deciding.decide(**area, progress=_break_after(2))
    broken = DecisionRun.objects.get()
    assert (broken.status, broken.done, Decision.objects.count()) == ("waiting", 4, 4)
    run = deciding.decide(**area)
    assert (run.pk, counts(run), run.attempts) == (broken.pk, (5, 5, 0, 5), 2)
    assert Decision.objects.count() == 5
    assert Entitlement.objects.count() == 5


def test_a_worker_that_lost_its_lease_writes_nothing(resident, seasons, system):
    resident(paid=PAID)
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    assert claim(run)
    DecisionRun.objects.filter(pk=run.pk).update(fence=run.fence + 1)
    with pytest.raises(LeaseLost):
        carry_out(run)
    assert not Decision.objects.exists()


def test_a_run_that_is_held_is_not_taken_by_another(resident, seasons, system, decide_area):
    resident()
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    assert claim(run)
    assert not claim(DecisionRun.objects.get(pk=run.pk))
    with pytest.raises(DecisionInProgress):
        decide_area()


def test_a_lease_that_ran_out_or_lies_in_the_future_holds_nothing(seasons, system):
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    for shift in (-2 * LEASE, timedelta(hours=1)):
        assert claim(run)
        DecisionRun.objects.filter(pk=run.pk).update(lease_until=run.lease_until + shift)


def test_three_deaths_set_a_run_aside(seasons, system, resident):
    resident()
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system, attempts=3)
    assert deciding.run_next(lambda: False)
    run.refresh_from_db()
    assert (run.status, bool(run.reason)) == ("failed", True)
    assert not deciding.run_next(lambda: False)


def test_the_worker_takes_runs_from_the_queue_and_stops_when_asked(seasons, system, resident, small_chunks):
    for _ in range(5):
        resident(paid=PAID)
    run = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=LAST_WEEK, by=system)
    asked = iter([False, False, True])
    assert deciding.run_next(lambda: next(asked))
    run.refresh_from_db()
    assert (run.status, run.attempts, run.done) == ("waiting", 0, 4)
    assert deciding.run_next(lambda: False)
    run.refresh_from_db()
    assert (run.status, run.decided) == ("done", 5)


def test_another_day_replaces_a_run_that_waits(seasons, system, resident, decide_area):
    resident()
    waiting = DecisionRun.objects.create(region=seasons[PINGLI], coverage_year=2022, on=date(2021, 12, 1), by=system)
    run = decide_area()
    waiting.refresh_from_db()
    assert (waiting.status, run.on, run.status) == ("failed", LAST_WEEK, "done")


def test_marks_of_nobody_else_are_read(resident, decide_area):
    resident(ZHUJI_VILLAGE, dibao=date(2020, 1, 1))
    person = resident(paid=PAID)
    decide_area()
    assert IdentityMark.objects.count() == 1
    assert current(person).answer.category == ""
