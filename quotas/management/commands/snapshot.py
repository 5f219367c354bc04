from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from accounts.business_day import today_in
from accounts.cli import CommandRefused, JsonCommand
from accounts.models import Staff
from notices.queries import NoNotice
from policy.pack import PackError
from quotas.models import SnapshotRow
from quotas.services import freeze_due, freeze_snapshot
from regions.models import Region
from regions.queries import within_ranges


class Command(JsonCommand):
    """Freezes the week's figures of every region in the area; docs/commands.md."""

    help = "Freezes the week's figures of an area; --due freezes every area whose week has none yet."
    optional = ("area", "year", "on")
    permission = "quotas.freeze"
    refusals = (NoNotice, PackError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--due", action="store_true", help="instead of one area: every area with tasks whose week has no snapshot"
        )

    def handle_json(self, *, by: Staff, due: bool, **options: Any) -> tuple[dict, int]:
        if due:
            made = freeze_due(by=by)
            return {"frozen": [{"area": each.region_id, "year": each.coverage_year, "on": each.on} for each in made]}, 0
        if options["area"] is None or options["year"] is None:
            raise CommandRefused("请用 --area 和 --year 指明区划代码和参保年度，或用 --due 冻结所有到期的地区")
        return self._one(by=by, area=options["area"], year=options["year"], on=options["on"])

    def _one(self, *, by: Staff, area: Region, year: int, on: date) -> tuple[dict, int]:
        if not within_ranges(area.code, by.code_ranges):
            raise CommandRefused(f"{area.full_name}（{area.code}）只有一部分在账号“{by.username}”的管辖范围内")
        if on > today_in(area.code):
            self.say(f"提示：{on} 晚于业务日期 {today_in(area.code)}，冻结的只是目前已知的数字")
        frozen = freeze_snapshot(region=area, coverage_year=year, on=on, by=by)
        if not frozen.made:
            self.say(f"{area.full_name} {on} 的快照已经冻结，内容不变")
        rows = SnapshotRow.objects.visible_to(by).filter(snapshot=frozen.snapshot)
        total = rows.get(region=area)
        return {"regions": rows.count(), "enrolled": total.enrolled, "target": total.target or 0}, 0
