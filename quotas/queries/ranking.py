"""Reads of what was frozen: the ranking of a week and its trend, who is due for an interview, how my places stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from policy.duties import Duties
from quotas import standing
from quotas.models import Flag, Snapshot, SnapshotRow
from quotas.publication import codes_above
from regions.models import Region
from regions.queries import within_ranges


class NoSnapshot(LookupError):
    """No snapshot in the week that was asked for; the message names the weeks there are. `weeks`: their Mondays."""

    def __init__(self, area: Region, coverage_year: int, weeks: Sequence[date], asked: date | None) -> None:
        self.weeks = list(weeks)
        where = {"area": area.full_name, "year": coverage_year}
        if not weeks:
            message = _("No snapshot of %(area)s has been frozen for coverage year %(year)s yet.") % where
        else:
            message = _(
                "%(area)s has no snapshot in the week %(week)s of coverage year %(year)s; there are: %(weeks)s."
            ) % {
                **where,
                "week": _spelled(asked) if asked else "",
                "weeks": "、".join(_spelled(week) for week in weeks),
            }
        super().__init__(message)


def _spelled(week: date) -> str:
    return f"{week}～{week + timedelta(days=6)}"


@dataclass(frozen=True)
class Line:
    """One region in a week's ranking with its way there. `before` is its row in the weekly snapshot before."""

    row: SnapshotRow
    on: date
    before: SnapshotRow | None = None
    trend: tuple[tuple[date, int], ...] = ()

    @property
    def region(self) -> Region:
        return self.row.region

    @property
    def rate(self) -> Decimal | None:
        """Enrolled by task, four places, not capped."""
        return standing.rate(self.row.enrolled, self.row.target)

    @property
    def coverage(self) -> Decimal | None:
        """Enrolled by people on the register; above 1 where people from elsewhere enrol here."""
        return standing.rate(self.row.enrolled, self.row.people)

    @property
    def missing(self) -> int | None:
        """People still missing to the task, 0 when it is completed; None without a task."""
        return None if self.row.target is None else max(self.row.target - self.row.enrolled, 0)

    @property
    def milestones(self) -> tuple[standing.Due, ...]:
        return tuple(standing.Due(date.fromisoformat(day), count) for day, count in self.row.milestones)

    @property
    def at_stake(self) -> standing.Due | None:
        """The milestone missed, or else the next one; None when all are reached."""
        return standing.at_stake(self.milestones, self.row.enrolled, self.on)

    @property
    def missing_to_milestone(self) -> int | None:
        """People still missing to the milestone at stake."""
        return self.at_stake.count - self.row.enrolled if self.at_stake else None

    @property
    def pace(self) -> int | None:
        """People a day needed to reach the milestone at stake in time; None when it is reached or past."""
        return standing.pace(self.missing_to_milestone, self.on, self.at_stake.on) if self.at_stake else None

    @property
    def enrolled_change(self) -> int | None:
        """People more (or fewer) than in the snapshot before."""
        return None if self.before is None else self.row.enrolled - self.before.enrolled

    @property
    def rank_change(self) -> int | None:
        """Places gained (lost: negative) against the snapshot before."""
        if self.before is None or self.before.rank is None or self.row.rank is None:
            return None
        return self.before.rank - self.row.rank


@dataclass(frozen=True)
class Ranking:
    """The ranking frozen for a week of an area. `lines` by rank, then code: regions with a task directly below it.

    `others` are the regions below without a task, the best covered first; `total` is the area's own line. `weeks` are
    the snapshots to choose from, one a week, the newest first.
    """

    area: Region
    coverage_year: int
    snapshot: Snapshot
    before: Snapshot | None
    lines: list[Line]
    others: list[Line]
    total: Line | None
    weeks: list[Snapshot] = field(default_factory=list)

    def line(self, code: str) -> Line | None:
        """The line of a region, the area's own included."""
        every = [*self.lines, *self.others, *([self.total] if self.total else [])]
        return next((line for line in every if line.row.region_id == code), None)

    def short_of_the_task(self, duties: Duties) -> list[Line]:
        """Who has not reached the task; nobody before the day by which it is due in whole."""
        deadline = standing.deadline(duties)
        if deadline is None or self.snapshot.on < deadline:
            return []
        return [line for line in self.lines if line.missing]

    def as_json(self) -> dict[str, Any]:
        """What `manage.py rank --json` prints."""
        return {
            "week": self.snapshot.week.isoformat(),
            "rows": [
                {
                    "region": line.row.region_id,
                    "name": line.region.name,
                    "target": line.row.target,
                    "enrolled": line.row.enrolled,
                    "rate": str(line.rate),
                    "rank": line.row.rank,
                    "weeks_behind": line.row.weeks_behind,
                    "flags": line.row.flags,
                }
                for line in self.lines
            ],
        }


