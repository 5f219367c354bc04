"""The season of an area: who lives there, who is marked, who pays when, and the files that say so.

Figures of the law (contribution, windows, assistance) are asked of the packs; the shares below only shape invented
people so that a season looks like one.
"""

import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from demo.residents import Household, Resident
from policy.facts import Facts, Identity
from policy.pack import Pack
from policy.quote import canonical, quote
from policy.settlement import BATCH

_DATA = Path(__file__).parent / "data"

FIRST_LISTS_BEFORE = timedelta(days=10)
LISTED_AFTER = timedelta(days=6)

# Share of households (or of people, for the personal ones) with an identity; sender of the list.
_HOUSEHOLD_MARKS = (
    ("dibao", "civil_affairs", 0.055),
    ("unstable_exit", "rural_revitalization", 0.011),
    ("at_risk", "rural_revitalization", 0.009),
    ("sudden_hardship", "rural_revitalization", 0.004),
    ("poverty_return", "rural_revitalization", 0.0006),
    ("poverty_exit", "rural_revitalization", 0.085),
)
_PERSON_MARKS = (
    ("tekun", "civil_affairs", 0.012, 60, 120),
    ("orphan", "civil_affairs", 0.002, 0, 17),
    ("unsupported_child", "civil_affairs", 0.003, 0, 17),
    ("severe_disability", "disabled_federation", 0.018, 0, 120),
    ("family_planning", "health", 0.006, 40, 65),
    ("entitled_group", "veterans", 0.003, 50, 100),
)
SENDERS = {category: sender for category, sender, *_ in (*_HOUSEHOLD_MARKS, *_PERSON_MARKS)}

CATEGORY_NAMES = {
    "tekun": "特困人员",
    "orphan": "孤儿",
    "unsupported_child": "事实无人抚养儿童",
    "dibao": "低保对象",
    "poverty_return": "返贫致贫人口",
    "unstable_exit": "脱贫不稳定户",
    "at_risk": "边缘易致贫户",
    "sudden_hardship": "突发严重困难户",
    "poverty_exit": "未纳入监测的稳定脱贫人口",
    "severe_disability": "重度残疾人",
    "family_planning": "计划生育家庭",
    "entitled_group": "重点优抚对象",
}


@dataclass(frozen=True)
class Place:
    """A village with the number of people who live there and the share of them who will have paid in the end."""

    code: str
    full_name: str
    people: int
    share: float
    delay: float


@dataclass(frozen=True)
class Delivery:
    """One file of one bureau: what it is, when it comes, its title row and its rows (header first)."""

    on: date
    kind: str
    sender: str
    name: str
    title: str
    rows: list[list[str]]
    region: str = ""


@dataclass(frozen=True)
class Contribution:
    """A payment as tax reports it."""

    receipt_no: str
    resident: Resident
    amount_fen: int
    paid_on: date
    channel: str
    reversal: bool = False


@dataclass(frozen=True)
class Area:
    """What makes one area's season: `targets` is the annex, `prefixes` the first six digits of its numbers."""

    region: str
    coverage_year: int
    pack: Pack
    prefixes: tuple[str, ...]
    targets: str
    people: int
    people_per_target: float

    @property
    def first_day(self) -> date:
        return self.pack.spans["collection"].first

    @property
    def last_day(self) -> date:
        return self.pack.duties.assessment_day.on

    def listed_on(self, since: date) -> date:
        """The day on which the list with an identity determined on `since` arrives: the one before collection, or
        that of the month."""
        return since + LISTED_AFTER if since >= self.first_day else self.first_day - FIRST_LISTS_BEFORE

    @property
    def milestones(self) -> list[date]:
        """Days of the milestones on the way, the last day left out."""
        return sorted(stone.on for stone in self.pack.duties.milestones.values() if stone.on < self.last_day)

    @property
    def pays_by_roster(self) -> bool:
        """Whether a department pays for the fully assisted in one batch (PL-6.1)."""
        return any(mode.mode == BATCH for mode in self.pack.settlement.modes.values())


