"""What `decide` writes, for whom, and what stands of it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.models import Entitlement, Person, Registration
from enrollment.services import end_registration
from notices.queries import NoNotice
from notices.services import set_season
from subsidies.models import Answer, Decision, DecisionRun, IdentityMark
from subsidies.services import DecisionRefused, deciding
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


def test_answers_and_runs_cannot_be_taken_away(resident, decide_area):
    person = resident(paid=PAID)
    decide_area()
    for rows in (Answer.objects.all(), DecisionRun.objects.all(), person.payments.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.update(charged_fen=0)


def test_marks_of_nobody_else_are_read(resident, decide_area):
    resident(ZHUJI_VILLAGE, dibao=date(2020, 1, 1))
    person = resident(paid=PAID)
    decide_area()
    assert IdentityMark.objects.count() == 1
    assert current(person).answer.category == ""
