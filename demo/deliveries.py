"""The files of a season, in the order in which the departments send them."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from demo.residents import Household, Numbers, Resident, households
from demo.season import (
    CATEGORY_NAMES,
    FIRST_LISTS_BEFORE,
    LISTED_AFTER,
    SENDERS,
    Area,
    Calendar,
    Contribution,
    Delivery,
    Place,
    contributions,
    mark,
    read_targets,
    spread,
    week_of,
    yuan,
)

_POPULATION = ["姓名", "身份证号", "户籍地区划", "户号", "居住地区划", "状态", "状态日期"]
_IDENTITIES = ["姓名", "身份证号", "户籍地区划", "身份类别", "认定日期", "变动类型", "退出日期", "备注"]
_PAYMENTS = ["电子税票号码", "姓名", "身份证号", "参保地区划", "参保年度", "档次", "缴费金额", "缴费日期", "缴费渠道"]


@dataclass
class Season:
    """A season made up: the places, the people in them, and what is sent on which day."""

    area: Area
    places: list[Place]
    houses: dict[str, list[Household]]
    deliveries: list[Delivery]

    @property
    def snapshot_days(self) -> list[date]:
        """The Sunday of every week of collection, and its last day."""
        sunday = week_of(self.area.first_day) + timedelta(days=6)
        days = []
        while sunday < self.area.last_day:
            days.append(sunday)
            sunday += timedelta(days=7)
        return [*days, self.area.last_day]


def _places(rng: random.Random, area: Area, villages: list[tuple[str, str]]) -> list[Place]:
    """Villages with their share of people and how willing they are; towns (or villages) differ from each other."""
    rows = {row["code12"]: row for row in read_targets(area.targets)}
    weights = [float(row.get("population") or row["task"]) for row in rows.values()]
    people_by_code = dict(zip(rows, spread(area.people, weights), strict=True))
    real = [float(row.get("population") or 0) for row in rows.values()]
    willing = {}
    for position, (code, row) in enumerate(rows.items()):
        # Who is asked for less than all of its people reaches the task with fewer of them.
        asked = float(row["task"]) / (real[position] or float(row["task"]) * area.people_per_target)
        willing[code] = (asked * rng.uniform(0.965, 1.06), rng.choice((-0.15, 0.0, 0.0, 0.15, 0.45)))
    places = []
    for code, people in people_by_code.items():
        inside = [(village, name) for village, name in villages if village == code or village[:9] == code[:9]]
        if any(village == code for village, _ in inside):
            inside = [(village, name) for village, name in inside if village == code]
        share, delay = willing[code]
        parts = spread(people, [rng.uniform(0.5, 1.6) for _ in inside])
        for (village, name), part in zip(inside, parts, strict=True):
            own = min(0.995, share * (rng.uniform(0.96, 1.03) if len(inside) > 1 else 1.0))
            places.append(Place(village, name, part, own, delay))
    return places


def _statuses(rng: random.Random, people: list[Resident], first_day: date) -> None:
    for resident in people:
        if rng.random() < 0.006:
            age = (first_day - resident.born).days // 365
            # The army takes the young, a sentence is served by grown-ups.
            choices = ["死亡", "死亡", "迁出"] + ["参军"] * (18 <= age <= 26) + ["服刑"] * (age >= 18)
            resident.status = rng.choice(choices)
            resident.status_on = max(resident.born, first_day - timedelta(days=rng.randrange(5, 300)))


def _population_rows(houses: list[Household]) -> Iterator[list[str]]:
    for house in houses:
        for person in house.members:
            since = f"{person.status_on:%Y-%m-%d}" if person.status_on else ""
            yield [person.name, person.id_number, person.village, house.number, "", person.status, since]


def _identity_row(person: Resident, place: Place, category: str, since: date, ended: date | None) -> list[str]:
    change = ["退出", f"{ended:%Y-%m-%d}"] if ended else ["新增", ""]
    return [
        person.name,
        person.id_number,
        place.full_name,
        CATEGORY_NAMES[category],
        f"{since.year}年{since.month}月{since.day}日",
        *change,
        "",
    ]


def _spoiled(rows: list[list[str]]) -> list[list[str]]:
    """Five rows with the slips that real lists have: a digit mistyped, a place, a category, a date, an end."""
    bad = [list(row) for row in rows[:5]]
    if len(bad) < 5:
        return []
    bad[0][1] = bad[0][1][:-1] + ("0" if bad[0][1][-1] != "0" else "1")
    bad[1][2] = "某某镇某某村"
    bad[2][3] = "困难户"
    bad[3][4] = "2021年13月1日"
    bad[4][5] = "退出"
    return bad


def _identity_lists(rng: random.Random, area: Area, places: list[Place], houses: dict) -> Iterator[Delivery]:
    """The lists before collection, and the changes of every month in it."""
    full: dict[str, list[list[str]]] = defaultdict(list)
    changes: dict[tuple[str, date], list[list[str]]] = defaultdict(list)
    month_ends = [
        day
        for day in (area.first_day + timedelta(days=n) for n in range((area.last_day - area.first_day).days))
        if day.day == 20
    ]
    for place in places:
        for house in houses[place.code]:
            for person in house.members:
                for position, (category, since, _) in enumerate(person.marks):
                    full[SENDERS[category]].append(_identity_row(person, place, category, since, None))
                    if month_ends and rng.random() < 0.004:
                        ended = rng.choice(month_ends) - LISTED_AFTER
                        person.marks[position] = (category, since, ended)
                        key = SENDERS[category], ended + LISTED_AFTER
                        changes[key].append(_identity_row(person, place, category, since, ended))
                if not person.marks and month_ends and rng.random() < 0.0012:
                    since = rng.choice(month_ends) - LISTED_AFTER
                    person.marks.append(("dibao", since, None))
                    key = "civil_affairs", since + LISTED_AFTER
                    changes[key].append(_identity_row(person, place, "dibao", since, None))
    for sender, rows in full.items():
        spoiled = _spoiled(rows) if sender == "civil_affairs" else []
        on = area.first_day - FIRST_LISTS_BEFORE
        yield Delivery(
            on, "identities", sender, "参保资助人员名单.xlsx", "参保资助人员名单", [_IDENTITIES, *rows, *spoiled]
        )
    for (sender, on), rows in sorted(changes.items(), key=lambda item: (item[0][1], item[0][0])):
        name = f"动态调整{on:%Y%m%d}.xlsx"
        yield Delivery(on, "identities", sender, name, "参保资助人员动态调整名单", [_IDENTITIES, *rows])


def _payment_lists(area: Area, paid: list[tuple[Contribution, Place]]) -> Iterator[Delivery]:
    """One file a week, sent on its Sunday or on the last day of collection."""
    weeks: dict[date, list[tuple[Contribution, Place]]] = defaultdict(list)
    for item in paid:
        weeks[week_of(item[0].paid_on)].append(item)
    for monday, items in sorted(weeks.items()):
        items.sort(key=lambda item: (item[0].paid_on, item[0].reversal, item[0].receipt_no))
        rows, total = [_PAYMENTS], 0
        for one, place in items:
            amount = -one.amount_fen if one.reversal else one.amount_fen
            total += amount
            rows.append(
                [
                    one.receipt_no,
                    one.resident.name,
                    one.resident.id_number,
                    place.code,
                    str(area.coverage_year),
                    "1",
                    yuan(amount),
                    f"{one.paid_on:%Y%m%d}",
                    one.channel,
                ]
            )
        rows.append(["合计", "", "", "", "", "", yuan(total), "", ""])
        on = min(monday + timedelta(days=6), area.last_day)
        yield Delivery(on, "payments", "tax", f"缴费明细{on:%Y%m%d}.csv", "城乡居民基本医疗保险费缴费明细", rows)


def _task_list(area: Area) -> Delivery:
    header = ["名称", "人口数", "任务数", "截止日期", "应完成数"]
    rows = [header]
    for row in read_targets(area.targets):
        due = [f"{area.milestones[0]:%Y-%m-%d}", row["by_nov30"]] if "by_nov30" in row else ["", ""]
        rows.append([row.get("town") or row["village"], row.get("population") or "", row["task"], *due])
    on = area.first_day - timedelta(days=12)
    return Delivery(on, "tasks", "government", "任务分解表.csv", "参保计划任务表", rows)


def make_season(*, seed: int, area: Area, villages: list[tuple[str, str]]) -> Season:
    """Everything that happens in the area; the same seed gives the same season.

    `villages` are (code, full name) of the register, in order of code.
    """
    rng = random.Random(f"{seed}:{area.region}")
    places = _places(rng, area, villages)
    numbers = Numbers(area.prefixes)
    houses: dict[str, list[Household]] = {}
    deliveries = [_task_list(area)]
    by_town: dict[str, list[Household]] = defaultdict(list)
    for place in places:
        made = list(households(rng=rng, village=place.code, people=place.people, numbers=numbers, on=area.first_day))
        for house in made:
            mark(rng, house, area.first_day)
        _statuses(rng, [person for house in made for person in house.members], area.first_day)
        houses[place.code] = made
        by_town[place.code[:9] + "000"] += made
    for town, made in by_town.items():
        rows = [_POPULATION, *_population_rows(made)]
        on = area.first_day - timedelta(days=11)
        deliveries.append(Delivery(on, "population", "police", f"人口信息{town}.csv", "人口信息", rows, region=town))
    deliveries += _identity_lists(rng, area, places, houses)
    calendar, serial = Calendar(area.first_day, area.last_day, area.milestones), count(1)
    paid = [
        (one, place)
        for place in places
        for one in contributions(
            rng=rng, area=area, place=place, houses=houses[place.code], calendar=calendar, serial=serial
        )
    ]
    deliveries += _payment_lists(area, paid)
    deliveries.sort(key=lambda delivery: delivery.on)
    return Season(area, places, houses, deliveries)
