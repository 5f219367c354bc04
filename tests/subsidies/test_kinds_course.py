from datetime import date

from subsidies.kinds.course import Effect, Event, Mark, Objection, follow

JAN, MAR, JUN, SEP = (date(2021, month, 1) for month in (1, 3, 6, 9))


def test_a_recognition_begins_a_mark():
    assert follow([], [Event(1, JAN)]) == {1: Effect(new=True)}


def test_the_same_again_says_nothing_new_ended_or_not():
    assert follow([Mark(JAN, None)], [Event(1, JAN)]) == {1: Effect()}
    assert follow([Mark(JAN, MAR)], [Event(1, JAN)]) == {1: Effect()}
    assert follow([Mark(JAN, MAR)], [Event(1, JAN, MAR)]) == {1: Effect()}


def test_an_end_closes_the_open_mark():
    assert follow([Mark(JAN, None)], [Event(1, JAN, MAR)]) == {1: Effect(ends=JAN)}


def test_recognised_again_after_an_end():
    assert follow([Mark(JAN, MAR)], [Event(1, MAR)]) == {1: Effect(new=True)}


def test_begun_ended_and_begun_again_in_one_list_in_any_order():
    outcome = follow([], [Event(1, JUN), Event(2, JAN, MAR), Event(3, JAN)])
    assert outcome == {3: Effect(new=True, begins_until=MAR), 2: Effect(ends=JAN), 1: Effect(new=True)}


def test_old_mark_ended_and_new_one_begun_on_one_day():
    outcome = follow([Mark(JAN, None)], [Event(1, MAR), Event(2, JAN, MAR)])
    assert outcome == {2: Effect(ends=JAN), 1: Effect(new=True)}


def test_begun_and_ended_on_one_day():
    assert follow([], [Event(1, MAR), Event(2, MAR, MAR)])[1] == Effect(new=True, begins_until=MAR)


def test_an_end_without_a_mark():
    assert follow([], [Event(1, JAN, MAR)]) == {1: Objection("mark_unknown")}


def test_an_end_of_what_has_ended():
    assert follow([Mark(JAN, MAR)], [Event(1, JAN, JUN)]) == {1: Objection("mark_ended", "2021-03-01")}


def test_an_end_before_the_recognition():
    assert follow([Mark(MAR, None)], [Event(1, JAN, JAN)]) == {1: Objection("ends_before_mark", "2021-03-01")}


def test_another_recognition_while_one_is_open():
    assert follow([Mark(JAN, None)], [Event(1, MAR)]) == {1: Objection("mark_open", "2021-01-01")}


def test_a_recognition_inside_an_ended_one():
    assert follow([Mark(JAN, JUN)], [Event(1, MAR)]) == {1: Objection("mark_overlaps", "2021-01-01～2021-06-01")}