def read_targets(name: str) -> list[dict[str, str]]:
    """Rows of an annex in demo/data."""
    with (_DATA / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def spread(total: int, weights: list[float]) -> list[int]:
    """`total` in whole parts by weight; the parts add up to it."""
    whole = sum(weights)
    edges = [round(total * part / whole) for part in accumulate(weights)]
    return [high - low for low, high in zip([0, *edges], edges, strict=False)]


def mark(rng: random.Random, house: Household, first_day: date) -> None:
    """Gives a household and its members the identities they have on the first day of collection."""
    before = first_day - timedelta(days=20 + rng.randrange(1400))
    for category, _, share in _HOUSEHOLD_MARKS:
        if rng.random() < share:
            for member in house.members:
                member.marks.append((category, before, None))
            break
    for member in house.members:
        age = first_day.year - member.born.year
        for category, _, share, youngest, oldest in _PERSON_MARKS:
            if youngest <= age <= oldest and rng.random() < share * (4 if youngest >= 60 or oldest < 18 else 1):
                since = max(member.born, first_day - timedelta(days=20 + rng.randrange(2200)))
                member.marks.append((category, since, None))


class Calendar:
    """Days of collection and how likely a household is to pay on each: a start, a lull, the rush of the deadlines."""

    def __init__(self, first: date, last: date, milestones: Iterable[date]) -> None:
        self.days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        rushes = sorted(milestones)
        self._weights = []
        for day in self.days:
            weight = 1.0 + (1.2 if (day - first).days < 14 else 0.0) + (0.6 if (last - day).days < 4 else 0.0)
            # The days before a milestone bring more than the last days: what is left by then is hard to win.
            weight += 2.4 if any(0 <= (rush - day).days < 12 for rush in rushes) else 0.0
            weight *= 0.8 if rushes and day > rushes[-1] else 1.0
            self._weights.append(weight * (0.35 if day.weekday() >= 5 else 1.0))

    def draw(self, rng: random.Random, delay: float, count: int) -> list[date]:
        """`count` days; `delay` above 0 shifts them towards the end."""
        weights = [
            weight * (0.4 + position / len(self.days)) ** (3 * delay) for position, weight in enumerate(self._weights)
        ]
        return rng.choices(self.days, cum_weights=list(accumulate(weights)), k=count)


class Charges:
    """What tax collects from a person on a day, asked of the pack; answers are kept by distinct facts."""

    def __init__(self, area: Area) -> None:
        self._area, self._known = area, {}

    def of(self, resident: Resident, paid_on: date) -> tuple[int, str]:
        """Amount in fen, and the channel where it is not the person's own."""
        marks = tuple((category, since, ended) for category, since, ended in resident.marks)
        key = (marks, paid_on)
        answer = self._known.get(key)
        if answer is None:
            facts = Facts(
                policy=self._area.pack.id,
                birth_date=resident.born,
                paid_on=paid_on,
                identities=tuple(
                    Identity(
                        category=category, determined_on=since, ended_on=ended, marked_on=self._area.listed_on(since)
                    )
                    for category, since, ended in marks
                ),
            )
            answer = self._known[key] = quote(canonical(facts, self._area.pack), self._area.pack)
        charged = answer.charged or 0
        if charged:
            return charged, ""
        if self._area.pays_by_roster:
            return answer.standard or 0, "部门汇总申报"
        return charged, "资助代缴"


_CHANNELS = ("微信", "支付宝", "村级代收", "办税服务厅", "电子税务局")


def contributions(
    *, rng: random.Random, area: Area, place: Place, houses: list[Household], calendar: Calendar, serial: Iterator[int]
) -> Iterator[Contribution]:
    """Who of a village pays when and how much. Households pay together, now and then without one of them."""
    charges = Charges(area)
    paying = [house for house in houses if rng.random() < place.share]
    for house, day in zip(paying, calendar.draw(rng, place.delay, len(paying)), strict=True):
        channel = rng.choice(_CHANNELS)
        for member in house.members:
            if member.status != "正常" or (len(house.members) > 1 and rng.random() < 0.012):
                continue
            amount, how = charges.of(member, day)
            if not how and rng.random() < 0.0012:
                # A clerk who took last year's figure: accepted, and listed as not matching what was due.
                amount -= 3000
            receipt = f"3{area.region[:6]}{area.coverage_year}{next(serial):09d}"
            yield Contribution(receipt, member, amount, day, how or channel)
            if rng.random() < 0.0006:
                back = min(day + timedelta(days=1 + rng.randrange(9)), area.last_day)
                yield Contribution(receipt, member, amount, back, how or channel, reversal=True)


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, as departments write it."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def week_of(day: date) -> date:
    """Monday of the day's week."""
    return day - timedelta(days=day.weekday())
