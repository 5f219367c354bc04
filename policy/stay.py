"""By which year's rules a hospital stay settles."""

from dataclasses import dataclass
from typing import Literal

from policy.section import Rule

SETTLE_BY = {"discharge_year": "按出院时间当年度政策结算", "each_year": "按自然年度所属统筹区政策分别结算"}


class StayRule(Rule):
    """`same_area`: enrolled in the same pooling area in both years; `other_area`: in different ones.

    A stay that does not cross the year's end has one year only, so that either word settles it by that year.
    """

    same_area: Literal["discharge_year", "each_year"]
    other_area: Literal["discharge_year", "each_year"]


@dataclass(frozen=True, slots=True)
class StayAnswer:
    settle_by: str

    def as_json(self) -> dict:
        return {"settle_by": self.settle_by}
