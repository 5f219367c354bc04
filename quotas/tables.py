"""Tables of the quotas room."""

from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.frame import day, percent
from quotas.links import unpaid_url
from quotas.models import Snapshot, Task
from quotas.queries import Line
from quotas.templatetags.standing import flags, people, rank_change, signed, sparkline

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}, "tf": {"class": "num"}}
# Left out on a phone, where a row is a card: what stands in the region's own figures one tap away.
DESK = {"th": {"class": "ranking__desk"}, "td": {"class": "ranking__desk"}}
DESK_NUMBER = {"th": {"class": "num ranking__desk"}, "td": {"class": "num ranking__desk"}}


class _Lines(tables.Table):
    """Regions of a snapshot with their way there.

    `opens`: codes that the user may open; `mine`: the user's own places; `unpaid`: code → people not yet paid;
    `clauses`: flag → clause; `address`: year and week for links; `before`: the snapshot they are compared with.
    """

    name = tables.Column(
        gettext_lazy("Region"),
        accessor="region__name",
        order_by="row__region_id",
        attrs={"td": {"class": "ranking__name"}},
    )
    enrolled = tables.Column(gettext_lazy("Enrolled"), accessor="row__enrolled", attrs=NUMBER)
    change = tables.Column(gettext_lazy("Since last time"), accessor="enrolled_change", attrs=NUMBER, empty_values=())
    trend = tables.Column(gettext_lazy("Trend"), accessor="trend", orderable=False, attrs=DESK)
    unpaid = tables.Column(gettext_lazy("Not yet paid"), accessor="row__region_id", attrs=NUMBER, orderable=False)

    class Meta:
        row_attrs = {"class": lambda record, table: "is-mine" if record.row.region_id in table.mine else ""}
        empty_text = gettext_lazy("No region below has a task for this coverage year.")

    def __init__(
        self,
        lines: Iterable[Line],
        *,
        mine: set[str],
        opens: set[str],
        unpaid: dict[str, int],
        clauses: dict[str, str],
        address: str,
        coverage_year: int,
        before: Snapshot | None,
    ) -> None:
        self.mine, self.opens, self.unpaid, self.clauses = mine, opens, unpaid, clauses
        self.address, self.coverage_year = address, coverage_year
        lines = list(lines)
        empty = {"unpaid": not unpaid, "to_milestone": not any(line.at_stake for line in lines)}
        super().__init__(lines, exclude=[name for name, left_out in empty.items() if left_out])
        if before:
            self.columns["change"].column.verbose_name = _("Since %(day)s") % {"day": f"{before.on:%m-%d}"}

    def render_name(self, value: str, record: Line) -> SafeString | str:
        code = record.row.region_id
        if code not in self.opens:
            return value
        return format_html('<a href="{}?{}">{}</a>', reverse("quotas:area", args=[code]), self.address, value)

    def render_enrolled(self, value: int) -> str:
        return people(value)

    def render_change(self, value: int | None) -> str:
        return signed(value)

    def render_trend(self, record: Line) -> SafeString | str:
        return sparkline(record)

    def render_unpaid(self, value: str) -> SafeString | str:
        count = self.unpaid.get(value, 0)
        if not count or value not in self.opens:
            return people(count)
        return format_html('<a href="{}">{}</a>', unpaid_url(value, self.coverage_year), people(count))


class RankingTable(_Lines):
    """Regions with a task, in order."""

    rank = tables.Column(gettext_lazy("Rank"), accessor="row__rank", attrs=NUMBER)
    rate = tables.Column(gettext_lazy("Rate"), attrs=NUMBER)
    target = tables.Column(gettext_lazy("Task"), accessor="row__target", attrs=DESK_NUMBER)
    places = tables.Column(gettext_lazy("Change of rank"), accessor="rank_change", attrs=DESK_NUMBER, empty_values=())
    to_milestone = tables.Column(
        gettext_lazy("Missing to milestone"), accessor="missing_to_milestone", attrs=NUMBER, empty_values=()
    )
    missing = tables.Column(gettext_lazy("Missing to task"), attrs=DESK_NUMBER)
    flags = tables.Column(
        gettext_lazy("Flags"),
        accessor="row__flags",
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "ranking__flags"}},
    )

    class Meta(_Lines.Meta):
        sequence = (
            "rank",
            "name",
            "flags",
            "rate",
            "enrolled",
            "target",
            "change",
            "places",
            "to_milestone",
            "missing",
            "unpaid",
            "trend",
        )

    def render_rate(self, value: Any) -> str:
        return percent(value)

    def render_target(self, value: int) -> str:
        return people(value)

    def render_places(self, record: Line) -> SafeString | str:
        return rank_change(record)

    def render_to_milestone(self, value: int | None) -> str:
        return people(value)

    def render_missing(self, value: int) -> str:
        return people(value)

    def render_flags(self, record: Line) -> SafeString:
        return flags(record, self.clauses)


