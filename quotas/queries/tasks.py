"""Reads of tasks: who must enrol how many, what the notice says of it, how far it has come."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.scope import visible_ranges, within
from notices.queries import NoNotice, pack_for
from policy.duties import Duties
from policy.pack import PackError
from quotas import standing
from quotas.models import Task
from quotas.queries.counting import Tree, counts, tree
from regions.models import Region
from regions.queries import code_ranges


@dataclass(frozen=True)
class Terms:
    """What the notice of an area says of tasks and rankings, with its clauses; empty where there is none."""

    duties: Duties
    title: str = ""
    document_number: str = ""
    jurisdiction: str = ""

    @property
    def assessment_day(self) -> date | None:
        return self.duties.assessment_day.on if self.duties.assessment_day else None

    def stated_target(self, area: Region) -> int | None:
        """People to enrol as the text of the notice says, for the area that it is made for."""
        return self.duties.target.people if self.duties.target and area.code == self.jurisdiction else None


def terms(area: Region, coverage_year: int, *, on: date) -> Terms:
    """What the notice that governs the area on the day says; empty terms where no notice is set."""
    try:
        pack = pack_for(area.code, coverage_year, on=on)
    except (NoNotice, PackError):
        return Terms(Duties())
    return Terms(pack.duties, pack.title, pack.document_number, pack.jurisdiction)


def tasks_in(area: Region, coverage_year: int, user: Any) -> QuerySet[Task]:
    """The tasks in an area that the user may see, by region, with region and milestones."""
    return (
        Task.objects.visible_to(user)
        .filter(within("region", code_ranges(area)), coverage_year=coverage_year)
        .select_related("region")
        .prefetch_related("milestones")
        .order_by("region_id")
    )


def sum_of_tasks(area: Region, coverage_year: int) -> int:
    """What the tasks directly below an area add up to (annexes: 210,000 and 41,851)."""
    below = Region.objects.filter(areas__area=area) if area.level == "area" else Region.objects.filter(parent=area)
    tasks = Task.objects.filter(coverage_year=coverage_year, region__in=below)
    return tasks.aggregate(people=Sum("target"))["people"] or 0


@dataclass(frozen=True)
class TaskProgress:
    """A task and how far it has come on a day, by the rule of the ranking."""

    task: Task
    milestones: tuple[standing.Due, ...]
    enrolled: int

    @property
    def rate(self) -> Decimal | None:
        return standing.rate(self.enrolled, self.task.target)

    @property
    def missing(self) -> int:
        """People still missing to the task; 0 when it is completed."""
        return max(self.task.target - self.enrolled, 0)


def task_progress(area: Region, coverage_year: int, on: date, user: Any) -> list[TaskProgress]:
    """Every task in the area that the user may see, counted on the day as a snapshot of that day would."""
    places: Tree = tree(area, on)
    notice = terms(area, coverage_year, on=on)
    found = counts(
        places,
        coverage_year=coverage_year,
        assessment_day=notice.assessment_day,
        ranges=visible_ranges(user, area),
    )
    return [
        TaskProgress(
            task,
            standing.milestones(task.target, own_milestones(task), notice.duties),
            found[code].enrolled if (code := places.successor(task.region_id)) else 0,
        )
        for task in tasks_in(area, coverage_year, user)
    ]


def own_milestones(task: Task) -> list[standing.Due]:
    """The milestones that came with the task itself, e.g. Pingli's column "by 30 November"."""
    return [standing.Due(each.due_on, each.due_count) for each in task.milestones.all()]
