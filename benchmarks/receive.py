"""How fast a list goes from its file into the register, beside a bulk load of the same rows into the same tables.

    make bench ARGS="receive --rows 1000000"             PostgreSQL where it answers, see DATABASE_URL
    make bench ARGS="receive --rows 200000 --database sqlite:////tmp/bench.sqlite3"

The baseline of a kind is `COPY` (PostgreSQL) or `executemany` (SQLite) of the rows that the list left in its tables,
in an order as random as that of the file, into these tables with all their indexes, after they were emptied. All
figures of a run come from the same database, one after the other; what counts are their quotients. Each path is
measured `--rounds` times, the middle one is given.
"""

import argparse
import csv
import io
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

COUNTY, YEAR, ON = "610926000000", 2022, date(2021, 12, 1)
VILLAGES = [f"610926{town:03d}{village:03d}" for town in range(100, 111) for village in range(200, 213)]
POPULATION = ["姓名", "身份证号", "户籍地区划", "户号", "居住地区划", "状态", "状态日期"]
PAYMENTS = ["电子税票号码", "姓名", "身份证号", "参保地区划", "参保年度", "档次", "缴费金额", "缴费日期", "缴费渠道"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
Rows = list[list[str]]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kind", choices=["population", "payments"], action="append")
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1/postgres"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIA_ROOT"] = folder
        _open_database(options.database)
        from django.db import connection

        try:
            _fill()
            people, payments = _people(options.rows)
            for kind in options.kind or ["population", "payments"]:
                _measure(kind, people if kind == "population" else payments, options.rounds)
            for who, whose in (
                ("the workbook's own process", resource.RUSAGE_CHILDREN),
                ("all, its rows included", resource.RUSAGE_SELF),
            ):
                print(f"peak memory of {who}: {resource.getrusage(whose).ru_maxrss / 1024:.0f} MB")
        finally:
            connection.close()
    return 0


def _open_database(url: str) -> None:
    """A database of its own, empty and migrated."""
    import django

    parts = urlsplit(url)
    if parts.scheme.startswith("postgres"):
        import psycopg

        with psycopg.connect(url, autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS bench_receive")
            server.execute("CREATE DATABASE bench_receive")
        url = urlunsplit(parts._replace(path="/bench_receive"))
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _fill() -> None:
    from regions.models import Region

    Region.objects.create(code=COUNTY, name="平利县", full_name="平利县", level="county")
    Region.objects.bulk_create(
        Region(code=code, name=code, full_name=code, level="village", parent_id=COUNTY) for code in VILLAGES
    )


def _number(place: int) -> str:
    born = date(1935, 1, 1) + timedelta(days=place * 7919 % 31_000)
    body = f"{610926 + place // 31_000_000:06d}{born:%Y%m%d}{place // 31_000 % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def _people(rows: int) -> tuple[Rows, Rows]:
    """A population list and the payments of the same people, in an order of their own."""
    chance = random.Random(20211201)
    people, payments = [], []
    for place in range(rows):
        name = chance.choice(FAMILY) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2))))
        number, village = _number(place), chance.choice(VILLAGES)
        paid_on = date(2021, 10, 15) + timedelta(days=chance.randrange(70))
        people.append([name, number, village, f"H{place // 3:08d}", "", "正常", ""])
        payments.append(
            [f"3610926{place:013d}", name, number, village, str(YEAR), "1", "320.00", paid_on.isoformat(), "微信"]
        )
    chance.shuffle(people)
    chance.shuffle(payments)
    return people, payments