class OthersTable(_Lines):
    """Regions without a task of their own: counted, not ranked; the best covered first."""

    people = tables.Column(gettext_lazy("People on the register"), accessor="row__people", attrs=NUMBER)
    coverage = tables.Column(gettext_lazy("Enrolled of the register"), attrs=NUMBER)

    class Meta(_Lines.Meta):
        sequence = ("name", "coverage", "enrolled", "people", "change", "unpaid", "trend")

    def render_people(self, value: int) -> str:
        return people(value)

    def render_coverage(self, value: Any) -> str:
        return percent(value)


class InterviewTable(tables.Table):
    """Regions due for an interview."""

    name = tables.Column(gettext_lazy("Region"), accessor="region__name", order_by="row__region_id")
    parent = tables.Column(gettext_lazy("Ranked in"), accessor="row__parent__name")
    weeks = tables.Column(gettext_lazy("Weeks behind in a row"), accessor="row__weeks_behind", attrs=NUMBER)
    rank = tables.Column(gettext_lazy("Rank"), accessor="row__rank", attrs=NUMBER)
    rate = tables.Column(gettext_lazy("Rate"), attrs=NUMBER)
    missing = tables.Column(gettext_lazy("Missing to task"), attrs=NUMBER)
    on = tables.Column(gettext_lazy("By the figures of"))

    class Meta:
        empty_text = gettext_lazy("No region is due for an interview.")

    def render_name(self, value: str, record: Line) -> SafeString:
        snapshot = record.row.snapshot
        return format_html(
            '<a href="{}?year={}&amp;week={}">{}</a>',
            reverse("quotas:area", args=[record.row.parent_id]),
            snapshot.coverage_year,
            snapshot.week,
            value,
        )

    def render_rate(self, value: Any) -> str:
        return percent(value)

    def render_missing(self, value: int) -> str:
        return people(value)

    def render_on(self, value: Any) -> str:
        return day(value)


def week_link(snapshot: Snapshot) -> SafeString:
    """The snapshot's day, which leads to the ranking of its week."""
    return format_html(
        '<a href="{}?year={}&amp;week={}">{}</a>',
        reverse("quotas:area", args=[snapshot.region_id]),
        snapshot.coverage_year,
        snapshot.week,
        day(snapshot.on),
    )


class SnapshotTable(tables.Table):
    """Snapshots, the newest first."""

    on = tables.Column(gettext_lazy("Figures of"))
    week = tables.Column(gettext_lazy("Week from"))
    region = tables.Column(gettext_lazy("Area"), accessor="region__full_name", order_by="region_id")
    coverage_year = tables.Column(gettext_lazy("Coverage year"), attrs=NUMBER, localize=False)
    by = tables.Column(gettext_lazy("Frozen by"), orderable=False)
    frozen_at = tables.DateTimeColumn(verbose_name=gettext_lazy("Frozen at"), format="Y-m-d H:i")

    class Meta:
        empty_text = gettext_lazy("Nothing has been frozen yet.")

    def render_on(self, value: Any, record: Snapshot) -> SafeString:
        return week_link(record)

    def render_week(self, value: Any) -> str:
        return day(value)


class TaskTable(tables.Table):
    """Tasks with how far they have come today."""

    name = tables.Column(gettext_lazy("Region"), accessor="task__region__name", order_by="task__region_id")
    population = tables.Column(gettext_lazy("Population"), accessor="task__population", attrs=NUMBER)
    target = tables.Column(gettext_lazy("Task"), accessor="task__target", attrs=NUMBER)
    milestones = tables.Column(gettext_lazy("Milestones"), orderable=False)
    enrolled = tables.Column(gettext_lazy("Enrolled"), attrs=NUMBER)
    rate = tables.Column(gettext_lazy("Rate"), attrs=NUMBER)
    missing = tables.Column(gettext_lazy("Missing"), attrs=NUMBER)

    class Meta:
        empty_text = gettext_lazy("No task has been set. Upload the annex of the notice, or set the tasks one by one.")

    def __init__(self, rows: Iterable[Any], *, may_set: bool) -> None:
        self.may_set = may_set
        super().__init__(list(rows))
        if not may_set:
            self.empty_text = _("No task has been set here.")

    def render_name(self, value: str, record: Any) -> SafeString | str:
        task: Task = record.task
        if not self.may_set:
            return value
        url = reverse("quotas:set_task", args=[task.region_id, task.coverage_year])
        return format_html('<a href="{}">{}</a>', url, value)

    def render_population(self, value: int) -> str:
        return people(value)

    def render_target(self, value: int) -> str:
        return people(value)

    def render_milestones(self, value: Any) -> str:
        return "，".join(f"{due.on:%m-%d} {due.count:,}" for due in value) or "–"

    def render_enrolled(self, value: int) -> str:
        return people(value)

    def render_rate(self, value: Any) -> str:
        return percent(value)

    def render_missing(self, value: int) -> str:
        return people(value)
