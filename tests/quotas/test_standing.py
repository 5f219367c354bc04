"""Ranks, who is behind, weeks in a row, milestones: arithmetic alone."""

from datetime import date
from decimal import Decimal

import pytest

from policy import pack as packs
from quotas import standing
from quotas.standing import Due, Entrant


def entrants(*figures: tuple[str, int, int]) -> list[Entrant]:
    return [Entrant(code, enrolled, target) for code, enrolled, target in figures]


PINGLI = packs.load("pingli-2022").duties
ZHUJI = packs.load("zhuji-2023").duties


def test_a_week_runs_from_monday_to_sunday():
    assert {standing.week_of(date(2021, 11, day)) for day in range(22, 29)} == {date(2021, 11, 22)}
    assert standing.week_of(date(2022, 1, 1)) == date(2021, 12, 27)


def test_equal_rates_share_a_rank_and_the_next_one_skips():
    field = entrants(("a", 9, 10), ("b", 8, 10), ("c", 4, 5), ("d", 1, 10))
    assert standing.ranks(field) == {"a": 1, "b": 2, "c": 2, "d": 4}


def test_rates_that_only_look_alike_after_rounding_do_not_share_a_rank():
    field = entrants(("a", 10000, 30001), ("b", 10000, 30000))
    assert standing.rate(10000, 30001) == standing.rate(10000, 30000)
    assert standing.ranks(field) == {"b": 1, "a": 2}


def test_a_rate_has_four_places_and_is_not_capped():
    assert str(standing.rate(41000, 48000)) == "0.8542"
    assert str(standing.rate(12, 10)) == "1.2000"
    assert str(standing.rate(0, 10)) == "0.0000"
    assert standing.rate(5, None) is None
    assert standing.rate(1, 20000) == Decimal("0.0001")


@pytest.mark.clause("PL-8.5")
def test_in_pingli_the_last_is_behind():
    field = entrants(("a", 9, 10), ("b", 8, 10), ("c", 7, 10))
    assert standing.behind(field, PINGLI.ranking) == {"c"}


@pytest.mark.clause("ZJ-5.6a")
def test_in_zhuji_the_last_fifth_rounded_up_is_behind():
    field = entrants(*((f"{place:02}", place, 20) for place in range(1, 14)))
    assert standing.behind(field, ZHUJI.ranking) == {"01", "02", "03"}


@pytest.mark.clause("ZJ-5.6a")
def test_who_shares_the_rank_of_the_last_place_that_counts_is_behind_too():
    field = entrants(
        ("01", 1, 20), ("02", 2, 20), ("03", 3, 20), ("04", 3, 20), *((f"{n:02}", n, 20) for n in range(5, 14))
    )
    assert standing.behind(field, ZHUJI.ranking) == {"01", "02", "03", "04"}


@pytest.mark.clause("PL-8.5")
def test_two_who_share_the_last_rank_are_both_last():
    field = entrants(("a", 9, 10), ("b", 7, 10), ("c", 14, 20))
    assert standing.last(field) == standing.behind(field, PINGLI.ranking) == {"b", "c"}


def test_who_reached_the_target_is_neither_behind_nor_last():
    field = entrants(("a", 12, 10), ("b", 10, 10), ("c", 11, 10))
    assert standing.last(field) == standing.behind(field, PINGLI.ranking) == set()


def test_places_are_counted_before_the_complete_are_left_out():
    field = entrants(*((f"{place:02}", 20 if place > 2 else place, 20) for place in range(1, 14)))
    assert standing.behind(field, ZHUJI.ranking) == {"01", "02"}


def test_nobody_is_behind_without_a_rule_or_without_tasks():
    assert standing.behind(entrants(("a", 1, 10)), None) == set()
    assert standing.behind([], PINGLI.ranking) == standing.last([]) == set()


def test_weeks_in_a_row_end_where_the_region_was_not_behind():
    assert standing.weeks_behind("a", now=True, before=[{"a"}, {"a", "b"}, {"b"}, {"a"}]) == 3
    assert standing.weeks_behind("a", now=True, before=[]) == 1
    assert standing.weeks_behind("a", now=False, before=[{"a"}]) == 0


@pytest.mark.clause("PL-8.3a")
def test_the_notices_share_is_rounded_up_and_the_annexs_own_figure_comes_first():
    november = date(2021, 11, 30)
    assert standing.milestones(8201, [], PINGLI) == (Due(november, 6561),)
    assert standing.milestones(8200, [Due(november, 6500)], PINGLI) == (Due(november, 6500),)
    assert standing.deadline(PINGLI) == date(2021, 12, 25)


@pytest.mark.clause("ZJ-3.6")
def test_zhuji_asks_for_the_whole_task_by_the_end_of_collection():
    assert standing.milestones(1981, [], ZHUJI) == ()
    assert standing.deadline(ZHUJI) == date(2022, 12, 31)


def test_a_sum_of_tasks_has_the_milestones_that_all_parts_have():
    first, second = date(2021, 11, 1), date(2021, 11, 30)
    parts = [(Due(first, 5), Due(second, 8)), (Due(second, 16),)]
    assert standing.total_milestones(parts) == (Due(second, 24),)
    assert standing.total_milestones([]) == ()


@pytest.mark.clause("PL-8.3a")
def test_a_milestone_is_missed_from_its_day_on_until_it_is_reached():
    dues = (Due(date(2021, 11, 30), 80),)
    assert standing.missed(dues, 79, date(2021, 11, 29)) is None
    assert standing.missed(dues, 79, date(2021, 11, 30)) == dues[0]
    assert standing.missed(dues, 79, date(2021, 12, 20)) == dues[0]
    assert standing.missed(dues, 80, date(2021, 12, 20)) is None


def test_at_stake_is_the_missed_milestone_else_the_next_one_not_reached():
    first, second = Due(date(2021, 11, 1), 50), Due(date(2021, 11, 30), 80)
    assert standing.at_stake((first, second), 40, date(2021, 10, 20)) == first
    assert standing.at_stake((first, second), 60, date(2021, 10, 20)) == second
    assert standing.at_stake((first, second), 40, date(2021, 11, 5)) == first
    assert standing.at_stake((first, second), 90, date(2021, 11, 5)) is None


def test_pace_is_rounded_up_over_the_days_that_are_left():
    assert standing.pace(100, date(2021, 11, 27), date(2021, 11, 30)) == 34
    assert standing.pace(100, date(2021, 11, 30), date(2021, 11, 30)) is None
