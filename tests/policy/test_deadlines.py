"""When lists are owed, and how each time stands on a day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from policy.deadlines import Arrival, Occurrence, State, in_force, occurrences, standing, told_by
from policy.pack import Amendment, apply_amendments, load
from policy.workdays import UnknownYear

SHANGLUO, PINGLI, ZHUJI, TONGNAN, JILIN = (
    load(each) for each in ("shangluo-2024", "pingli-2022", "zhuji-2023", "tongnan-2023", "jilin-2023")
)


def owed(pack, name):
    return occurrences(pack.duties.report_deadlines[name], pack)


@pytest.mark.clause("SL-3.1")
def test_by_the_fifth_of_september_and_by_the_eighth_to_the_city():
    (august,), (city,) = owed(SHANGLUO, "lists_of_august"), owed(SHANGLUO, "lists_to_the_city")
    assert (august.due_on, city.due_on) == (date(2023, 9, 5), date(2023, 9, 8))
    deadlines = SHANGLUO.duties.report_deadlines
    assert not deadlines["lists_of_august"].outgoing
    assert deadlines["lists_to_the_city"].outgoing


@pytest.mark.clause("SL-6.2d")
@pytest.mark.parametrize(
    ("recognised", "last"),
    [
        (date(2023, 9, 4), date(2023, 9, 11)),
        # 29 September to 6 October off; Saturday 7 and Sunday 8 October worked in exchange.
        (date(2023, 9, 28), date(2023, 10, 11)),
        (date(2023, 9, 29), date(2023, 10, 11)),
        (date(2023, 10, 6), date(2023, 10, 11)),
        (date(2023, 10, 7), date(2023, 10, 12)),
    ],
)
def test_five_working_days_after_a_recognition_around_the_national_day(recognised, last):
    assert told_by(SHANGLUO.duties.report_deadlines["recognitions"], recognised) == last


@pytest.mark.clause("SL-6.2d")
def test_what_runs_from_each_recognition_has_no_day_of_its_own():
    deadline = SHANGLUO.duties.report_deadlines["recognitions"]
    assert deadline.each_row
    assert occurrences(deadline, SHANGLUO) == ()
    # Until 31 August the lists of August are owed by their own day.
    assert in_force(deadline, SHANGLUO).first == date(2023, 9, 1)
    with pytest.raises(UnknownYear, match="2027"):
        told_by(deadline, date(2026, 12, 30))


@pytest.mark.clause("PL-8.2a")
def test_every_week_also_across_the_new_year():
    weeks = owed(PINGLI, "employee_cover")
    # Issued on Friday 22 October: the first whole week is the first one owed.
    assert weeks[0] == Occurrence("2021-W43", date(2021, 10, 25), date(2021, 10, 31))
    across = next(week for week in weeks if week.first <= date(2022, 1, 1) <= week.due_on)
    assert across == Occurrence("2021-W52", date(2021, 12, 27), date(2022, 1, 2))
    assert weeks[-1] == Occurrence("2022-W52", date(2022, 12, 26), date(2023, 1, 1))
    assert len({week.key for week in weeks}) == len(weeks)
    assert all(later.first - week.due_on == timedelta(days=1) for week, later in pairwise(weeks))


@pytest.mark.clause("TN-6.1")
def test_every_month_by_the_twentieth_and_no_holiday_moves_it():
    assert [each.due_on for each in owed(TONGNAN, "before_collection")] == [date(2022, 10, 24)]
    months = owed(TONGNAN, "monthly")
    # Collection begins after 20 October; marks of the year end with the last day of payment.
    assert (months[0].key, months[-1].key, len(months)) == ("2022-11", "2023-09", 11)
    sunday, new_year = months[0].due_on, months[2].due_on
    assert (sunday, f"{sunday:%a}") == (date(2022, 11, 20), "Sun")
    assert new_year == date(2023, 1, 20)


@pytest.mark.clause("JL-4.1")
def test_marks_go_to_tax_before_the_collection():
    (marks,) = owed(JILIN, "marks_to_tax")
    assert marks.due_on == JILIN.windows["collection"].first - timedelta(days=1)
    assert JILIN.duties.report_deadlines["marks_to_tax"].outgoing


@pytest.mark.clause("PL-8.3c")
def test_a_week_after_the_collection_moves_with_it():
    assert [each.due_on for each in owed(PINGLI, "waivers")] == [date(2022, 1, 1)]
    longer = apply_amendments(PINGLI, [Amendment("windows.collection.last", "2021-12-31", "平政办〔2021〕1号", "延长")])
    assert [each.due_on for each in owed(longer, "waivers")] == [date(2022, 1, 7)]


@pytest.mark.clause("ZJ-3.6")
@pytest.mark.clause("PL-5.1")
@pytest.mark.clause("PL-8.2c")
def test_in_time_and_regularly_name_no_day():
    assert owed(ZHUJI, "identities") == ()
    assert owed(PINGLI, "identities") == owed(PINGLI, "identities_to_the_agency") == ()


@pytest.mark.clause("PL-5.1")
@pytest.mark.clause("PL-8.2d")
def test_in_pingli_identities_go_to_the_agency_and_on_to_tax_which_sets_the_marks():
    deadlines = PINGLI.duties.report_deadlines
    assert (deadlines["identities"].receiver, deadlines["identities"].outgoing) == ("tax", True)
    assert (deadlines["identities_to_the_agency"].receiver, deadlines["identities_to_the_agency"].outgoing) == (
        "agency",
        False,
    )


WEEK = Occurrence("2021-W47", date(2021, 11, 22), date(2021, 11, 28))
NOVEMBER = Occurrence("2022-11", date(2022, 11, 1), date(2022, 11, 20), "2022-11")


def stands(occurrence, on, *arrivals):
    return tuple(standing(occurrence, [each if isinstance(each, Arrival) else Arrival(each) for each in arrivals], on))


@pytest.mark.parametrize(
    ("arrivals", "on", "expected"),
    [
        ((), date(2021, 11, 22), (State.PENDING, 6, None)),
        ((), date(2021, 11, 28), (State.PENDING, 0, None)),
        ((), date(2021, 11, 29), (State.OVERDUE, 1, None)),
        ((date(2021, 11, 22),), date(2021, 12, 1), (State.DONE, 0, 0)),
        ((date(2021, 11, 28),), date(2021, 12, 1), (State.DONE, 0, 0)),
        ((date(2021, 11, 30),), date(2021, 12, 1), (State.LATE, 2, 0)),
        # What comes later than the day is not known on it; what came the week before is that week's.
        ((date(2021, 11, 30),), date(2021, 11, 29), (State.OVERDUE, 1, None)),
        ((date(2021, 11, 21),), date(2021, 11, 24), (State.PENDING, 4, None)),
        ((date(2021, 11, 21), date(2021, 11, 24), date(2021, 11, 25)), date(2021, 12, 1), (State.DONE, 0, 1)),
    ],
)
@pytest.mark.clause("PL-8.2a")
def test_a_week_stands_by_the_first_list_that_belongs_to_it(arrivals, on, expected):
    assert stands(WEEK, on, *arrivals) == expected


@pytest.mark.clause("TN-6.1")
def test_a_list_that_names_its_month_counts_for_that_month_only():
    october = Arrival(date(2022, 11, 3), "2022-10")
    assert stands(NOVEMBER, date(2022, 11, 25), october) == (State.OVERDUE, 5, None)
    early = Arrival(date(2022, 10, 30), "2022-11")
    assert stands(NOVEMBER, date(2022, 11, 25), early) == (State.DONE, 0, 0)
    assert stands(NOVEMBER, date(2022, 12, 9), october, Arrival(date(2022, 12, 2), "2022-11")) == (State.LATE, 12, 1)
    assert stands(NOVEMBER, date(2022, 11, 25), date(2022, 11, 20)) == (State.DONE, 0, 0)
    assert stands(NOVEMBER, date(2022, 11, 25), date(2022, 11, 21)) == (State.LATE, 1, 0)


def test_every_pack_of_the_house_names_days_that_can_be_counted():
    for pack in (SHANGLUO, PINGLI, ZHUJI, TONGNAN, JILIN):
        for deadline in pack.duties.report_deadlines.values():
            span = in_force(deadline, pack)
            assert span.first <= span.last
            dues = [each.due_on for each in occurrences(deadline, pack)]
            assert dues == sorted(set(dues))
