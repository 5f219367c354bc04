"""Who is normal again in the list of the police: what an earlier list brought is put to a person once more."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.queries import system_staff
from accounts.roles import Role
from enrollment import services
from enrollment.models import Proposal, Registration
from tests.deliveries import Door
from tests.factories import PINGLI

VILLAGE = "610926102200"
ON = date(2022, 4, 1)


@pytest.fixture
def police(deliver: Door, enrolled):
    """The police list the person: police("死亡", "2022-03-10")."""

    def police(status, status_on="", on=ON):
        return deliver("population", [[enrolled.name, enrolled.id_number, VILLAGE, "", "", status, status_on]], on=on)

    return police


def back():
    return Proposal.objects.get(kind="back_to_normal")


def accept(proposal):
    return services.accept_proposals(proposals=[proposal.pk], by=system_staff(), on=ON)


@pytest.mark.clause("PL-7.5")
@pytest.mark.parametrize(("word", "reason"), [("死亡", "death"), ("参军", "enlisted"), ("服刑", "in_prison")])
def test_a_return_restores_nothing_by_itself_but_is_put_to_a_person(police, word, reason):
    police(word, "2022-03-10")
    police("正常")
    registration = Registration.objects.get()
    assert registration.end_reason == reason
    proposal = back()
    assert (proposal.status, proposal.event_on, proposal.end_reason, proposal.clauses) == (
        "open",
        date(2022, 3, 10),
        reason,
        "PL-7.5",
    )


def test_accepted_it_stands_again_and_taken_back_it_ends_as_it_had(police):
    police("死亡", "2022-03-10")
    police("正常")
    assert accept(back()) == 1
    registration = Registration.objects.get()
    assert (registration.ended_on, registration.end_reason) == (None, "")
    assert Proposal.objects.get(kind="death").status == "lapsed"
    assert services.undo_proposal(proposal=back(), by=system_staff(), on=ON)
    registration.refresh_from_db()
    assert (registration.ended_on, registration.end_reason) == (date(2022, 3, 10), "death")
    assert back().status == "undone"


def test_the_same_report_after_that_is_put_to_a_person_and_not_done_by_rule(police):
    police("死亡", "2022-03-10")
    police("正常")
    accept(back())
    police("死亡", "2022-03-10")
    assert Registration.objects.get().ended_on is None
    assert Proposal.objects.get(kind="death").status == "open"


def test_a_move_that_was_accepted_is_proposed_back(police):
    police("迁出", "2022-03-10")
    accept(Proposal.objects.get())
    police("正常")
    assert (back().end_reason, back().clauses) == ("other_area", "")


def test_what_nobody_decided_lapses(police):
    police("迁出", "2022-03-10")
    police("正常")
    assert list(Proposal.objects.values_list("kind", "status")) == [("moved_out", "lapsed")]
    police("迁出", "2022-03-10")
    assert Proposal.objects.get().status == "open"


def test_away_once_more_before_the_decision_it_lapses(police):
    police("死亡", "2022-03-10")
    police("正常")
    police("死亡", "2022-03-10")
    assert back().status == "lapsed"
    police("正常")
    assert back().status == "open"


def test_rejected_it_is_not_proposed_again(police):
    police("死亡", "2022-03-10")
    police("正常")
    services.reject_proposals(proposals=[back().pk], by=system_staff(), on=ON)
    police("死亡", "2022-03-10")
    police("正常")
    assert back().status == "rejected"


def test_whoever_was_registered_anew_is_not_reopened(police, enrolled):
    police("服刑", "2022-03-10")
    police("正常")
    Registration.objects.create(person=enrolled, coverage_year=2022, region_id=VILLAGE, registered_on=ON)
    with pytest.raises(ValidationError):
        accept(back())
    assert back().status == "open"


def test_an_end_that_staff_changed_since_is_looked_at_first(police):
    police("死亡", "2022-03-10")
    police("正常")
    Registration.objects.update(ended_on=date(2022, 3, 20))
    with pytest.raises(ValidationError, match="王小明"):
        accept(back())


def test_a_year_that_is_over_is_not_reopened(police):
    police("服刑", "2022-03-10")
    police("正常", on=date(2023, 2, 1))
    assert not Proposal.objects.filter(kind="back_to_normal").exists()


def test_the_page_says_what_stands_and_what_the_clause_means(client, staff, police):
    police("死亡", "2022-03-10")
    police("正常")
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    text = client.get(reverse("enrollment:proposals")).content.decode()
    assert "2022-03-10" in text
    assert "PL-7.5" in text
    client.post(reverse("enrollment:decide_proposals"), {"proposal": [back().pk], "verb": "accept"})
    assert Registration.objects.get().ended_on is None
