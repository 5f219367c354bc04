"""Tasks set, weeks frozen: what counts, what stays."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry, BusinessDay
from enrollment.models import Payment
from notices.queries import NoNotice
from quotas.models import Milestone, Snapshot, SnapshotRow, Task
from quotas.queries import sum_of_tasks, terms
from quotas.services import TaskRefused, freeze_due, freeze_snapshot, set_task, withdraw_task
from regions.models import AreaMember, Level, Region
from tests.factories import PINGLI, ZHUJI

ZHUJI_VILLAGE, SHUANGYANG = "341323117200", "341323117205"
FRIDAY = date(2022, 11, 4)


def freeze(region, on, by, year=2023):
    return freeze_snapshot(region=region, coverage_year=year, on=on, by=by).snapshot


def rows_of(snapshot):
    return {row.region_id: row for row in snapshot.rows.all()}


@pytest.mark.clause("PL-8.3a")
def test_the_annex_of_pingli_adds_up(pingli):
    assert sum_of_tasks(pingli, 2022) == 210_000
    assert sum(Milestone.objects.values_list("due_count", flat=True)) == 168_000


@pytest.mark.clause("ZJ-2.0")
def test_the_annex_of_zhuji_adds_up_to_one_more_than_the_text_says(zhuji):
    assert sum_of_tasks(zhuji, 2023) == 41_851
    assert sum(Task.objects.values_list("population", flat=True)) == 47_547
    assert terms(zhuji, 2023, on=FRIDAY).stated_target(zhuji) == 41_850


def test_a_task_set_twice_changes_nothing_the_second_time(tree, system):
    given = {"region": tree[ZHUJI_VILLAGE], "coverage_year": 2023, "target": 100, "milestones": {FRIDAY: 80}}
    set_task(**given, by=system, on=FRIDAY)
    entries = AuditEntry.objects.count()
    set_task(**given, by=system, on=FRIDAY)
    assert AuditEntry.objects.count() == entries


def test_a_changed_task_says_what_it_was_and_keeps_its_milestones_unless_told(tree, system):
    village = tree[ZHUJI_VILLAGE]
    set_task(region=village, coverage_year=2023, target=100, milestones={FRIDAY: 80}, by=system, on=FRIDAY)
    task = set_task(region=village, coverage_year=2023, target=110, by=system, on=FRIDAY, why="镇政府更正")
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.before["target"], entry.after["target"]) == ("quotas.set_task", 100, 110)
    assert entry.why == "镇政府更正"
    assert [each.due_count for each in task.milestones.all()] == [80]
    set_task(region=village, coverage_year=2023, target=110, milestones={}, by=system, on=FRIDAY)
    assert not task.milestones.exists()


@pytest.mark.parametrize(("target", "milestones"), [(0, None), (-1, None), (10, {FRIDAY: 11}), (10, {FRIDAY: -1})])
def test_a_task_that_contradicts_itself_is_refused(tree, system, target, milestones):
    with pytest.raises(TaskRefused):
        set_task(
            region=tree[ZHUJI_VILLAGE], coverage_year=2023, target=target, milestones=milestones, by=system, on=FRIDAY
        )
    assert not Task.objects.exists()


def test_a_task_can_be_taken_back(tree, system):
    task = set_task(region=tree[ZHUJI_VILLAGE], coverage_year=2023, target=100, by=system, on=FRIDAY)
    withdraw_task(task=task, by=system, on=FRIDAY)
    assert not Task.objects.exists()
    assert AuditEntry.objects.first().verb == "quotas.withdraw_task"


def test_a_snapshot_has_every_region_of_the_area_rolled_up(pingli, pay, system):
    pay("610926100001", 3, on=date(2021, 11, 1), year=2022)
    pay("610926100002", 2, on=date(2021, 11, 2), year=2022)
    pay("610926102200", 1, on=date(2021, 11, 3), year=2022)
    pay("610926102000", 1, on=date(2021, 11, 3), year=2022)
    snapshot = freeze(pingli, date(2021, 11, 5), system, 2022)
    rows = rows_of(snapshot)
    assert len(rows) == 1 + 11 + 4
    assert rows[PINGLI].enrolled == 7
    assert rows[PINGLI].target == 210_000
    assert rows[PINGLI].parent_id is None
    assert rows["610926100000"].enrolled == 5
    assert rows["610926102000"].enrolled == 2
    assert rows["610926100001"].enrolled == 3
    assert rows["610926100001"].parent_id == "610926100000"
    assert rows["610926100001"].rank is None
    assert rows["610926100000"].people == 5
    assert snapshot.week == date(2021, 11, 1)


def test_a_snapshot_leaves_its_trace(zhuji, pay, system):
    pay(ZHUJI_VILLAGE, 2, on=FRIDAY, year=2023)
    freeze(zhuji, FRIDAY, system)
    entry = AuditEntry.objects.get(verb="quotas.freeze_snapshot")
    assert entry.region_id == ZHUJI
    assert entry.after == {"regions": 14, "enrolled": 2, "target": 41_851}


def test_payments_after_the_day_are_not_counted(zhuji, pay, system):
    pay(ZHUJI_VILLAGE, 2, on=FRIDAY, year=2023)
    pay(ZHUJI_VILLAGE, 1, on=FRIDAY + timedelta(1), year=2023)
    pay(ZHUJI_VILLAGE, 1, on=FRIDAY, year=2022)
    assert rows_of(freeze(zhuji, FRIDAY, system))[ZHUJI_VILLAGE].enrolled == 2


@pytest.mark.clause("ZJ-4.1")
def test_payments_after_the_assessment_day_do_not_count_but_are_shown(zhuji, pay, system):
    pay(ZHUJI_VILLAGE, 2, on=date(2022, 12, 31), year=2023)
    pay(ZHUJI_VILLAGE, 3, on=date(2023, 1, 1), year=2023)
    row = rows_of(freeze(zhuji, date(2023, 1, 6), system))[ZHUJI_VILLAGE]
    assert (row.enrolled, row.enrolled_all) == (2, 5)


@pytest.mark.clause("PL-8.3a")
def test_in_pingli_the_assessment_day_is_the_25th_of_december(pingli, pay, system):
    pay("610926100001", 2, on=date(2021, 12, 25), year=2022)
    pay("610926100001", 1, on=date(2021, 12, 26), year=2022)
    row = rows_of(freeze(pingli, date(2021, 12, 31), system, 2022))["610926100000"]
    assert (row.enrolled, row.enrolled_all) == (2, 3)


@pytest.mark.clause("ZJ-4.1")
def test_a_payment_reversed_and_made_again_after_the_assessment_day_does_not_count(zhuji, pay, system):
    payment = pay(ZHUJI_VILLAGE, 1, on=date(2022, 12, 1), year=2023, reversed_on=date(2022, 12, 30))[0]
    Payment.objects.create(
        receipt_no="again",
        person=payment.person,
        coverage_year=2023,
        region_id=ZHUJI_VILLAGE,
        amount_fen=35000,
        paid_on=date(2023, 1, 2),
    )
    row = rows_of(freeze(zhuji, date(2023, 1, 6), system))[ZHUJI_VILLAGE]
    assert (row.enrolled, row.enrolled_all) == (0, 1)


def test_a_person_who_paid_in_two_villages_counts_once_where_it_was_first(zhuji, pay, system):
    payment = pay(ZHUJI_VILLAGE, 1, on=date(2022, 10, 5), year=2023)[0]
    Payment.objects.create(
        receipt_no="elsewhere",
        person=payment.person,
        coverage_year=2023,
        region_id=SHUANGYANG,
        amount_fen=35000,
        paid_on=date(2022, 10, 6),
    )
    rows = rows_of(freeze(zhuji, FRIDAY, system))
    assert (rows[ZHUJI_VILLAGE].enrolled, rows[SHUANGYANG].enrolled, rows[ZHUJI].enrolled) == (1, 0, 1)


def test_a_reversal_after_freezing_leaves_the_frozen_week_and_shows_in_the_next(zhuji, pay, system):
    payments = pay(ZHUJI_VILLAGE, 3, on=FRIDAY, year=2023)
    frozen = freeze(zhuji, FRIDAY, system)
    before = list(frozen.rows.order_by("pk").values())
    Payment.objects.filter(pk=payments[0].pk).update(reversed_on=FRIDAY)
    again = freeze_snapshot(region=zhuji, coverage_year=2023, on=FRIDAY, by=system)
    assert not again.made
    assert again.snapshot == frozen
    assert list(frozen.rows.order_by("pk").values()) == before
    assert rows_of(freeze(zhuji, FRIDAY + timedelta(7), system))[ZHUJI_VILLAGE].enrolled == 2
    assert AuditEntry.objects.filter(verb="quotas.freeze_snapshot").count() == 2


def test_a_task_changed_after_freezing_leaves_the_frozen_week(zhuji, system):
    frozen = freeze(zhuji, FRIDAY, system)
    set_task(region=Region.objects.get(pk=ZHUJI_VILLAGE), coverage_year=2023, target=9, by=system, on=FRIDAY)
    assert rows_of(frozen)[ZHUJI_VILLAGE].target == 4723


@pytest.mark.clause("PL-8.5")
def test_last_twice_in_a_row_is_due_for_an_interview(pingli, pay, system):
    for code in Region.objects.filter(parent=PINGLI).exclude(pk="610926109000").values_list("pk", flat=True):
        pay(code, 1, on=date(2021, 10, 20), year=2022)
    first = rows_of(freeze(pingli, date(2021, 10, 22), system, 2022))["610926109000"]
    assert (first.rank, first.weeks_behind, first.flags) == (11, 1, ["last"])
    second = rows_of(freeze(pingli, date(2021, 10, 29), system, 2022))["610926109000"]
    assert (second.weeks_behind, second.flags) == (2, ["last", "interview"])
    pay("610926109000", 5, on=date(2021, 11, 1), year=2022)
    third = rows_of(freeze(pingli, date(2021, 11, 5), system, 2022))
    assert third["610926109000"].weeks_behind == 0
    assert third["610926100000"].weeks_behind == 1


@pytest.mark.clause("ZJ-5.6a")
def test_three_of_thirteen_villages_are_behind_and_called_in_after_two_weeks(zhuji, pay, system):
    codes = sorted(Task.objects.values_list("region_id", flat=True))
    for place, code in enumerate(codes):
        pay(code, place * 2, on=date(2022, 10, 10), year=2023)
    freeze(zhuji, date(2022, 10, 14), system)
    rows = rows_of(freeze(zhuji, date(2022, 10, 21), system))
    called = {code for code, row in rows.items() if "interview" in row.flags}
    assert called == {code for code, row in rows.items() if row.rank and row.rank >= 11}
    assert len(called) == 3
    assert [row.weeks_behind for row in rows.values() if row.behind] == [2, 2, 2]


@pytest.mark.clause("ZJ-5.6a")
def test_a_week_without_a_snapshot_neither_counts_nor_breaks_the_row(small_tasks, zhuji, pay, system):
    small_tasks({ZHUJI_VILLAGE: 10, SHUANGYANG: 10})
    pay(SHUANGYANG, 1, on=date(2022, 10, 3), year=2023)
    freeze(zhuji, date(2022, 10, 7), system)
    assert rows_of(freeze(zhuji, date(2022, 10, 28), system))[ZHUJI_VILLAGE].weeks_behind == 2


@pytest.mark.clause("ZJ-5.6a")
def test_only_the_latest_snapshot_of_a_week_counts(small_tasks, zhuji, pay, system):
    small_tasks({ZHUJI_VILLAGE: 10, SHUANGYANG: 10})
    pay(SHUANGYANG, 1, on=date(2022, 10, 3), year=2023)
    assert rows_of(freeze(zhuji, date(2022, 10, 4), system))[ZHUJI_VILLAGE].weeks_behind == 1
    assert rows_of(freeze(zhuji, date(2022, 10, 5), system))[ZHUJI_VILLAGE].weeks_behind == 1
    pay(ZHUJI_VILLAGE, 2, on=date(2022, 10, 6), year=2023)
    freeze(zhuji, date(2022, 10, 7), system)
    Payment.objects.filter(region=ZHUJI_VILLAGE).update(reversed_on=date(2022, 10, 10))
    rows = rows_of(freeze(zhuji, date(2022, 10, 14), system))
    assert (rows[ZHUJI_VILLAGE].weeks_behind, rows[SHUANGYANG].weeks_behind) == (1, 0)


def test_who_reached_the_target_is_complete_and_never_behind(small_tasks, zhuji, pay, system):
    small_tasks({ZHUJI_VILLAGE: 2, SHUANGYANG: 2})
    pay(ZHUJI_VILLAGE, 3, on=FRIDAY, year=2023)
    pay(SHUANGYANG, 2, on=FRIDAY, year=2023)
    rows = rows_of(freeze(zhuji, FRIDAY, system))
    assert (rows[ZHUJI_VILLAGE].rank, rows[ZHUJI_VILLAGE].flags) == (1, ["complete"])
    assert (rows[SHUANGYANG].rank, rows[SHUANGYANG].flags, rows[SHUANGYANG].behind) == (2, ["complete"], False)


def test_regions_without_a_task_are_counted_but_not_ranked(small_tasks, zhuji, pay, system):
    small_tasks({ZHUJI_VILLAGE: 10})
    pay(SHUANGYANG, 1, on=FRIDAY, year=2023)
    rows = rows_of(freeze(zhuji, FRIDAY, system))
    assert (rows[SHUANGYANG].rank, rows[SHUANGYANG].enrolled, rows[SHUANGYANG].flags) == (None, 1, [])
    assert rows[ZHUJI_VILLAGE].rank == 1
    assert (rows[ZHUJI].enrolled, rows[ZHUJI].target) == (1, 10)


@pytest.mark.clause("PL-8.3a")
def test_the_milestone_of_the_annex_is_missed_from_the_30th_of_november_on(pingli, system):
    before = rows_of(freeze(pingli, date(2021, 11, 29), system, 2022))
    after = rows_of(freeze(pingli, date(2021, 11, 30), system, 2022))
    assert "milestone_missed" not in before["610926100000"].flags
    assert "milestone_missed" in after["610926100000"].flags
    assert after["610926100000"].milestones == [["2021-11-30", 38400]]
    assert after[PINGLI].milestones == [["2021-11-30", 168_000]]


@pytest.mark.clause("PL-8.5")
def test_the_rule_for_towns_makes_no_village_due_for_an_interview(pingli, pay, system):
    for code in ("610926100001", "610926100002"):
        set_task(region=Region.objects.get(pk=code), coverage_year=2022, target=10, by=system, on=FRIDAY)
    pay("610926100001", 1, on=date(2021, 10, 20), year=2022)
    freeze(pingli, date(2021, 10, 22), system, 2022)
    rows = rows_of(freeze(pingli, date(2021, 10, 29), system, 2022))
    assert (rows["610926100002"].rank, rows["610926100002"].flags) == (2, ["last"])
    assert rows["610926100002"].weeks_behind == 0


def test_a_merged_village_is_counted_with_its_successor(zhuji, pay, system):
    pay(SHUANGYANG, 2, on=date(2022, 10, 10), year=2023)
    Region.objects.filter(pk=SHUANGYANG).update(successor=ZHUJI_VILLAGE, ended_on=date(2022, 11, 1))
    before = rows_of(freeze(zhuji, date(2022, 10, 31), system))
    after = rows_of(freeze(zhuji, date(2022, 11, 1), system))
    assert before[SHUANGYANG].enrolled == 2
    assert SHUANGYANG not in after
    assert after[ZHUJI_VILLAGE].enrolled == 2
    assert after[ZHUJI_VILLAGE].target == 4723 + 2841
    assert after[ZHUJI].target == before[ZHUJI].target == 41_851


def test_an_area_outside_the_register_ranks_its_members(tree, pay, system):
    area = Region.objects.create(code="2206AREA0001", name="长白山", full_name="长白山", level=Level.AREA)
    AreaMember.objects.create(area=area, member=tree["610926100000"])
    AreaMember.objects.create(area=area, member=tree["341323117000"])
    from notices.models import Season

    Season.objects.create(region=area, coverage_year=2022, pack_id="pingli-2022")
    for code in ("610926100000", "341323117000"):
        set_task(region=tree[code], coverage_year=2022, target=10, by=system, on=FRIDAY)
    pay("610926100001", 1, on=date(2021, 10, 20), year=2022)
    rows = rows_of(freeze(area, date(2021, 10, 22), system, 2022))
    assert rows["610926100000"].parent_id == area.code
    assert (rows["610926100000"].rank, rows["341323117000"].rank) == (1, 2)
    assert (rows[area.code].enrolled, rows[area.code].target) == (1, 20)


def test_an_area_without_a_notice_is_not_frozen(tree, system):
    with pytest.raises(NoNotice):
        freeze(tree[PINGLI], FRIDAY, system, 2022)
    assert not Snapshot.objects.exists()


def test_freezing_costs_the_same_queries_whatever_the_number_of_villages(zhuji, system, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        freeze(zhuji, FRIDAY, system)
    assert SnapshotRow.objects.count() == 14


def test_the_schedule_freezes_each_running_season_once_a_week(zhuji, pingli, system):
    BusinessDay.objects.create(region=zhuji, today=FRIDAY)
    BusinessDay.objects.create(region=pingli, today=date(2022, 3, 1))
    assert [each.region_id for each in freeze_due(by=system)] == [ZHUJI]
    assert freeze_due(by=system) == []
    BusinessDay.objects.filter(region=zhuji).update(today=FRIDAY + timedelta(2))
    assert freeze_due(by=system) == []
    BusinessDay.objects.filter(region=zhuji).update(today=FRIDAY + timedelta(3))
    assert len(freeze_due(by=system)) == 1