def _file(kind: str, rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(POPULATION if kind == "population" else PAYMENTS)
    writer.writerows(rows)
    return text.getvalue().encode("gb18030")


def _workbook(kind: str, rows: Rows) -> bytes:
    from xlsxwriter import Workbook

    memory = io.BytesIO()
    with Workbook(memory, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([POPULATION if kind == "population" else PAYMENTS, *rows]):
            for place, cell in enumerate(row):
                sheet.write_string(line, place, cell)
    return memory.getvalue()


def _receive(kind: str, content: bytes) -> float:
    """Seconds from the file to its result."""
    from django.core.files.base import ContentFile

    from accounts.queries import system_staff
    from exchanges.services import receive_file, run_batch
    from regions.models import Region

    start = time.perf_counter()
    batch = receive_file(
        kind=kind,
        file=ContentFile(content, name=f"{kind}.csv"),
        region=Region.objects.get(pk=COUNTY),
        coverage_year=YEAR,
        sender=None,
        by=system_staff(),
        on=ON,
    )
    batch = run_batch(batch_id=batch.pk)
    seconds = time.perf_counter() - start
    assert batch.status in {"merged", "unchanged"}, batch.reason
    assert not batch.refused
    return seconds


def _measure(kind: str, rows: Rows, rounds: int) -> None:
    tables = ["enrollment_person"] if kind == "population" else ["enrollment_payment", "enrollment_registration"]
    count = len(rows)
    print(f"{kind}, {count:,} rows")
    first, same, again, part, loads, books = [], [], [], [], [], []
    workbook = _workbook(kind, rows)
    filled = [
        "enrollment_payment",
        "enrollment_registration",
        *(["enrollment_person"] if "person" in tables[0] else []),
    ]
    for round_number in range(rounds):
        _empty(filled)
        books.append(_receive(kind, workbook))
        _empty(filled)
        first.append(_receive(kind, _file(kind, rows)))
        same.append(_receive(kind, _file(kind, rows)))
        again.append(_receive(kind, _file(kind, rows[::-1])))
        part.append(_receive(kind, _file(kind, _changed(kind, rows, round_number))))
        loads.append(_load_again(tables))
    base = statistics.median(loads)
    print(f"    {'bulk load of the same rows':34}{count / base:10,.0f} rows/s   {base:7.1f} s")
    for name, seconds in (
        ("csv, everything new", first),
        ("the same file again", same),
        ("the same rows in another order", again),
        ("csv, 2 % changed", part),
        ("xlsx, everything new", books),
    ):
        middle = statistics.median(seconds)
        print(
            f"    {name:34}{count / middle:10,.0f} rows/s   {middle:7.1f} s   {base / middle:5.2f} x bulk load",
            flush=True,
        )
    print(f"    xlsx goes at {statistics.median(first) / statistics.median(books):.2f} of the speed of csv")


def _changed(kind: str, rows: Rows, round_number: int) -> Rows:
    """Every fiftieth row says something else: a person of another household, a payment with a receipt of its own."""
    changed = [list(row) for row in rows]
    for row in changed[::50]:
        place = 3 if kind == "population" else 0
        row[place] = f"{row[place]}{round_number}"
    return changed


def _empty(tables: list[str]) -> None:
    """Without a row, and without the memory of lists that said the same."""
    from django.db import connection

    from exchanges.models import Batch

    Batch.objects.update(sha256="", content_hash="")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}" if connection.vendor == "sqlite" else f"TRUNCATE {table} CASCADE")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")


def _load_again(tables: list[str]) -> float:
    """Seconds to load the rows that stand in the tables once more, after the tables were emptied."""
    from django.db import connection, transaction

    kept = {table: _kept(table) for table in tables}
    _empty(tables)
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (names, rows) in kept.items():
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    copy.write(rows)
            else:
                places = ", ".join("?" * len(names.split(",")))
                cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
    return time.perf_counter() - start


def _kept(table: str) -> tuple[str, Callable | bytes | list]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        names = ", ".join(column.name if hasattr(column, "name") else column[0] for column in cursor.description)
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY (SELECT {names} FROM {table} ORDER BY md5(CAST(id AS text))) TO STDOUT") as copy:
                return names, b"".join(bytes(block) for block in copy)
        cursor.execute(f"SELECT {names} FROM {table} ORDER BY hex(substr(id * 7919, -3)), id")
        return names, cursor.fetchall()


if __name__ == "__main__":
    sys.exit(main())
