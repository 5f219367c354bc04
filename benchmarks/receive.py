"""How fast a list goes from its file into the register, beside a bulk load of the same rows into the same tables.

    make bench ARGS="receive --rows 1000000"             PostgreSQL where it answers, see DATABASE_URL
    make bench ARGS="receive --rows 200000 --database sqlite:////tmp/bench.sqlite3"

The baseline of a kind is `COPY` (PostgreSQL) or `executemany` (SQLite) of the rows that the list left in its tables,
in an order as random as that of the file, into these tables with all their indexes, after they were emptied. All
figures of a run come from the same database, one after the other; what counts are their quotients. Each path is
measured `--rounds` times and the middle one is given, by the clock and in seconds of the processors (of this process,
its children and the database's process), which other work on the machine disturbs less.

The same file again is recognised by its hash; the same rows in another order are compared one by one with what stands.
Payments come for people whom the register knows. "In plain text" is a run of the population list in which numbers are
neither encrypted nor indexed by a keyed hash: what the protection of the numbers costs.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import clock, database, lists
from common.lists import Rows

PERSON, PAID = ["enrollment_person"], ["enrollment_payment", "enrollment_registration"]
BASELINE, NEW, BOOK = "bulk load of the same rows", "csv, everything new", "xlsx, everything new"
SAME, ORDER, PART = "the same file again", "the same rows in another order", "csv, 2 % changed"
PLAIN = "csv, everything new, in plain text"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kind", choices=["population", "payments"], action="append")
    parser.add_argument("--database", default=database.DEFAULT)
    options = parser.parse_args()
    with database.opened(options.database, "bench_receive"):
        lists.make_areas()
        rows = dict(zip(("population", "payments"), lists.people(options.rows), strict=True))
        for kind in options.kind or rows:
            if kind == "payments":
                lists.work_off(lists.receive("population", lists.as_csv("population", rows["population"])))
            _measure(kind, rows[kind], options.rounds)
    return 0


def _measure(kind: str, rows: Rows, rounds: int) -> None:
    tables = PERSON if kind == "population" else PAID
    filled = PERSON + PAID if kind == "population" else PAID
    taken: dict[str, list[clock.Taken]] = {}
    print(f"{kind}, {len(rows):,} rows, {clock.load()}")

    def take(name: str, run: Callable[[], object], *, into_empty: bool = False) -> None:
        if into_empty:
            database.empty(filled)
        taken.setdefault(name, []).append(clock.timed(run))

    def bring(content: bytes) -> Callable[[], None]:
        return lambda: lists.work_off(lists.receive(kind, content))

    text, book = lists.as_csv(kind, rows), lists.as_xlsx(kind, rows)
    for number in range(rounds):
        take(NEW, bring(text), into_empty=True)
        take(SAME, bring(text))
        take(BASELINE, _load_again(tables))
        take(ORDER, bring(lists.as_csv(kind, rows[::-1])))
        take(PART, bring(lists.as_csv(kind, _changed(kind, rows, number))))
        take(BOOK, bring(book), into_empty=True)
        if kind == "population":
            with _plain_numbers():
                take(PLAIN, bring(text), into_empty=True)
    database.empty(filled)
    _print(taken, len(rows))


def _print(taken: dict[str, list[clock.Taken]], count: int) -> None:
    base = taken[BASELINE]
    for name in filter(taken.get, (BASELINE, NEW, SAME, ORDER, PART, BOOK, PLAIN)):
        wall = statistics.median(each.wall for each in taken[name])
        cpu = statistics.median(each.cpu for each in taken[name])
        print(
            f"    {name:36}{count / wall:10,.0f} rows/s {wall:7.1f} s {_ratio(base, taken[name]):6.2f} x bulk load"
            f"{cpu:8.1f} s of the processors {_ratio(base, taken[name], 'cpu'):6.2f} x",
            flush=True,
        )
    for name in filter(taken.get, (BOOK, PLAIN)):
        wall, cpu = _ratio(taken[NEW], taken[name]), _ratio(taken[NEW], taken[name], "cpu")
        print(f"    {name}: {wall:.2f} of the speed of {NEW}, by the processors {cpu:.2f}")
    print(f"    {clock.load()}")


def _ratio(one: list[clock.Taken], other: list[clock.Taken], what: str = "wall") -> float:
    """The middle one of the quotients of each round."""
    pairs = zip(one, other, strict=True)
    return statistics.median(getattr(mine, what) / max(getattr(theirs, what), 0.001) for mine, theirs in pairs)


def _changed(kind: str, rows: Rows, round_number: int) -> Rows:
    """Every fiftieth row says something else: a person of another household, a payment of somebody who had not paid."""
    changed = [list(row) for row in rows]
    others = lists.people(len(changed[::50]), first=len(rows) * (round_number + 2))[kind == "payments"]
    for row, other in zip(changed[::50], others, strict=True):
        if kind == "population":
            row[3] = other[3]
        else:
            row[:] = other
    return changed


@contextmanager
def _plain_numbers() -> Iterator[None]:
    from enrollment import documents

    kept = documents.encrypt_many, documents.blind_index_many
    documents.encrypt_many = lambda texts, purpose: [text.encode() for text in texts]
    # From behind: chunks are spans of the index, and numbers of one county begin alike.
    documents.blind_index_many = lambda texts, purpose: [text[::-1].encode() for text in texts]
    try:
        yield
    finally:
        documents.encrypt_many, documents.blind_index_many = kept


def _load_again(tables: list[str]) -> Callable[[], None]:
    """A load of the rows that stand in the tables, which are emptied for it."""
    from django.db import connection, transaction

    kept = {table: _kept(table) for table in tables}
    database.empty(tables)

    def load() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (names, rows) in kept.items():
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                        copy.write(rows)
                else:
                    places = ", ".join("?" * len(names.split(",")))
                    cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)

    return load


def _kept(table: str) -> tuple[str, bytes | list]:
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
