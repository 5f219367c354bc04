"""How fast a ledger of 20 columns leaves as csv and xlsx, beside COPY TO STDOUT and xlsxwriter on the same rows.

    make bench ARGS="ledger --rows 1000000"              PostgreSQL where it answers, see DATABASE_URL
    make bench ARGS="ledger --rows 200000 --database sqlite:////tmp/bench_ledger.sqlite3"
    make bench ARGS="ledger --rows 2000000 --only csv --only xlsx"      the memory of some paths, without the slow ones

Id numbers are decrypted and leave in full. Every path runs in a process of its own, so that its peak memory is its own;
the paths take turns and the middle one of `--rounds` is given. What counts are the quotients. On SQLite there is no
COPY, and the plain cursor is the baseline.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

TABLE = "bench_ledger"
PURPOSE = "enrollment.person.id_number"
PATHS = ("baseline", "csv", "gb18030", "xlsx", "xlsxwriter")
CONTENT = (
    ("name", "text", lambda i: ("张三", "李四光", "王小明")[i % 3]),
    ("id_number", "number", None),
    ("region", "text", lambda i: f"610926102{200 + i % 20}"),
    ("town", "text", lambda i: "老县镇"),
    ("village", "text", lambda i: f"第{i % 20}村委会"),
    ("hukou", "text", lambda i: "610926102201"),
    ("household", "text", lambda i: f"H{i // 3:07d}"),
    ("situation", "label", lambda i: ("general", "newborn")[i % 2]),
    ("tier", "integer", lambda i: 1),
    ("amount", "money", lambda i: 32_000 - 16_000 * (i % 4 == 0)),
    ("paid_on", "date", lambda i: f"2021-11-{1 + i % 30:02d}"),
    ("receipt", "text", lambda i: f"TAX2021{i:012d}"),
    ("channel", "text", lambda i: ("微信", "支付宝", "")[i % 3]),
    ("starts_on", "date", lambda i: "2022-01-01"),
    ("ends_on", "date", lambda i: "2022-12-31"),
    ("clauses", "text", lambda i: "PL-4.0 PL-3.1.2"),
    ("assistance", "money", lambda i: 16_000 * (i % 4 == 0)),
    ("category", "text", lambda i: ("", "低保对象")[i % 4 == 0]),
    ("fund", "text", lambda i: ("", "医疗救助基金")[i % 4 == 0]),
    ("remark", "text", lambda i: ""),
)
QUERY = f"SELECT {', '.join(name for name, _kind, _value in CONTENT)} FROM {TABLE} ORDER BY id"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1/postgres"))
    parser.add_argument("--only", choices=PATHS, action="append", help="beside the baseline; all, when left out")
    parser.add_argument("--path", choices=PATHS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.path:
        _open(options.database)
        _run(options.path)
        return 0
    database = _fresh(options.database)
    _open(database)
    _fill(options.rows)
    paths = [path for path in PATHS if path == "baseline" or path in (options.only or PATHS)]
    _measure(database, options.rows, options.rounds, paths)
    return 0


def _fresh(url: str) -> str:
    """A database of its own."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgres"):
        return url
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {TABLE}")
        server.execute(f"CREATE DATABASE {TABLE}")
    return urlunsplit(parts._replace(path=f"/{TABLE}"))


def _open(url: str) -> None:
    import django

    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def _columns():
    from exchanges.ledgers import Column, Kind

    kinds = {"label": Kind.TEXT}
    labels = {"general": "一般居民", "newborn": "新生儿"}
    return tuple(
        Column(
            name,
            kinds.get(kind) or Kind(kind),
            labels=labels if kind == "label" else {},
            purpose=PURPOSE if kind == "number" else "",
        )
        for name, kind, _value in CONTENT
    )


def _fill(rows: int) -> None:
    from django.db import connection

    from privacy.keyring import encrypt_many

    binary = "bytea" if connection.vendor == "postgresql" else "blob"
    types = {"number": binary, "integer": "integer", "money": "bigint", "date": "date"}
    fields = ", ".join(f"{name} {types.get(kind, 'text')}" for name, kind, _value in CONTENT)
    places = ", ".join(["%s"] * (len(CONTENT) + 1))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (id integer PRIMARY KEY, {fields})")
        for first in range(0, rows, 20_000):
            ids = range(first, min(first + 20_000, rows))
            sealed = encrypt_many([f"61092619800101{each % 10_000:04d}" for each in ids], purpose=PURPOSE)
            block = [
                [each, *(value(each) if value else sealed[each - first] for _name, _kind, value in CONTENT)]
                for each in ids
            ]
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:
                    for row in block:
                        copy.write_row(row)
            else:
                cursor.executemany(f"INSERT INTO {TABLE} VALUES ({places})", block)
        cursor.execute(f"ANALYZE {TABLE}")


def _measure(database: str, rows: int, rounds: int, paths: list[str]) -> None:
    taken: dict[str, list[float]] = {path: [] for path in paths}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        for path in paths:
            done = subprocess.run(
                [sys.executable, __file__, "--database", database, "--path", path],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, memory[path] = map(float, done.stdout.split())
            taken[path].append(seconds)
    middle = {path: rows / statistics.median(seconds) for path, seconds in taken.items()}
    for path in paths:
        peer = f"{middle[path] / middle['xlsxwriter']:6.1f} x xlsxwriter   " if "xlsxwriter" in middle else ""
        print(
            f"{path:12}{middle[path]:12,.0f} rows/s   {middle[path] / middle['baseline']:6.2f} x baseline   {peer}"
            f"{memory[path]:5.0f} MB",
            flush=True,
        )


def _run(path: str) -> None:
    """One path once: prints its seconds and the peak memory of this process in MB."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        {"baseline": _baseline, "xlsxwriter": _xlsxwriter}.get(path, _ours)(Path(folder) / "ledger", path)
        seconds = time.perf_counter() - start
    print(seconds, _peak_memory())


def _peak_memory() -> float:
    """MB of this program alone: ru_maxrss would count the parent before exec."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _baseline(target: Path, _path: str) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with (
            target.open("wb") as file,
            connection.connection.cursor().copy(f"COPY ({QUERY}) TO STDOUT (FORMAT csv)") as copy,
        ):
            for data in copy:
                file.write(data)
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(QUERY)
        while cursor.fetchmany(1000):
            pass


def _ours(target: Path, path: str) -> None:
    from exchanges.ledgers import Sql
    from exchanges.ledgers.rows import blocks
    from exchanges.writers import CsvWriter, Formatter, Heading, XlsxWriter

    columns = _columns()
    formatter = Formatter(columns, full_numbers=True)
    with target.open("wb") as sink:
        heading = Heading("台账", (("地区", "平利县"),))
        if path == "xlsx":
            writer = XlsxWriter(sink, heading, columns)
        else:
            writer = CsvWriter(sink, heading, columns, encoding="gb18030" if path == "gb18030" else "utf-8")
        for block in blocks(Sql(QUERY), columns):
            writer.write_rows(formatter(block))
        writer.close()


def _xlsxwriter(target: Path, _path: str) -> None:
    import xlsxwriter

    from exchanges.ledgers import Sql
    from exchanges.ledgers.rows import blocks
    from exchanges.writers import Formatter

    columns = _columns()
    formatter = Formatter(columns, full_numbers=True)
    options = {"constant_memory": True, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet, number = book.add_worksheet(), 0
        for block in blocks(Sql(QUERY), columns):
            for row in formatter(block):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell)
                number += 1


if __name__ == "__main__":
    sys.exit(main())
