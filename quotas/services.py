"""Writes of the quotas room: tasks, and the week's figures frozen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.business_day import today_in
from accounts.models import Staff
from accounts.scope import within
from exchanges.models import Batch
from notices.models import Season
from notices.queries import pack_for
from notices.services import keep_version
from policy.duties import Duties, Ranking
from quotas import standing
from quotas.models import Flag, Milestone, Snapshot, SnapshotRow, Task
from quotas.queries.counting import Count, Tree, counts, tree
from quotas.queries.overdue import overdue_on
from quotas.queries.tasks import own_milestones
from quotas.standing import Due
from regions.models import Region
from regions.queries import code_ranges


class TaskRefused(ValueError):
    """The figures of a task contradict each other; the message says which."""


class Frozen(NamedTuple):
    """A snapshot, and whether this call made it (False: it stood already and nothing changed)."""

    snapshot: Snapshot
    made: bool


def _described(task: Task, milestones: Mapping[date, int]) -> dict[str, Any]:
    return {
        "target": task.target,
        "population": task.population,
        "milestones": {day.isoformat(): count for day, count in sorted(milestones.items())},
    }


@transaction.atomic
def set_task(
    *,
    region: Region,
    coverage_year: int,
    target: int,
    population: int | None = None,
    milestones: Mapping[date, int] | None = None,
    batch: Batch | None = None,
    by: Staff,
    on: date,
    why: str = "",
) -> Task:
    """Sets what a region must enrol (ZJ-2.0, PL-8.3a); the same again changes nothing. Frozen weeks keep their task.

    `milestones`: day → people by then; None leaves those that stand, `{}` removes them. Raises TaskRefused.
    """
    if target < 1:
        raise TaskRefused(_("The task must be at least one person."))
    if milestones and (too_many := next((count for count in milestones.values() if not 0 <= count <= target), None)):
        raise TaskRefused(
            _("A milestone asks for %(count)s people, the whole task for %(target)s: correct one of them.")
            % {"count": too_many, "target": target}
        )
    task = Task.objects.select_for_update().filter(region=region, coverage_year=coverage_year).first()
    stood = {each.due_on: each.due_count for each in task.milestones.all()} if task else {}
    before = _described(task, stood) if task else None
    task = task or Task(region=region, coverage_year=coverage_year)
    task.target, task.population = target, population
    wanted = stood if milestones is None else dict(milestones)
    after = _described(task, wanted)
    if before == after:
        return task
    task.batch = batch
    task.save()
    if wanted != stood:
        task.milestones.all().delete()
        Milestone.objects.bulk_create(Milestone(task=task, due_on=day, due_count=each) for day, each in wanted.items())
    audit.record(by=by, on=on, verb="quotas.set_task", subject=task, before=before, after=after, why=why)
    return task


@transaction.atomic
def withdraw_task(*, task: Task, by: Staff, on: date, why: str = "") -> None:
    """Takes a task back that was set by mistake. Frozen weeks keep it."""
    stood = {each.due_on: each.due_count for each in task.milestones.all()}
    audit.record(by=by, on=on, verb="quotas.withdraw_task", subject=task, before=_described(task, stood), why=why)
    task.delete()


@transaction.atomic
def freeze_snapshot(*, region: Region, coverage_year: int, on: date, by: Staff) -> Frozen:
    """Freezes the figures of every region of an area on a day, with ranks and flags (docs/commands.md), and the lists
    between departments that are overdue.

    The same day again changes nothing, also when payments, tasks or the notice have changed since: what was published
    stays. Correct figures come with the next day's snapshot, which takes its place as the week's ranking. A snapshot of
    an earlier day can be added later; those already frozen keep the weeks in a row that they published.

    Raises `notices.queries.NoNotice`, `policy.pack.PackError`.
    """
    pack = pack_for(region.code, coverage_year, on=on)
    snapshot, made = Snapshot.objects.get_or_create(
        region=region,
        coverage_year=coverage_year,
        on=on,
        defaults={
            "week": standing.week_of(on),
            "by": by,
            "pack_version": keep_version(pack),
            "overdue": lambda: [each._asdict() for each in overdue_on(region, coverage_year, on)],
        },
    )
    if not made:
        return Frozen(snapshot, False)
    rows = _rows(snapshot, pack.duties)
    SnapshotRow.objects.bulk_create(rows, batch_size=1000)
    total = next(row for row in rows if row.region_id == region.code)
    audit.record(
        by=by,
        on=on,
        verb="quotas.freeze_snapshot",
        subject=snapshot,
        after={"regions": len(rows), "enrolled": total.enrolled, "target": total.target},
    )
    return Frozen(snapshot, True)


def _rows(snapshot: Snapshot, duties: Duties) -> list[SnapshotRow]:
    places = tree(snapshot.region, snapshot.on)
    assessment_day = duties.assessment_day.on if duties.assessment_day else None
    found = counts(places, coverage_year=snapshot.coverage_year, assessment_day=assessment_day)
    tasks = _tasks(places, snapshot.coverage_year, duties)
    rows = [_row(snapshot, code, places, found[code], tasks) for code in places.regions]
    by_code = {row.region_id: row for row in rows}
    earlier = _behind_before(snapshot)
    for parent, children in places.children.items():
        ranked = [
            standing.Entrant(code, found[code].enrolled, tasks[code].target)
            for code in children
            if code in tasks and tasks[code].own
        ]
        rule = _rule(duties.ranking, [places.regions[entrant.code] for entrant in ranked])
        _rank(ranked, rule, by_code, earlier.get(parent, ()))
    return rows


class _Target(NamedTuple):
    """A region's task and milestones; `own` False where they are the sums of those below."""

    target: int
    milestones: tuple[Due, ...]
    own: bool


