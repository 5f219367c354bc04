"""The ranking's count agrees with the ledger of people enrolled."""

from datetime import date

from quotas.models import SnapshotRow
from quotas.services import freeze_snapshot
from quotas.tasks import freeze_due_weeks
from regions.models import Region
from subsidies.reconciliation import reconcile
from tests.factories import ZHUJI

SHUANGYANG, ZHUJI_VILLAGE = "341323117205", "341323117200"
ON = date(2022, 11, 4)


def check(area, user):
    found = reconcile(area=area, coverage_year=2023, on=ON, user=user)
    return next(each.result for each in found if each.check.name == "enrolments_ranking")


def test_everyone_on_the_ledger_stands_in_the_ranking_whatever_became_of_the_village(zhuji, pay, system):
    pay(SHUANGYANG, 2, on=ON, year=2023)
    pay(ZHUJI_VILLAGE, 1, on=ON, year=2023)
    pay(ZHUJI, 1, on=ON, year=2023)
    Region.objects.filter(pk=SHUANGYANG).update(ended_on=date(2022, 11, 1))
    result = check(zhuji, system)
    assert (result.left, result.right, result.ok) == (4, 4, True)
    snapshot = freeze_snapshot(region=zhuji, coverage_year=2023, on=ON, by=system).snapshot
    assert SnapshotRow.objects.get(snapshot=snapshot, region=ZHUJI).enrolled == 4


def test_a_payment_that_arrives_late_does_not_make_the_ledgers_disagree(zhuji, pay, system):
    freeze_snapshot(region=zhuji, coverage_year=2023, on=ON, by=system)
    pay(ZHUJI_VILLAGE, 1, on=date(2022, 11, 1), year=2023)
    assert check(zhuji, system).ok


def test_the_scheduled_task_is_known_to_celery_and_can_run_without_anything_due(db):
    from config.celery import app

    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert freeze_due_weeks.name in scheduled
    assert freeze_due_weeks() == 0
