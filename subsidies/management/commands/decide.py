import time
from datetime import date
from typing import Any

from accounts.cli import JsonCommand
from accounts.models import Staff
from notices.queries import NoNotice
from policy.pack import PackError
from regions.models import Region
from subsidies.models import DecisionRun
from subsidies.services import DecisionInProgress, DecisionRefused, LeaseLost, decide


class Command(JsonCommand):
    """`decide --area CODE --year YYYY [--on DATE]`: assistance and benefit decisions for everyone in the area.

    `assistance` and `fiscal_subsidy` are sums in yuan by fund over the decisions that rest on a standing payment, since
    assistance follows payment; who would be assisted but has not paid is in `people` and `decided` alone. What a notice
    gives as one sum, without saying which fund bears which part, stands under `unsplit`.
    """

    help = "Decides assistance and benefits for everyone in an area"
    permission = "subsidies.decide"
    refusals = (NoNotice, PackError, DecisionRefused, LeaseLost)

    def handle_json(
        self, *, area: Region, year: int, on: date, by: Staff, **options: Any
    ) -> tuple[dict[str, Any], int]:
        self._told = 0.0
        run = self._decide(area, year, on, by)
        return {
            "people": run.people,
            "decided": run.decided,
            "undetermined": run.undetermined,
            "changed": run.changed,
            **run.result,
        }, 0

    def _decide(self, area: Region, year: int, on: date, by: Staff) -> DecisionRun:
        """Waits for a run that another worker holds; one whose worker died is free after a minute."""
        waited = False
        while True:
            try:
                return decide(region=area, coverage_year=year, on=on, by=by, progress=self._progress)
            except DecisionInProgress as error:
                if not waited:
                    self.say(error)
                waited = True
                time.sleep(1)

    def _progress(self, done: int, people: int) -> None:
        if done == people or time.monotonic() - self._told >= 1:
            self._told = time.monotonic()
            self.say(f"已认定 {done:,} / {people:,} 人")

    def summary(self, result: dict[str, Any]) -> str:
        lines = [
            f"{result['people']:,} 人：已认定 {result['decided']:,}，待定 {result['undetermined']:,}，"
            f"有变化 {result['changed']:,}"
        ]
        for name, key in (("参保资助", "assistance"), ("财政补助", "fiscal_subsidy")):
            lines += [f"{name} {fund}：{amount} 元" for fund, amount in result[key].items()]
        return "\n".join(lines)
