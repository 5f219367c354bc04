"""Marks by hand: added, ended and taken back with their trace."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEntry
from accounts.roles import Role
from subsidies.models import IdentityMark
from subsidies.services import add_mark, end_mark, take_back
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK, make_mark


@pytest.fixture
def clerk(staff):
    return staff(Role.COUNTY_AGENT, PINGLI)


@pytest.fixture
def add(clerk):
    def add(person, category="dibao", determined_on=date(2021, 9, 1), why="民政局2021年3号", on=LAST_WEEK):
        return add_mark(person=person, category=category, determined_on=determined_on, why=why, by=clerk, on=on)

    return add


@pytest.mark.clause("SL-3.2")
def test_a_mark_by_hand_stands_from_today(resident, add):
    mark = add(resident())
    assert (mark.determined_on, mark.marked_on, mark.batch) == (date(2021, 9, 1), LAST_WEEK, None)
    assert AuditEntry.objects.get(verb="subsidies.add_mark").why == "民政局2021年3号"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"determined_on": LAST_WEEK + timedelta(days=1)}, "determined_on"),
        ({"determined_on": date(1979, 1, 1)}, "determined_on"),
        ({"why": "  "}, "why"),
        ({"category": "tekun"}, "category"),
        ({"category": "orphan", "determined_on": date(2015, 6, 1)}, "determined_on"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(resident, add, given, field):
    person = resident(tekun=date(2020, 1, 1))
    make_mark(person, "orphan", date(2015, 1, 1), ended_on=date(2016, 1, 1))
    with pytest.raises(ValidationError) as refusal:
        add(person, **given)
    assert list(refusal.value.message_dict) == [field]
    assert not AuditEntry.objects.filter(verb="subsidies.add_mark").exists()


def test_an_ended_identity_may_begin_again(resident, add):
    person = resident()
    make_mark(person, "dibao", date(2015, 1, 1), ended_on=date(2016, 1, 1))
    add(person, determined_on=date(2016, 1, 1))
    assert person.marks.count() == 2


def test_ending_a_mark(resident, clerk):
    mark = resident(dibao=date(2020, 1, 1)).marks.get()
    end_mark(mark=mark, ended_on=date(2021, 12, 1), why="民政局2021年9号", by=clerk, on=LAST_WEEK)
    mark.refresh_from_db()
    assert mark.ended_on == date(2021, 12, 1)
    with pytest.raises(ValidationError):
        end_mark(mark=mark, ended_on=date(2021, 12, 5), why="再次", by=clerk, on=LAST_WEEK)


def test_a_mark_cannot_end_before_it_began(resident, clerk):
    mark = resident(dibao=date(2020, 1, 1)).marks.get()
    with pytest.raises(ValidationError) as refusal:
        end_mark(mark=mark, ended_on=date(2019, 12, 31), why="民政局", by=clerk, on=LAST_WEEK)
    assert "ended_on" in refusal.value.message_dict


def test_a_slip_is_taken_back_the_same_day(resident, add, clerk):
    mark = add(resident())
    assert take_back(mark=mark, by=clerk, on=LAST_WEEK) is None
    assert not IdentityMark.objects.exists()
    assert AuditEntry.objects.get(verb="subsidies.take_back").before["category"] == "dibao"


def test_an_end_is_taken_back_the_same_day(resident, clerk):
    mark = resident(dibao=date(2020, 1, 1)).marks.get()
    end_mark(mark=mark, ended_on=date(2021, 12, 1), why="民政局", by=clerk, on=LAST_WEEK)
    assert take_back(mark=mark, by=clerk, on=LAST_WEEK).ended_on is None
    with pytest.raises(ValidationError):
        take_back(mark=mark, by=clerk, on=LAST_WEEK)


def test_the_next_day_is_too_late(resident, add, clerk):
    mark = add(resident())
    with pytest.raises(ValidationError):
        take_back(mark=mark, by=clerk, on=LAST_WEEK + timedelta(days=1))
    assert IdentityMark.objects.exists()


def test_what_a_list_brought_cannot_be_taken_back(resident, clerk):
    mark = resident(dibao=LAST_WEEK).marks.get()
    with pytest.raises(ValidationError):
        take_back(mark=mark, by=clerk, on=LAST_WEEK)
