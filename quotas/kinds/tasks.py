"""The annex of a notice: how many people each town or village must enrol, and by when how many (ZJ-2.0, PL-8.3a)."""

from collections import defaultdict
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from exchanges.columns import Day, Place, Whole
from exchanges.kinds import Column, FileKind
from exchanges.staging import Chunk, Staging
from quotas.models import Task
from quotas.services import set_task
from regions.models import Region


def _refuse_figures(staging: Staging) -> None:
    staging.refuse("target", "target_zero", "WHERE s.target = 0")
    staging.refuse("due_on", "due_undated", "WHERE s.due_on IS NULL AND s.due_count IS NOT NULL AND NOT s.bad")
    staging.refuse("due_count", "due_above_target", "WHERE s.due_count > s.target")


def _refuse_contradictions(staging: Staging) -> None:
    """Rows of one region say the same task, and each date once."""
    for field, group in (("target", "region"), ("due_count", "region, due_on")):
        columns = group.split(", ")
        staging.refuse(
            field,
            "rows_contradict",
            f"""
            JOIN (
                SELECT {group}, min(row_number) AS first_row, max(row_number) AS last_row
                FROM {{staged}} WHERE NOT bad AND {columns[-1]} IS NOT NULL
                GROUP BY {group} HAVING min({field}) <> max({field})
            ) g ON {" AND ".join(f"g.{column} = s.{column}" for column in columns)}
            """,
            detail="CAST(CASE WHEN s.row_number = g.first_row THEN g.last_row ELSE g.first_row END AS text)",
        )


def _refuse_older(staging: Staging) -> None:
    staging.refuse_older(
        "target",
        f"JOIN {Task._meta.db_table} t ON t.region_id = s.region AND t.coverage_year = %(year)s",
        "t.batch_id",
        "t.target <> s.target OR t.population <> s.population",
    )


def _merge(chunk: Chunk) -> int:
    """Sets the tasks by `quotas.services.set_task`, which writes the trail of each.

    A date without a number is the day by which the whole task is due (PL-8.3a: all by 25 December).
    """
    batch = chunk.batch
    rows_of, figures, due = defaultdict(int), {}, defaultdict(dict)
    for region, population, target, due_on, due_count in chunk.fetch(
        "SELECT s.region, s.population, s.target, s.due_on, s.due_count FROM {staged} s WHERE {rows} "
        "ORDER BY s.row_number"
    ):
        rows_of[region] += 1
        figures[region] = (target, population if population is not None else figures.get(region, (0, None))[1])
        if due_on is not None:
            due[region][date.fromisoformat(due_on) if isinstance(due_on, str) else due_on] = (
                target if due_count is None else due_count
            )
    known = dict(
        Task.objects.filter(coverage_year=batch.coverage_year, region__in=figures).values_list(
            "region_id", "population"
        )
    )
    regions = Region.objects.in_bulk(list(figures))
    changed = 0
    for code, (target, population) in figures.items():
        task = set_task(
            region=regions[code],
            coverage_year=batch.coverage_year,
            target=target,
            population=known.get(code) if population is None else population,
            milestones=due.get(code),
            batch=batch,
            by=batch.uploaded_by,
            on=batch.business_on,
        )
        changed += rows_of[code] if task.batch_id == batch.pk else 0
    return changed


TASKS = FileKind(
    name="tasks",
    label=_("Task list"),
    columns=(
        Column(
            "region",
            "名称",
            Place(),
            required=True,
            synonyms=(
                "镇",
                "村",
                "乡镇",
                "镇村",
                "镇名称",
                "村名称",
                "镇名",
                "村名",
                "乡镇名称",
                "镇村名称",
                "行政村",
                "行政村名称",
                "行政村(社区)",
                "村(社区)",
                "村(居)",
                "村居",
                "街道",
                "社区",
                "镇(街道)",
                "镇(办)",
                "镇办",
                "乡(镇)",
                "乡镇(街道)",
                "乡镇(办)",
                "各镇",
                "各村",
                "镇别",
                "村别",
                "区划名称",
                "单位",
                "单位名称",
                "区划",
                "地区",
            ),
            example="老县镇",
            rule=_("town or village name"),
        ),
        Column(
            "population",
            "人口数",
            Whole("人"),
            synonyms=(
                "人口",
                "人口总数",
                "总人口",
                "总人口数",
                "村人口数",
                "户籍人口",
                "户籍人口数",
                "户籍总人口",
                "全村人口",
            ),
        ),
        Column(
            "target",
            "任务数",
            Whole("人"),
            required=True,
            synonyms=(
                "任务",
                "任务人数",
                "总任务数",
                "任务总数",
                "参保任务数",
                "参保任务",
                "参保缴费任务",
                "参保目标",
                "参保目标数",
                "目标任务",
                "目标任务数",
                "目标任务人数",
                "目标人数",
                "目标数",
                "下达任务",
                "下达任务数",
                "年度任务",
                "年度任务数",
                "征缴任务",
                "征缴任务数",
                "应参保人数",
                "应参保数",
            ),
            example="18800",
        ),
        Column(
            "due_on",
            "截止日期",
            Day(years=(1, 1)),
            synonyms=("完成时限", "完成日期", "截止时间", "截止时限", "时间节点"),
            example="2021-11-30",
        ),
        Column(
            "due_count",
            "应完成数",
            Whole("人"),
            synonyms=("应完成", "应完成人数", "截止应完成数", "应完成任务", "应完成任务数", "阶段任务数", "节点任务数"),
            example="15040",
        ),
    ),
    senders=frozenset({BureauKind.GOVERNMENT, BureauKind.AGENCY}),
    checks=(_refuse_figures, _refuse_contradictions, _refuse_older),
    merge=_merge,
    tables=(),
    key="region",
    problems={
        "target_zero": _("is 0; a task is at least one person"),
        "due_undated": _("is missing, but the number due by then is given; please add the date or delete the number"),
        "due_above_target": _("is more than the whole task; please correct one of them"),
        "rows_contradict": _("row %(detail)s says something else of the same place; please leave only the right row"),
    },
    help=_("How many people each town or village must enrol, and by when how many."),
)