def ranking(area: Region, coverage_year: int, user: Any, *, on: date | None = None) -> Ranking:
    """The ranking of the week in which `on` lies, of the newest week without it. One query, whatever the size.

    Raises NoSnapshot. Rows that the user may not see are not in it.
    """
    season = list(
        SnapshotRow.objects.visible_to(user)
        .filter(Q(parent=area) | Q(region=area), snapshot__coverage_year=coverage_year)
        .select_related("snapshot", "region")
        .order_by("snapshot__on", "snapshot_id", "region_id")
    )
    latest: dict[date, Snapshot] = {}
    for row in season:
        latest[row.snapshot.week] = row.snapshot
    weeks = sorted(latest, reverse=True)
    asked = standing.week_of(on) if on else (weeks[0] if weeks else None)
    if asked not in latest:
        raise NoSnapshot(area, coverage_year, weeks[::-1], asked)
    snapshot = latest[asked]
    before = next((latest[week] for week in weeks if week < asked), None)
    by_snapshot = {(row.snapshot_id, row.region_id): row for row in season}
    counted = [latest[week] for week in weeks[::-1]]

    def line(row: SnapshotRow) -> Line:
        series = ((each.on, by_snapshot.get((each.pk, row.region_id))) for each in counted if each.week <= asked)
        return Line(
            row,
            snapshot.on,
            by_snapshot.get((before.pk, row.region_id)) if before else None,
            tuple((day, then.enrolled) for day, then in series if then is not None),
        )

    below = [line(row) for row in season if row.snapshot_id == snapshot.pk and row.region_id != area.code]
    own = by_snapshot.get((snapshot.pk, area.code))
    return Ranking(
        area,
        coverage_year,
        snapshot,
        before,
        sorted((each for each in below if each.row.rank), key=lambda each: (each.row.rank, each.row.region_id)),
        sorted(
            (each for each in below if not each.row.rank), key=lambda each: (-(each.coverage or 0), each.row.region_id)
        ),
        line(own) if own else None,
        [latest[week] for week in weeks],
    )


def ranking_area(code: str, user: Any) -> Region | None:
    """The region whose ranking the user may open: one of their own part of the tree, or one above it. Else None."""
    if within_ranges(code, user.code_ranges) or code in codes_above(user):
        return Region.objects.filter(code=code).first()
    return None


def coverage_years(area: Region, user: Any) -> list[int]:
    """Coverage years in which the area has a ranking that the user may see, the newest first."""
    rows = SnapshotRow.objects.visible_to(user).filter(Q(parent=area) | Q(region=area))
    years = rows.order_by("-snapshot__coverage_year").values_list("snapshot__coverage_year", flat=True)
    return list(years.distinct())


def my_places(user: Any) -> list[Line]:
    """Where the user's own places stand, by region: of the newest coverage year the newest row, a ranked one first.

    A town's own snapshot does not rank the town; the county's does.
    """
    own = [region.code for region in user.regions.all()]
    rows = (
        SnapshotRow.objects.visible_to(user)
        .filter(region__in=own, target__isnull=False)
        .select_related("snapshot", "region", "parent")
    )
    newest: dict[str, SnapshotRow] = {}
    for row in sorted(rows, key=lambda row: (row.snapshot.coverage_year, bool(row.rank), row.snapshot.on, row.pk)):
        newest[row.region_id] = row
    return [Line(row, row.snapshot.on) for _code, row in sorted(newest.items())]


def people_missing(user: Any) -> int:
    """People that the user's places still lack to the milestone at stake, or to the task where there is none left."""
    return sum(
        line.missing if line.missing_to_milestone is None else line.missing_to_milestone for line in my_places(user)
    )


def interviews(user: Any) -> list[Line]:
    """Regions due for an interview by the newest snapshot of each area in the user's part of the tree, worst first."""
    newest = {each.region_id: each.pk for each in Snapshot.objects.visible_to(user).order_by("on", "pk")}
    rows = (
        SnapshotRow.objects.visible_to(user)
        .filter(snapshot__in=[pk for code, pk in newest.items() if within_ranges(code, user.code_ranges)], behind=True)
        .select_related("snapshot__region", "region", "parent")
        .order_by("snapshot__on", "snapshot_id")
    )
    due = {row.region_id: Line(row, row.snapshot.on) for row in rows if Flag.INTERVIEW in row.flags}
    return sorted(due.values(), key=lambda line: (-line.row.weeks_behind, line.row.region_id))
