from datetime import date
from typing import Any

from accounts.cli import JsonCommand
from accounts.models import Staff
from notices.queries import NoNotice
from policy.pack import PackError
from regions.models import Region
from subsidies.reconciliation import reconcile


class Command(JsonCommand):
    """`reconcile --area CODE --year YYYY`: ledger against ledger; exit status 1 when something does not agree.

    `left`, `right` and `difference` are people (numbers) or yuan (strings with two decimals); `rows` is how many people
    or lines do not agree.
    """

    help = "Compares marks, decisions, payments, enrolments and funds with each other"
    permission = "subsidies.reconcile"
    refusals = (NoNotice, PackError)

    def handle_json(
        self, *, area: Region, year: int, on: date, by: Staff, **options: Any
    ) -> tuple[dict[str, Any], int]:
        checked = reconcile(area=area, coverage_year=year, on=on, user=by)
        ok = all(each.result.ok for each in checked)
        checks = [
            {
                "name": each.check.name,
                "ok": each.result.ok,
                "left": each.result.left,
                "right": each.result.right,
                "difference": each.result.difference,
                "rows": each.result.rows,
            }
            for each in checked
        ]
        for each in checked:
            if not each.result.ok:
                self.say(f"不一致：{each.check.left} {each.result.left} ≠ {each.check.right} {each.result.right}")
        return {"checks": checks, "ok": ok}, 0 if ok else 1

    def summary(self, result: dict[str, Any]) -> str:
        return "\n".join(
            f"{'一致' if each['ok'] else '不一致'}  {each['name']}：{each['left']} / {each['right']}，"
            f"相差 {each['difference']}，{each['rows']} 行"
            for each in result["checks"]
        )
