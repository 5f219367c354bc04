from datetime import date
from typing import Any

from accounts.cli import JsonCommand
from accounts.models import Staff
from quotas.queries import NoSnapshot, ranking
from regions.models import Region


class Command(JsonCommand):
    """The ranking frozen for the week of a day; docs/commands.md."""

    help = "Prints the ranking frozen for the week of --on (the area's business date without it)."
    permission = "quotas.view_snapshot"
    refusals = (NoSnapshot,)

    def handle_json(self, *, area: Region, year: int, on: date, by: Staff, **_options: Any) -> tuple[dict, int]:
        found = ranking(area, year, by, on=on)
        if not found.lines:
            self.say(f"{area.full_name}之下没有{year}年度的任务，没有可排名的地区")
        return found.as_json(), 0

    def summary(self, result: dict[str, Any]) -> str:
        lines = [f"{result['week']} 起的一周"]
        for row in result["rows"]:
            flags = "、".join(row["flags"])
            lines.append(
                f"{row['rank']:>3}  {row['name']}  {row['enrolled']}/{row['target']}  {row['rate']}"
                f"  连续落后 {row['weeks_behind']} 周{f'  {flags}' if flags else ''}"
            )
        return "\n".join(lines)
