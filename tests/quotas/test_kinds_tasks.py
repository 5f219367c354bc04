from datetime import date

from exchanges.models import Batch
from quotas.models import Milestone, Task
from regions.models import RegionAlias
from tests.deliveries import HEADERS, csv_bytes, reasons
from tests.factories import ZHUJI


def tasks():
    return list(Task.objects.order_by("region").values_list("region_id", "target", "population"))


def test_annex_with_milestones(deliver):
    batch = deliver(
        "tasks", [["老县镇", "", "18800", "2021-11-30", "15040"], ["城关镇", "", "48,000", "2021年11月30日", "38400"]]
    )
    assert (batch.status, batch.changed) == (Batch.Status.MERGED, 2)
    assert tasks() == [("610926100000", 48000, None), ("610926102000", 18800, None)]
    assert set(Milestone.objects.values_list("task__region_id", "due_on", "due_count")) == {
        ("610926102000", date(2021, 11, 30), 15040),
        ("610926100000", date(2021, 11, 30), 38400),
    }
    assert Task.objects.first().batch_id == batch.pk


def test_the_total_below_the_annex_is_no_task(deliver):
    rows = [["附件2"], HEADERS["tasks"], ["朱集村", 5367, 4723, "", ""], ["合计", 5367, 4723, "", ""]]
    batch = deliver.take("tasks", csv_bytes(rows), area=ZHUJI, year=2023)
    assert (batch.rows, batch.refused) == (1, 0)
    assert batch.layout["left_out"] == [[4, "合计 5367 4723"]]
    assert tasks() == [("341323117200", 4723, 5367)]


def test_a_village_by_the_name_that_the_notice_gives_it(deliver):
    RegionAlias.objects.create(region_id="341323117205", name="双杨村")
    deliver("tasks", [["双杨村", "3228", "2841", "", ""]], area=ZHUJI, year=2023)
    assert tasks() == [("341323117205", 2841, 3228)]


def test_the_same_annex_again_changes_nothing_and_a_corrected_one_does(deliver):
    rows = [["老县镇", "", "18800", "2021-11-30", "15040"]]
    deliver("tasks", rows)
    assert deliver("tasks", rows).status == Batch.Status.UNCHANGED
    assert deliver("tasks", [["老县镇", "20000", "18900", "", ""]]).changed == 1
    assert tasks() == [("610926102000", 18900, 20000)]
    assert Milestone.objects.get().due_count == 15040


def test_a_date_alone_is_that_of_the_whole_task(deliver):
    batch = deliver(
        "tasks", [["老县镇", "", "18800", "2021-11-30", "15040"], ["老县镇", "", "18800", "2021-12-25", ""]]
    )
    assert (batch.accepted, batch.refused) == (2, 0)
    assert list(Milestone.objects.order_by("due_on").values_list("due_on", "due_count")) == [
        (date(2021, 11, 30), 15040),
        (date(2021, 12, 25), 18800),
    ]


def test_the_columns_of_the_annex_itself(deliver):
    rows = [["序号", "村名", "村人口数", "任务数", "备注"], ["6", "朱集村", "5367", "4723", ""]]
    batch = deliver.take("tasks", csv_bytes(rows), area=ZHUJI, year=2023)
    assert (batch.accepted, batch.refused) == (1, 0)
    assert tasks() == [("341323117200", 4723, 5367)]


def test_figures_that_contradict_each_other_are_refused(deliver):
    batch = deliver(
        "tasks",
        [
            ["老县镇", "", "100", "2021-11-30", "200"],
            ["城关镇", "", "100", "", "50"],
            ["西城社区", "", "10", "", ""],
            ["西城社区", "", "11", "", ""],
            ["南城社区", "", "0", "", ""],
            ["没有的镇", "", "5", "", ""],
        ],
    )
    assert reasons(batch) == {
        2: [("due_count", "due_above_target")],
        3: [("due_on", "due_undated")],
        4: [("target", "rows_contradict")],
        5: [("target", "rows_contradict")],
        6: [("target", "target_zero")],
        7: [("region", "region")],
    }
    assert not Task.objects.exists()