def _tasks(places: Tree, coverage_year: int, duties: Duties) -> dict[str, _Target]:
    """Code → task, of every region that has one or has some below it. A merged region's task goes to its successor."""
    own: dict[str, list[_Target]] = defaultdict(list)
    stored = Task.objects.filter(within("region", code_ranges(places.area)), coverage_year=coverage_year)
    for task in stored.prefetch_related("milestones"):
        code = places.successor(task.region_id)
        if code is not None:
            milestones = standing.milestones(task.target, own_milestones(task), duties)
            own[code].append(_Target(task.target, milestones, True))
    found: dict[str, _Target] = {}
    for code in places.bottom_up():
        below = [found[child] for child in places.children.get(code, ()) if child in found]
        if parts := own.get(code) or below:
            found[code] = _Target(
                sum(part.target for part in parts),
                standing.total_milestones([part.milestones for part in parts]),
                code in own,
            )
    return found


def _row(snapshot: Snapshot, code: str, places: Tree, count: Count, tasks: Mapping[str, _Target]) -> SnapshotRow:
    task = tasks.get(code)
    row = SnapshotRow(
        snapshot=snapshot,
        region=places.regions[code],
        parent_id=places.parents[code],
        people=count.people,
        enrolled=count.enrolled,
        enrolled_all=count.enrolled_all,
        target=task.target if task else None,
        milestones=[[due.on.isoformat(), due.count] for due in task.milestones] if task else [],
    )
    if task and standing.missed(task.milestones, count.enrolled, snapshot.on):
        row.flags.append(Flag.MILESTONE_MISSED)
    if task and count.enrolled >= task.target:
        row.flags.append(Flag.COMPLETE)
    return row


def _rule(rule: Ranking | None, ranked: Iterable[Region]) -> Ranking | None:
    """The notice's rule where it ranks divisions of this level: PL-8.5 speaks of towns, ZJ-5.6a of villages."""
    return rule if rule and all(region.level == rule.level for region in ranked) else None


def _rank(
    ranked: list[standing.Entrant],
    rule: Ranking | None,
    rows: Mapping[str, SnapshotRow],
    earlier: Iterable[set[str]],
) -> None:
    """Writes rank, behind, weeks in a row and the flags that follow from them into the rows of siblings."""
    rank_of, last, behind = standing.ranks(ranked), standing.last(ranked), standing.behind(ranked, rule)
    earlier = list(earlier)
    for code, rank in rank_of.items():
        row = rows[code]
        row.rank = rank
        row.behind = code in behind
        row.weeks_behind = standing.weeks_behind(code, now=row.behind, before=earlier)
        due = rule is not None and row.weeks_behind >= rule.interview_after
        found = {*row.flags, *([Flag.LAST] if code in last else []), *([Flag.INTERVIEW] if due else [])}
        row.flags = [flag.value for flag in Flag if flag in found]


def _behind_before(snapshot: Snapshot) -> dict[str, list[set[str]]]:
    """Parent → who was behind in each earlier week's ranking of its children, the nearest week first.

    Of several snapshots of a week the latest counts, whichever area above the parent it was frozen for.
    """
    ranked = SnapshotRow.objects.filter(
        within("parent", code_ranges(snapshot.region)),
        snapshot__coverage_year=snapshot.coverage_year,
        snapshot__week__lt=snapshot.week,
        rank__isnull=False,
    )
    latest: dict[tuple[str, date], int] = {}
    rankings = ranked.order_by("snapshot__on", "snapshot_id").values_list("parent_id", "snapshot__week", "snapshot_id")
    for parent, week, pk in rankings.distinct():
        latest[parent, week] = pk
    behind: dict[tuple[str, int], set[str]] = defaultdict(set)
    for parent, pk, code in ranked.filter(behind=True).order_by().values_list("parent_id", "snapshot_id", "region_id"):
        behind[parent, pk].add(code)
    found: dict[str, list[set[str]]] = defaultdict(list)
    for parent, week in sorted(latest, key=lambda key: key[1], reverse=True):
        found[parent].append(behind[parent, latest[parent, week]])
    return found


def freeze_due(*, by: Staff) -> list[Snapshot]:
    """Freezes today's figures of every area whose season runs, has tasks, and whose week has no snapshot yet.

    For the schedule: running it twice changes nothing. A season runs from the first day of its windows to the last, or
    to the assessment day where that is later.
    """
    made = []
    for season in Season.objects.select_related("region"):
        on = today_in(season.region_id)
        stored = Snapshot.objects.filter(region=season.region, coverage_year=season.coverage_year)
        if stored.filter(week=standing.week_of(on)).exists() or not _runs(season, on):
            continue
        if Task.objects.filter(
            within("region", code_ranges(season.region)), coverage_year=season.coverage_year
        ).exists():
            frozen = freeze_snapshot(region=season.region, coverage_year=season.coverage_year, on=on, by=by)
            made.append(frozen.snapshot)
    return made


def _runs(season: Season, on: date) -> bool:
    pack = pack_for(season.region_id, season.coverage_year, on=on)
    spans = [window.span for window in pack.windows.values()]
    days = [span.last for span in spans] + ([pack.duties.assessment_day.on] if pack.duties.assessment_day else [])
    return min(span.first for span in spans) <= on <= max(days)
