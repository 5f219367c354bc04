"""How fast `decide` is, beside a plain UPDATE of the same rows and an ORM loop over people.

    make bench ARGS="decide --rows 1000000"              PostgreSQL where it answers, see DATABASE_URL
    make bench ARGS="decide --rows 277547 --database sqlite:////tmp/bench.sqlite3"

People have 0 to 3 identities. First nobody has paid: decisions alone. Then nine in ten pay, which changes the decision
of each and writes an entitlement record. All figures of a run come from the same database; the loop runs in rounds
between the others, over people of a county of their own, so that all of them see the same machine. What counts are the
quotients.
"""

import argparse
import os
import random
import resource
import sys
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

CATEGORIES = ("dibao", "tekun", "poverty_return", "severe_disability", "unstable_exit", "orphan", "entitled_group")
COUNTY, YEAR, ON = "610926000000", 2022, date(2021, 12, 24)
VILLAGES = [f"610926{town:03d}{village:03d}" for town in range(100, 111) for village in range(200, 220)]
ELSEWHERE = "610925000000"
ROUND = 6_000
ROUNDS = 4


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
    from accounts.queries import system_staff
    from notices.services import set_season
    from regions.models import Region

    random.seed(20211224)
    Region.objects.create(code=COUNTY, name="平利县", full_name="平利县", level="county")
    Region.objects.create(code=ELSEWHERE, name="岚皋县", full_name="岚皋县", level="county")
    Region.objects.bulk_create(
        Region(code=code, name=code, full_name=code, level="village", parent_id=COUNTY) for code in VILLAGES
    )
    county = Region.objects.get(pk=COUNTY)
    set_season(region=county, coverage_year=YEAR, pack_id="pingli-2022", by=system_staff(), on=ON)
    for first in range(1, rows + 1, 50_000):
        ids = range(first, min(first + 50_000, rows + 1))
        _add_people(ids, [VILLAGES[each * len(VILLAGES) // (rows + 1)] for each in ids])
    loop = range(rows + 1, rows + 1 + ROUND * ROUNDS)
    _add_people(loop, [ELSEWHERE] * len(loop))
    _settle()


def _add_people(ids: range, places: list[str]) -> None:
    import polars as pl

    from exchanges import bulk
    from privacy.keyring import encrypt

    bulk.load(
        "enrollment_person",
        pl.DataFrame(
            {
                "id": ids,
                "name": "测试",
                "document_kind": "01",
                "id_number": encrypt(b"610926198001010015", purpose="enrollment.person.id_number"),
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


def _pay(rows: int) -> None:
    """Nine in ten people pay."""
    import polars as pl

    from exchanges import bulk

    for first in range(1, rows + 1, 50_000):
        paid = [each for each in range(first, min(first + 50_000, rows + 1)) if random.random() < 0.9]
        bulk.load(
            "enrollment_payment",
            pl.DataFrame(
                {
                    "receipt_no": [f"B{person:09d}" for person in paid],
                    "person_id": paid,
                    "coverage_year": YEAR,
                    "region_id": [VILLAGES[person * len(VILLAGES) // (rows + 1)] for person in paid],
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
                last = f"(SELECT coalesce(max(id), 1) FROM {table})"
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")


def _measure(rows: int) -> None:
    from accounts.queries import system_staff
    from enrollment.models import Entitlement
    from regions.models import Region
    from subsidies.models import Decision
    from subsidies.services import decide

    area = {"region": Region.objects.get(pk=COUNTY), "coverage_year": YEAR, "on": ON, "by": system_staff()}
    decisions = Decision.objects.filter(superseded_by__isnull=True, run__region=COUNTY)
    entitlements = Entitlement.objects.filter(superseded_on__isnull=True)
    day = ON + timedelta(days=1)
    loop = _Loop(rows + 1)
    before = _memory()
    loop.round()
    first = _timed("decide, everyone new", rows, lambda: decide(**area))
    loop.round()
    with _unguarded():
        update = _timed("  UPDATE of the same rows", rows, lambda: decisions.update(decided_on=day))
    again = _timed("decide again, nothing changed", rows, lambda: decide(**area))
    loop.round()
    _pay(rows)
    paid = _timed("decide, nine in ten have paid", rows, lambda: decide(**area))
    with _unguarded():
        update_paid = _timed(
            "  UPDATE of the same rows",
            rows,
            lambda: (decisions.update(decided_on=day), entitlements.update(recorded_on=day)),
        )
    loop.round()
    print(f"{'ORM loop over people':34}{loop.rate:12,.0f} rows/s   ({ROUND * ROUNDS:,} people in {ROUNDS} rounds)")
    print(f"memory of the process: {before:.0f} MB before, {_memory():.0f} MB at most")
    for name, rate, least in (
        ("everyone new", first, update),
        ("nothing changed", again, update),
        ("nine in ten have paid", paid, update_paid),
    ):
        print(f"{name:24} {rate / least:6.2f} x UPDATE   {rate / loop.rate:6.1f} x ORM loop")


@contextmanager
def _unguarded():
    """The database refuses to change a decision; what is compared with is the plain UPDATE."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE subsidies_decision DISABLE TRIGGER USER")
            yield
            cursor.execute("ALTER TABLE subsidies_decision ENABLE TRIGGER USER")
        else:
            of_decisions = "type = 'trigger' AND tbl_name = 'subsidies_decision'"
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE {of_decisions}")
            guards = cursor.fetchall()
            for name, _ in guards:
                cursor.execute(f"DROP TRIGGER {name}")
            yield
            for _, guard in guards:
                cursor.execute(guard)


def _timed(name: str, rows: int, work) -> float:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"{name:34}{rows / seconds:12,.0f} rows/s   {seconds:7.1f} s", flush=True)
    return rows / seconds


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Loop:
    """What one would write first: people with what hangs on them prefetched, one quote each, rows by bulk_create."""

    def __init__(self, first: int) -> None:
        self._next, self._people, self._seconds = first, 0, 0.0

    @property
    def rate(self) -> float:
        return self._people / self._seconds

    def round(self) -> None:
        from django.db import transaction

        from accounts.queries import system_staff
        from enrollment.models import Person
        from notices.queries import pack_for
        from policy.facts import Facts, Identity
        from policy.quote import quote
        from subsidies.models import Answer, Decision, DecisionRun
        from subsidies.services.answers import answer_row, keep_version

        pack = pack_for(COUNTY, YEAR, on=ON)
        start = time.perf_counter()
        with transaction.atomic():
            run = DecisionRun.objects.create(
                region_id=ELSEWHERE, coverage_year=YEAR, on=ON, by=system_staff(), status=DecisionRun.Status.DONE
            )
            version = keep_version(pack).pk
            # One answer for everyone of whom the notice says the same; a row of its own for each would take longer.
            answers: dict[str, Answer] = {}
            decisions = []
            people = Person.objects.filter(pk__gte=self._next, pk__lt=self._next + ROUND).order_by("pk")
            chosen = people.defer("id_number", "phone").prefetch_related("marks", "payments", "registrations")
            for person in chosen.iterator(chunk_size=2_000):
                payment = min(person.payments.all(), key=lambda each: each.paid_on, default=None)
                identities = tuple(
                    Identity(mark.category, mark.determined_on, mark.ended_on, mark.marked_on)
                    for mark in person.marks.all()
                )
                paid_on = payment.paid_on if payment else ON
                facts = Facts(pack.id, person.birth_date, paid_on, identities=identities)
                row = answer_row(version, facts, quote(facts, pack))
                kept = answers.setdefault(row.quote_key, row)
                if kept is row:
                    row.save()
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
            Decision.objects.bulk_create(decisions, batch_size=2_000)
        self._seconds += time.perf_counter() - start
        self._people += ROUND
        self._next += ROUND


if __name__ == "__main__":
    sys.exit(main())
