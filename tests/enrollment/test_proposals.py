"""What lists of other departments mean for enrolments: ends by rule, proposals, facts for the rules."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.queries import system_staff
from accounts.roles import Role
from enrollment import services
from enrollment.models import EmployeeCover, Entitlement, Person, Proposal, Registration, School, Schooling
from notices.models import Season
from tests.deliveries import reasons
from tests.factories import PINGLI, make_id_number

VILLAGE = "610926102200"
ON = date(2022, 4, 1)


def population(someone, status, status_on):
    return [[someone.name, someone.id_number, VILLAGE, "", "", status, status_on]]


def employee(someone, change, changed_on, years=""):
    return [[someone.name, someone.id_number, "某公司", change, changed_on, years]]


@pytest.mark.clause("PL-7.5")
@pytest.mark.parametrize(("word", "reason"), [("死亡", "death"), ("参军", "enlisted"), ("服刑", "in_prison")])
def test_death_enlistment_and_prison_in_the_year_end_the_enrolment_by_rule(deliver, enrolled, word, reason):
    deliver("population", population(enrolled, word, "2022-03-10"), on=ON)
    registration = Registration.objects.get()
    assert (registration.ended_on, registration.end_reason) == (date(2022, 3, 10), reason)
    benefits = Entitlement.objects.get(superseded_on=None)
    assert (benefits.ends_on, benefits.clauses) == (date(2022, 3, 9), "PL-4.1 PL-7.5")
    proposal = Proposal.objects.get()
    assert (proposal.status, proposal.clauses) == ("by_rule", "PL-7.5")


def test_what_staff_took_back_is_not_done_by_rule_again(deliver, enrolled):
    deliver("population", population(enrolled, "死亡", "2022-03-10"), on=ON)
    assert services.undo_proposal(proposal=Proposal.objects.get(), by=system_staff(), on=ON)
    assert Registration.objects.get().ended_on is None
    other = ["李四", make_id_number("610926", date(1980, 1, 2)), VILLAGE, "", "", "", ""]
    deliver("population", [*population(enrolled, "死亡", "2022-03-10"), other], on=ON)
    assert Registration.objects.get().ended_on is None
    assert Proposal.objects.get().status == "undone"


@pytest.mark.parametrize(
    ("word", "day"), [("死亡", "2021-12-20"), ("迁出", "2022-03-10"), ("迁出", "2021-12-20"), ("参军", "2021-10-01")]
)
def test_before_the_year_and_for_a_move_a_person_decides(deliver, enrolled, word, day):
    deliver("population", population(enrolled, word, day), on=ON)
    proposal = Proposal.objects.get()
    assert (proposal.status, proposal.event_on, proposal.person) == ("open", date.fromisoformat(day), enrolled)
    assert Registration.objects.get().ended_on is None


def test_without_a_notice_a_person_decides(deliver, enrolled):
    Season.objects.all().delete()
    deliver("population", population(enrolled, "死亡", "2022-03-10"), on=ON)
    assert Proposal.objects.get().status == "open"


def test_an_event_after_the_year_says_nothing_of_it(deliver, enrolled):
    deliver("population", population(enrolled, "死亡", "2023-01-10"), on=date(2023, 2, 1))
    assert not Proposal.objects.exists()


@pytest.mark.clause("PL-2.5")
@pytest.mark.clause("PL-7.3a")
def test_new_employee_insurance_of_an_enrolled_person_is_proposed_and_accepted(deliver, enrolled):
    batch = deliver("employee_cover", employee(enrolled, "新参保", "2022-03-01", "0"), on=ON)
    assert (batch.status, batch.changed) == ("merged", 1)
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.status, proposal.clauses) == ("employee_cover", "open", "PL-2.5 PL-7.3a")
    assert services.accept_proposals(proposals=[proposal.pk], by=system_staff(), on=ON) == 1
    assert services.accept_proposals(proposals=[proposal.pk], by=system_staff(), on=ON) == 0
    registration = Registration.objects.get()
    assert (registration.ended_on, registration.end_reason) == (date(2022, 3, 1), "employee_insurance")
    assert AuditEntry.objects.filter(verb="enrollment.accept_proposal").count() == 1


def test_a_payment_of_somebody_in_employee_insurance_is_proposed(deliver, person, season):
    someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
    deliver("employee_cover", employee(someone, "新参保", "2020-03-01"), on=ON)
    assert not Proposal.objects.exists()
    deliver("payments", [["R1", someone.name, someone.id_number, VILLAGE, "2022", "1", "320", "2021-11-05", ""]])
    proposal = Proposal.objects.get()
    services.accept_proposals(proposals=[proposal.pk], by=system_staff(), on=ON)
    registration = Registration.objects.get()
    assert registration.ended_on == registration.registered_on == date(2021, 11, 5)


def payment(someone, receipt, paid_on):
    return [[receipt, someone.name, someone.id_number, VILLAGE, "2022", "1", "320", paid_on, ""]]


@pytest.mark.clause("PL-7.5")
def test_a_payment_that_comes_after_the_list_of_deaths_ends_as_well(deliver, person, season):
    someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6), status="dead", status_on=date(2022, 3, 10))
    deliver("payments", payment(someone, "R1", "2021-11-05"), on=ON)
    assert Registration.objects.get().ended_on == date(2022, 3, 10)
    assert Proposal.objects.get().status == "by_rule"


def test_who_pays_after_the_event_has_perhaps_come_back(deliver, person, season):
    someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6), status="enlisted", status_on=date(2022, 3, 10))
    deliver("payments", payment(someone, "R1", "2022-09-05"), on=date(2022, 9, 10))
    assert Registration.objects.get().ended_on is None
    assert Proposal.objects.get().status == "open"


class TestEmployeeCover:
    def test_joining_and_leaving_make_a_spell(self, deliver, person):
        someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
        deliver("employee_cover", employee(someone, "新参保", "2020-03-01"), on=ON)
        deliver("employee_cover", employee(someone, "停保", "2022-02-01", "2"), on=ON)
        spell = EmployeeCover.objects.get()
        assert (spell.started_on, spell.ended_on, spell.years) == (date(2020, 3, 1), date(2022, 2, 1), 2)

    @pytest.mark.parametrize(
        "lists", [[["joins", "leaves"]], [["leaves"], ["joins"]], [["joins"], ["leaves"], ["joins"]]]
    )
    def test_who_left_is_not_insured_whatever_comes_first(self, deliver, person, lists):
        someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
        rows = {
            "joins": employee(someone, "新参保", "2021-01-10"),
            "leaves": employee(someone, "停保", "2021-09-10", "3年"),
        }
        for words in lists:
            assert deliver("employee_cover", [row for word in words for row in rows[word]], on=ON).refused == 0
        spell = EmployeeCover.objects.get()
        assert (spell.started_on, spell.ended_on, spell.years) == (date(2021, 1, 10), date(2021, 9, 10), 3)

    def test_nobody_joins_within_a_spell_that_is_over(self, deliver, person):
        someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
        deliver("employee_cover", employee(someone, "新参保", "2021-01-10"), on=ON)
        deliver("employee_cover", employee(someone, "停保", "2021-09-10"), on=ON)
        batch = deliver("employee_cover", employee(someone, "新参保", "2021-05-01"), on=ON)
        assert reasons(batch) == {2: [("changed_on", "left_since")]}

    def test_an_end_that_comes_late_overtakes_the_proposal(self, deliver, person, season):
        someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
        deliver("employee_cover", employee(someone, "新参保", "2020-03-01"), on=ON)
        deliver("payments", payment(someone, "R1", "2021-11-05"), on=ON)
        assert Proposal.objects.get().status == "open"
        deliver("employee_cover", employee(someone, "停保", "2021-10-01", "1"), on=ON)
        assert (Proposal.objects.get().status, Registration.objects.get().situation) == ("lapsed", "employee_lapsed")

    def test_both_in_one_list_in_any_order_and_again(self, deliver, person):
        someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
        rows = [*employee(someone, "新参保", "2022-03-01"), *employee(someone, "停保", "2022-02-01", "5")]
        deliver("employee_cover", rows, on=ON)
        again = deliver("employee_cover", rows[::-1], on=ON)
        assert again.changed == 0
        assert list(EmployeeCover.objects.order_by("pk").values_list("started_on", "ended_on")) == [
            (None, date(2022, 2, 1)),
            (date(2022, 3, 1), None),
        ]

    def test_people_whom_the_register_does_not_know_are_kept_without_entering_it(self, deliver, person):
        number = make_id_number("610926", date(1980, 1, 2))
        batch = deliver("employee_cover", [["李四", number, "某公司", "停保", "2022-02-01", "3"]], on=ON)
        assert (batch.accepted, EmployeeCover.objects.count(), Person.objects.count()) == (1, 1, 0)

    @pytest.mark.clause("SL-4.2.1")
    def test_lapsed_cover_becomes_a_fact_of_the_registration(self, deliver, person):
        someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
        deliver("employee_cover", employee(someone, "停保", "2022-02-01", "3"), on=ON)
        pay = [["R1", someone.name, someone.id_number, VILLAGE, "2022", "1", "320", "2022-03-05", ""]]
        deliver("payments", pay, on=ON)
        registration = Registration.objects.get()
        assert (registration.situation, registration.employee_cover_ended_on, registration.employee_cover_years) == (
            "employee_lapsed",
            date(2022, 2, 1),
            3,
        )

    def test_an_end_before_its_beginning_is_refused(self, deliver, person):
        someone = person(VILLAGE, name="王小明", born=date(1970, 5, 6))
        deliver("employee_cover", employee(someone, "新参保", "2022-03-01"), on=ON)
        batch = deliver("employee_cover", employee(someone, "停保", "2022-02-01"), on=ON)
        assert reasons(batch) == {2: [("changed_on", "left_before_joining")]}


class TestStudents:
    def test_schools_and_people_enter_and_the_stage_becomes_a_fact(self, deliver, tree):
        number = make_id_number("610926", date(2003, 1, 2))
        rows = [["李四", number, "安康学院", "大学", "2021-09-01", "2025-07-01"]]
        batch = deliver("students", rows, on=ON)
        assert (batch.status, batch.changed, School.objects.get().name) == ("merged", 1, "安康学院")
        assert Person.objects.get().region_id == PINGLI
        deliver("payments", [["R1", "李四", number, VILLAGE, "2022", "1", "320", "2021-11-05", ""]], on=ON)
        registration = Registration.objects.get()
        assert (registration.student, registration.situation) == ("college", "college_student")
        assert deliver("students", rows, name="再.csv", on=ON).status == "unchanged"

    def test_a_pupil_who_moves_up_is_at_one_school(self, deliver, enrolled):
        first = [[enrolled.name, enrolled.id_number, "一小", "小学", "2016-09-01", ""]]
        deliver("students", first, on=ON)
        assert Registration.objects.get().student == "school"
        deliver("students", [[enrolled.name, enrolled.id_number, "一中", "初中", "2022-09-01", ""]], on=ON)
        schooling = Schooling.objects.get()
        assert (schooling.school.name, schooling.stage, schooling.entered_on) == ("一中", "junior", date(2022, 9, 1))
        assert Registration.objects.get().situation == "general"

    def test_two_schools_in_one_list_contradict(self, deliver, enrolled):
        rows = [[enrolled.name, enrolled.id_number, school, "小学", "", ""] for school in ("一小", "二小")]
        batch = deliver("students", rows, on=ON)
        assert reasons(batch) == {n: [("id_number", "rows_contradict")] for n in (2, 3)}


class TestPage:
    @pytest.fixture
    def proposal(self, deliver, enrolled):
        deliver("population", population(enrolled, "迁出", "2022-03-10"), on=ON)
        return Proposal.objects.get()

    def test_one_is_rejected_and_taken_back_and_accepted(self, client, staff, proposal):
        client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
        page = client.get(reverse("enrollment:proposals")).content.decode()
        assert "王小明" in page
        assert proposal.person.id_number not in page
        sent = {"proposal": [proposal.pk], "verb": "reject"}
        client.post(reverse("enrollment:decide_proposals"), sent)
        proposal.refresh_from_db()
        assert proposal.status == "rejected"
        client.post(reverse("enrollment:undo_proposal", args=[proposal.pk]))
        client.post(reverse("enrollment:decide_proposals"), {**sent, "verb": "accept"})
        assert Registration.objects.get().end_reason == "other_area"
        done = client.get(reverse("enrollment:proposals"), {"status": "accepted"}).content.decode()
        assert "王小明" in done

    def test_staff_of_another_county_neither_see_nor_decide_it(self, client, staff, proposal):
        client.force_login(staff(Role.COUNTY_AGENT, "341323000000"))
        assert "王小明" not in client.get(reverse("enrollment:proposals")).content.decode()
        client.post(reverse("enrollment:decide_proposals"), {"proposal": [proposal.pk], "verb": "accept"})
        assert client.post(reverse("enrollment:undo_proposal", args=[proposal.pk])).status_code == 404
        proposal.refresh_from_db()
        assert proposal.status == "open"

    def test_the_workbench_counts_it(self, proposal, staff):
        from enrollment.queries import open_proposals

        assert open_proposals(staff(Role.COUNTY_AGENT, PINGLI)) == 1
        assert open_proposals(staff(Role.COUNTY_AGENT, "341323000000")) == 0
