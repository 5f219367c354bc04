"""The ranking of a week leaves as a file; the same figures as on the page and from `manage.py rank`."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Staff
from exchanges.ledgers import Column, Kind
from exchanges.models import LedgerExport
from exchanges.writers import HashedSink, Heading, opened
from quotas.models import Flag
from quotas.queries import Line, OverdueList, Ranking, overdue_lists

COLUMNS = (
    Column("名次", Kind.INTEGER, 6),
    Column("区划代码", Kind.TEXT, 14),
    Column("名称", Kind.TEXT, 20),
    Column("任务数", Kind.INTEGER, 10),
    Column("参保人数", Kind.INTEGER, 10),
    Column("完成率", Kind.RATE, 10),
    Column("较上期增加", Kind.INTEGER, 10),
    Column("名次变化", Kind.INTEGER, 9),
    Column("节点日期", Kind.DATE, 12),
    Column("距节点还差", Kind.INTEGER, 10),
    Column("距任务还差", Kind.INTEGER, 10),
    Column("连续落后周数", Kind.INTEGER, 12),
    Column("标记", Kind.TEXT, 24),
)


def _cells(line: Line, name: str) -> list[str]:
    cells: list[Any] = [
        line.row.rank,
        line.row.region_id,
        name,
        line.row.target,
        line.row.enrolled,
        line.rate,
        line.enrolled_change,
        line.rank_change,
        line.at_stake.on if line.at_stake else None,
        line.missing_to_milestone,
        line.missing,
        line.row.weeks_behind,
        "、".join(str(Flag(flag).label) for flag in line.row.flags),
    ]
    return ["" if cell is None else str(cell) for cell in cells]


def _rows(found: Ranking) -> Iterator[list[str]]:
    for line in (*found.lines, *found.others):
        yield _cells(line, line.region.name)
    if found.total:
        yield ["", *_cells(found.total, "合计")[1:11], "", ""]


def _overdue_words(each: OverdueList) -> str:
    """A list that was overdue, in a line: 民政局：身份名单，应于2023-09-05前报送，逾期3天."""
    whose = f"医保经办机构报{each.bureau}" if each.ours else each.bureau
    return f"{whose}：{each.title}，应于{each.due_on}前报送，逾期{each.days}天"


def _overdue_facts(found: Ranking) -> list[tuple[str, str]]:
    lines = [_overdue_words(each) for each in overdue_lists(found)]
    return [("逾期未报送的名单", "；".join(lines))] if lines else []


def export_ranking(*, found: Ranking, file_format: str, sink: IO[bytes], by: Staff, on: date) -> LedgerExport:
    """Writes the ranking to `sink` (`file_format`: a key of `exchanges.writers.FORMATS`), with its audit row.

    The sink's content is given away only after this returns, so nothing leaves that was not recorded.
    """
    snapshot, hashed = found.snapshot, HashedSink(sink)
    heading = Heading(
        title=f"{found.area.name}{found.coverage_year}年度参保缴费周排名",
        facts=(
            ("地区", found.area.full_name),
            ("参保年度", str(found.coverage_year)),
            ("周", f"{snapshot.week}～{snapshot.week + timedelta(days=6)}"),
            ("截至", snapshot.on.isoformat()),
            ("上期", found.before.on.isoformat() if found.before else "无"),
            *_overdue_facts(found),
            ("导出人", str(by)),
            ("导出时间", f"{timezone.localtime():%Y-%m-%d %H:%M}"),
        ),
    )
    rows = list(_rows(found))
    with opened(file_format, hashed, heading, COLUMNS) as writer:
        writer.write_rows(rows)
    with transaction.atomic():
        export = LedgerExport.objects.create(
            ledger="ranking",
            region=found.area,
            coverage_year=found.coverage_year,
            on=on,
            format=file_format,
            rows=len(rows),
            sha256=hashed.sha256,
            by=by,
        )
        audit.record(
            by=by,
            on=on,
            verb="quotas.export_ranking",
            subject=export,
            after={"week": snapshot.week, "format": file_format, "rows": len(rows), "sha256": export.sha256},
        )
    return export
