"""The ledger of tasks: what every region must enrol and how far it has come."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from accounts.models import Staff
from exchanges.ledgers import Column, Kind, Ledger
from quotas.queries import task_progress
from regions.models import Region

COLUMNS = (
    Column("区划代码", Kind.TEXT, 14),
    Column("名称", Kind.TEXT, 20),
    Column("人口数", Kind.INTEGER, 10),
    Column("任务数", Kind.INTEGER, 10),
    Column("节点要求", Kind.TEXT, 24),
    Column("参保人数", Kind.INTEGER, 10),
    Column("完成率", Kind.RATE, 10),
    Column("还差人数", Kind.INTEGER, 10),
)


def task_rows(user: Staff, area: Region, coverage_year: int, on: date) -> Iterator[tuple[Any, ...]]:
    """One row a task in the area that the user may see, counted on the day as a snapshot of that day would."""
    for each in task_progress(area, coverage_year, on, user):
        yield (
            each.task.region_id,
            each.task.region.name,
            each.task.population,
            each.task.target,
            "；".join(f"{due.on} {due.count}" for due in each.milestones),
            each.enrolled,
            each.rate,
            each.missing,
        )


TASKS = Ledger("tasks", "参保缴费任务台账", COLUMNS, task_rows, "quotas.view_task")
