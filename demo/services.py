"""Fills an empty database with the season of the two annexes, through the same doors that staff and bureaus use."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from accounts.business_day import set_business_day
from accounts.models import Bureau, BusinessDay, Staff
from accounts.queries import system_staff
from demo.accounts import make_accounts
from demo.deliveries import Season, make_season
from demo.files import as_file
from demo.season import Area, Delivery, read_targets
from enrollment.models import Person
from enrollment.queries import not_enrolled_people, standing_payments
from enrollment.services import record_reason
from exchanges.models import Batch
from exchanges.services import receive_file, run_batch
from notices.queries import pack_for
from notices.services import set_season
from quotas.models import Snapshot
from quotas.services import freeze_snapshot
from refunds.models import Application
from refunds.services import apply, approve_finally, take_in
from regions.models import Level, Region
from regions.queries import code_ranges
from regions.register import load_register
from subsidies.services import decide

Say = Callable[[str], None]
SEED = 20211015
PACKS = {("610926000000", 2022): "pingli-2022", ("341323117000", 2023): "zhuji-2023"}
PREFIXES = {"610926000000": ("610926", "612427"), "341323117000": ("341323", "342224")}
TARGETS = {"610926000000": "pingli_tasks.csv", "341323117000": "zhuji_tasks.csv"}
PREFIX_OF_ACCOUNTS = {"610926000000": "pingli", "341323117000": "zhuji"}
# Pingli's tasks go by hukou; its annex names no population, so the season assumes 9.5 % more people than tasks.
PEOPLE_PER_TARGET = {"610926000000": 1.0953, "341323117000": 1.1361}


class NotEmpty(Exception):
    """The database holds people already, and no finished season: demo would mix with them."""


@dataclass(frozen=True)
class Filled:
    """What the season came to."""

    people: int
    batches: int
    weeks: int


def filled() -> Filled | None:
    """The season in the database, if one was finished there; its last step is to set the business dates."""
    if BusinessDay.objects.filter(region__in=TARGETS).count() < len(TARGETS):
        return None
    return Filled(Person.objects.count(), Batch.objects.count(), Snapshot.objects.count())


def real_size() -> dict[str, int]:
    """Area → people at real size: Zhuji's villages as its annex counts them, Pingli's by its tasks."""
    sizes = {}
    for region, name in TARGETS.items():
        rows = read_targets(name)
        stated = sum(int(row["population"]) for row in rows if row.get("population"))
        sizes[region] = stated or round(sum(int(row["task"]) for row in rows) * PEOPLE_PER_TARGET[region])
    return sizes


def _areas(people: int | None, by: Staff) -> list[Area]:
    sizes = real_size()
    whole = sum(sizes.values())
    areas = []
    for (region, year), pack_id in PACKS.items():
        set_season(
            region=Region.objects.get(pk=region), coverage_year=year, pack_id=pack_id, by=by, on=date(year - 1, 9, 1)
        )
        areas.append(
            Area(
                region=region,
                coverage_year=year,
                pack=pack_for(region, year, on=date(year, 12, 31)),
                prefixes=PREFIXES[region],
                targets=TARGETS[region],
                people=round(sizes[region] * (people or whole) / whole),
                people_per_target=PEOPLE_PER_TARGET[region],
            )
        )
    return areas


def _villages(region: str) -> list[tuple[str, str]]:
    area = Region.objects.get(pk=region)
    low = region[:9] if area.level == Level.TOWN else region[:6]
    rows = Region.objects.filter(level=Level.VILLAGE, code__startswith=low, successor=None).order_by("code")
    return [(village.code, village.full_name) for village in rows]


def fill(*, people: int | None = None, seed: int = SEED, say: Say = lambda text: None) -> Filled:
    """Makes the season; started again after a crash it goes on where it was. `people` makes fewer (or more) of them.

    Raises NotEmpty where other people are in the database.
    """
    by = system_staff()
    if Person.objects.exists() and not Batch.objects.filter(uploaded_by=by, file_name__startswith="人口信息").exists():
        raise NotEmpty
    say("区划与账号")
    load_register(by=by, on=date(min(year for _, year in PACKS) - 1, 9, 1))
    make_accounts()
    for area in _areas(people, by):
        name = Region.objects.get(pk=area.region).name
        say(f"{name}：编制人员、身份与缴费（{area.people:,}人）")
        season = make_season(seed=seed, area=area, villages=_villages(area.region))
        _play(season, name=name, by=by, say=say)
        _leave_work(area, seed=seed)
        set_business_day(region=Region.objects.get(pk=area.region), today=area.last_day, by=by, on=area.last_day)
    return filled()


def _play(season: Season, *, name: str, by: Staff, say: Say) -> None:
    """Deliveries and weekly snapshots in the order of their days, then the decisions."""
    area = season.area
    region = Region.objects.get(pk=area.region)
    senders = {bureau.kind: bureau for bureau in Bureau.objects.filter(region=region)}
    steps: list[tuple[date, int, Delivery | None]] = [(delivery.on, 0, delivery) for delivery in season.deliveries]
    steps += [(day, 1, None) for day in season.snapshot_days]
    steps.sort(key=lambda step: step[:2])
    for position, (on, _, delivery) in enumerate(steps, start=1):
        if delivery is None:
            if on == area.last_day:
                say(f"{name}：核定资助与待遇")
                decide(region=region, coverage_year=area.coverage_year, on=on, by=by)
            say(f"{name} {position}/{len(steps)}：{on} 周快照")
            freeze_snapshot(region=region, coverage_year=area.coverage_year, on=on, by=by)
            continue
        say(f"{name} {position}/{len(steps)}：{on} {delivery.name}（{len(delivery.rows) - 1:,}行）")
        _deliver(delivery, area=area, sender=senders.get(delivery.sender), by=by)


def _deliver(delivery: Delivery, *, area: Area, sender: Bureau | None, by: Staff) -> None:
    batch = receive_file(
        kind=delivery.kind,
        file=as_file(delivery),
        region=Region.objects.get(pk=area.region),
        coverage_year=area.coverage_year,
        sender=sender,
        by=by,
        on=delivery.on,
    )
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    if batch.status not in {Batch.Status.MERGED, Batch.Status.UNCHANGED}:
        raise RuntimeError(f"{delivery.name}: {batch.get_status_display()} {batch.reason}")


def _leave_work(area: Area, *, seed: int) -> None:
    """What waits for staff on the last day: refunds at every step of the chain, and reasons for not enrolling."""
    rng = random.Random(f"{seed}:{area.region}:work")
    names = f"{PREFIX_OF_ACCOUNTS[area.region]}."
    who = {staff.username.removeprefix(names): staff for staff in Staff.objects.filter(username__startswith=names)}
    place = who["village"].postings.get().region
    spans = code_ranges(place)
    unpaid = not_enrolled_people(coverage_year=area.coverage_year, on=area.last_day, ranges=spans).order_by("pk")
    for person in unpaid[:8]:
        record_reason(
            person=person,
            coverage_year=area.coverage_year,
            reason=rng.choice(("migrant_work", "schooling", "employee_insurance")),
            by=who["township"],
            on=area.last_day,
        )
    if area.pack.refund is None:
        return
    spans = code_ranges(who["township"].postings.get().region)
    paid = standing_payments(coverage_year=area.coverage_year, on=area.last_day, ranges=spans)
    chain = ((take_in, "tax"), (approve_finally, "reviewer"))
    own = paid.filter(by_roster=False, amount_fen__gt=0)
    for steps, payment in enumerate(own.order_by("paid_on", "pk")[:3]):
        if Application.objects.filter(payment=payment).exists():
            continue
        application = apply(
            payment=payment,
            reason=Application.Reason.EMPLOYEE_INSURANCE.value,
            account="62220000000000" + f"{rng.randrange(10**5):05d}",
            account_holder=payment.person.name,
            by=who["township"],
            on=area.last_day,
        )
        for step, role in chain[:steps]:
            application.refresh_from_db()
            step(application=application, by=who[role], on=area.last_day, why="核实已参加职工医保")
