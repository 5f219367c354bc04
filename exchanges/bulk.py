"""Many rows at once into a table: COPY on PostgreSQL, executemany on SQLite. The one place where the two differ."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection

from exchanges.columns.base import Staged, Type

# The staging table belongs to the connection: no other one sees it, nothing is left of it after a crash, and neither
# database writes it to its log. A batch that breaks off is read again from its file.
STAGED = "staged_rows"
# The rows of one chunk that say something new.
NEWS = "staged_news"
_NOTES = "staged_notes"
_TYPES = {kind.polars: kind for kind in Type}


def make_staging_table(columns: Sequence[Staged]) -> None:
    """An empty table `staged_rows` for the rows of one file, with `row_number` and `bad` before the given columns."""
    vendor = connection.vendor
    fields = ", ".join(f"{column.name} {column.type.sql(vendor)}" for column in columns)
    key = "row_number integer not null" if vendor == "postgresql" else "row_number integer primary key"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGED}")
        cursor.execute(f"CREATE TEMPORARY TABLE {STAGED} ({key}, bad boolean not null, {fields})")


def settle_staging_table(key: str) -> None:
    """After the last row: the index of the column in whose order the rows are merged, and what the planner needs to
    know."""
    allow_for_many_rows()
    with connection.cursor() as cursor:
        if key != "row_number" or connection.vendor == "postgresql":
            cursor.execute(f"CREATE INDEX {STAGED}_by_key ON {STAGED} ({key})")
        if connection.vendor == "postgresql":
            # A sample of 6,000 rows tells a planner enough; sealed numbers are in no condition.
            cursor.execute("SET LOCAL default_statistics_target = 20")
        cursor.execute(f"ANALYZE {STAGED}")


def allow_for_many_rows() -> None:
    """For the rest of the transaction: sorts and joins of a chunk stay in memory, and no plan is compiled, which takes
    longer than the statements of a chunk themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")


def keep_news(query: str, parameters: Mapping[str, Any]) -> int:
    """Puts the rows of a query into the table `staged_news`; returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NEWS}")
        cursor.execute(f"CREATE TEMPORARY TABLE {NEWS} AS {query}", parameters)
        cursor.execute(f"SELECT count(*) FROM {NEWS}")
        count = cursor.fetchone()[0]
        if count and connection.vendor == "postgresql":
            cursor.execute(f"SET LOCAL default_statistics_target = 10; ANALYZE {NEWS}")
    return count


def annotate_staging_table(frame: pl.DataFrame) -> None:
    """Sets the columns of the frame in the staged rows that it names by `row_number`."""
    if not len(frame):
        return
    names = [name for name in frame.columns if name != "row_number"]
    types = ", ".join(f"{name} {_TYPES[dtype].sql(connection.vendor)}" for name, dtype in frame.schema.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_NOTES}")
        cursor.execute(f"CREATE TEMPORARY TABLE {_NOTES} ({types})")
    load(_NOTES, frame)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {STAGED} AS s SET {', '.join(f'{name} = n.{name}' for name in names)} "
            f"FROM {_NOTES} n WHERE n.row_number = s.row_number"
        )
        cursor.execute(f"DROP TABLE {_NOTES}")


def drop_staging_table() -> None:
    """Frees what the rows of the last file took."""
    with connection.cursor() as cursor:
        for table in (STAGED, NEWS):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def refresh_statistics(tables: Iterable[str], grown: int) -> None:
    """Tells the planner of those tables that are at least four times as large as it knows, after so many rows have come
    in: PostgreSQL would find out too late, and until then joins as if hardly a row were there."""
    if connection.vendor == "postgresql" and grown:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND 4 * reltuples <= %s",
                [list(tables), grown],
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"ANALYZE {table}")


def load(table: str, frame: pl.DataFrame) -> None:
    """Appends the rows of the frame to a table that has columns of the same names."""
    if not len(frame):
        return
    names = ", ".join(frame.columns)
    if connection.vendor == "postgresql":
        sealed = [name for name, dtype in frame.schema.items() if dtype == pl.Binary]
        frame = frame.with_columns(("\\x" + pl.col(name).bin.encode("hex")).alias(name) for name in sealed)
        text = io.BytesIO()
        # Every text is quoted, so that an unquoted nothing is NULL and "" an empty text.
        frame.write_csv(text, include_header=False, quote_style="non_numeric")
        # Neither COPY nor the driver's own cursor below raises Django's errors by itself.
        statement = f"COPY {table} ({names}) FROM STDIN (FORMAT csv)"
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(text.getbuffer())
        return
    days = [name for name, dtype in frame.schema.items() if dtype == pl.Date]
    frame = frame.with_columns(pl.col(name).dt.to_string("%Y-%m-%d") for name in days)
    places = ", ".join(["?"] * frame.width)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        # The driver's own cursor: Django's would turn each row's placeholders anew.
        cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", frame.iter_rows())
