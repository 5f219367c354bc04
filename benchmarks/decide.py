"""How fast `decide` is for people with 0 to 3 identities, beside a plain UPDATE of the same rows and an ORM loop.

    make bench ARGS="decide --rows 1000000"              PostgreSQL where it answers, see DATABASE_URL
    make bench ARGS="decide --rows 277547 --database sqlite:///…"

All figures of a run come from the same database, one after the other; what counts are their quotients.
"""

import argparse
import os
import random
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

CATEGORIES = ("dibao", "tekun", "poverty_return", "severe_disability", "unstable_exit", "orphan", "entitled_group")
COUNTY, YEAR, ON = "610926000000", 2022, date(2021, 12, 24)
VILLAGES = [f"610926{town:03d}{village:03d}" for town in range(100, 111) for village in range(200, 220)]
LOOP = 20_000


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1/postgres"))
    options = parser.parse_args()
    _open_database(options.database)
    from django.db import connection

    try:
        _fill(options.rows)
        _measure(options.rows)
    finally:
        connection.close()
    return 0


def _open_database(url: str) -> None:
    """A database of its own, empty and migrated."""
    import django

    parts = urlsplit(url)
    if parts.scheme.startswith("postgres"):
        import psycopg

        with psycopg.connect(url.replace("postgis", "postgres"), autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS bench_decide")
            server.execute("CREATE DATABASE bench_decide")
        url = urlunsplit(parts._replace(path="/bench_decide"))
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _fill(rows: int) -> None:
    import polars as pl

    from accounts.queries import system_staff
    from exchanges import bulk
    from notices.services import set_season
    from privacy.keyring import encrypt
    from regions.models import Region

    random.seed(20211224)
    sealed = encrypt(b"610926198001010015", purpose="enrollment.person.id_number")
    Region.objects.create(code=COUNTY, name="平利县", full_name="平利县", level="county")
    Region.objects.bulk_create(
        Region(code=code, name=code, full_name=code, level="village", parent_id=COUNTY) for code in VILLAGES
    )
    county = Region.objects.get(pk=COUNTY)
    set_season(region=county, coverage_year=YEAR, pack_id="pingli-2022", by=system_staff(), on=ON)
    for first in range(1, rows + 1, 50_000):
        ids = range(first, min(first + 50_000, rows + 1))
        places = [VILLAGES[each * len(VILLAGES) // (rows + 1)] for each in ids]
        bulk.load(
            "enrollment_person",
            pl.DataFrame(
                {
                    "id": ids,
                    "name": "测试",
                    "document_kind": "01",
                    "id_number": sealed,
                    "id_number_index": [each.to_bytes(16, "big") for each in ids],
                    "birth_date": [_day(1935, 31_000) for _ in ids],
                    "region_id": places,
                    "household": "",
                    "status": "normal",
                }
            ),
        )
        marks = [
            (person, place, category, _day(2014, 2_900))
            for person, place in zip(ids, places, strict=True)
            for category in random.sample(CATEGORIES, random.randrange(4))
        ]
        bulk.load(
            "subsidies_identitymark",
            pl.DataFrame(
                {
                    "person_id": [mark[0] for mark in marks],
                    "region_id": [mark[1] for mark in marks],
                    "category": [mark[2] for mark in marks],
                    "determined_on": [mark[3] for mark in marks],
                    "marked_on": [mark[3] + timedelta(days=random.randrange(40)) for mark in marks],
                    "remark": "",
                }
            ),
        )
        paid = [(person, place) for person, place in zip(ids, places, strict=True) if random.random() < 0.9]
        bulk.load(
            "enrollment_payment",
            pl.DataFrame(
                {
                    "receipt_no": [f"B{person:09d}" for person, _place in paid],
                    "person_id": [person for person, _place in paid],
                    "coverage_year": YEAR,
                    "region_id": [place for _person, place in paid],
                    "tier": 1,
                    "amount_fen": 32_000,
                    "paid_on": [date(2021, 10, 15) + timedelta(days=random.randrange(70)) for _ in paid],
                    "channel": "",
                    "by_roster": False,
                }
            ),
        )
    _settle()


def _day(year: int, span: int) -> date:
    return date(year, 1, 1) + timedelta(days=random.randrange(span))


def _settle() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("enrollment_person", "enrollment_payment", "subsidies_identitymark"):
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")


def _measure(rows: int) -> None:
    from accounts.queries import system_staff
    from regions.models import Region
    from subsidies.services import decide

    area = {"region": Region.objects.get(pk=COUNTY), "coverage_year": YEAR, "on": ON, "by": system_staff()}
    loop = _orm_loop(min(LOOP, rows))
    before = _memory()
    first = _timed("decide, everyone new", rows, lambda: decide(**area))
    print(f"    memory of the process: {before:.0f} MB before, {_memory():.0f} MB at most")
    update = _timed("UPDATE of the same rows", rows, _update)
    again = _timed("decide again, nothing changed", rows, lambda: decide(**area))
    _change(rows)
    few = _timed("decide, 2 % of the people changed", rows, lambda: decide(**area))
    print(f"{'ORM loop with prefetch':38}{loop:12,.0f} rows/s   ({min(LOOP, rows):,} people)")
    for name, rate in (("everyone new", first), ("nothing changed", again), ("2 % changed", few)):
        print(f"{name:20} {rate / update:6.2f} x UPDATE   {rate / loop:6.1f} x ORM loop")


def _timed(name: str, rows: int, work) -> float:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"{name:38}{rows / seconds:12,.0f} rows/s   {seconds:7.1f} s", flush=True)
    return rows / seconds


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _update() -> None:
    """The least that any set-based change of the same rows must do: no law, no comparing, nothing kept of before."""
    from enrollment.models import Entitlement
    from subsidies.models import Decision

    assert Decision.objects.filter(superseded_by__isnull=True).update(decided_on=ON + timedelta(days=1))
    assert Entitlement.objects.filter(superseded_on__isnull=True).update(recorded_on=ON + timedelta(days=1))


def _change(rows: int) -> None:
    from django.db.models.functions import Mod

    from enrollment.models import Payment

    changed = Payment.objects.annotate(part=Mod("id", 50)).filter(part=0)
    assert changed.update(reversed_on=ON)


def _orm_loop(people: int) -> float:
    """What one would write first: people with what hangs on them prefetched, a quote each, rows by bulk_create."""
    from django.db import connection, transaction

    from accounts.queries import system_staff
    from enrollment.models import Entitlement, Person
    from notices.queries import pack_for
    from policy.facts import Facts, Identity
    from policy.quote import quote
    from regions.models import Region
    from subsidies.models import Answer, Decision, DecisionRun
    from subsidies.services.answers import answer_row, keep_version

    pack = pack_for(COUNTY, YEAR, on=ON)
    start = time.perf_counter()
    with transaction.atomic():
        run = DecisionRun.objects.create(
            region=Region.objects.get(pk=COUNTY), coverage_year=YEAR, on=ON, by=system_staff()
        )
        version = keep_version(pack).pk
        answers: dict[str, Answer] = {}
        decisions, entitlements = [], []
        everyone = Person.objects.defer("id_number", "phone").order_by("pk")[:people]
        chosen = everyone.prefetch_related("marks", "payments", "registrations")
        for person in chosen.iterator(chunk_size=2_000):
            payment = min(person.payments.all(), key=lambda each: each.paid_on, default=None)
            facts = Facts(
                pack.id,
                person.birth_date,
                payment.paid_on if payment else ON,
                identities=tuple(
                    Identity(mark.category, mark.determined_on, mark.ended_on, mark.marked_on)
                    for mark in person.marks.all()
                ),
            )
            row = answer_row(version, facts, quote(facts, pack))
            kept = answers.get(row.quote_key)
            if kept is None:
                row.save()
                kept = answers[row.quote_key] = row
            decisions.append(
                Decision(
                    person=person,
                    coverage_year=YEAR,
                    region_id=person.region_id,
                    answer=kept,
                    payment=payment,
                    run=run,
                    decided_on=ON,
                )
            )
            if payment and kept.benefit_start:
                entitlements.append(
                    Entitlement(
                        person=person,
                        coverage_year=YEAR,
                        region_id=payment.region_id,
                        starts_on=kept.benefit_start,
                        ends_on=kept.benefit_end,
                        payment=payment,
                        clauses=kept.clauses,
                        recorded_on=ON,
                    )
                )
        Decision.objects.bulk_create(decisions, batch_size=2_000)
        Entitlement.objects.bulk_create(entitlements, batch_size=2_000)
    rate = people / (time.perf_counter() - start)
    with connection.cursor() as cursor:
        for table in ("subsidies_decision", "enrollment_entitlement"):
            cursor.execute(f"{'TRUNCATE' if connection.vendor == 'postgresql' else 'DELETE FROM'} {table}")
    DecisionRun.objects.update(status=DecisionRun.Status.DONE)
    return rate


if __name__ == "__main__":
    sys.exit(main())
