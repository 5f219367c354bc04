"""The temporary tables of a run.

They live as long as the database connection: a run that breaks off leaves nothing behind.

- `deciding`: everyone the run decides for, with the place and the payment that the decision will rest on.
- `decided`: the answers found for the current chunk; answer_id is null where the facts contradict themselves.
- `entitling`: the chunk as `enrollment.services.record_entitlements` reads it.
"""

import polars as pl
from django.db import connection, transaction
from django.db.models import QuerySet

from exchanges import bulk

# Made from the payments' own columns, so that places compare byte by byte here too.
_TABLES = """
DROP VIEW IF EXISTS entitling;
DROP TABLE IF EXISTS deciding;
DROP TABLE IF EXISTS decided;
CREATE TEMPORARY TABLE deciding AS
    SELECT person_id, region_id, id AS payment_id, paid_on, tier FROM enrollment_payment WHERE 1 = 0;
CREATE UNIQUE INDEX deciding_person ON deciding (person_id);
CREATE TEMPORARY TABLE decided (person_id bigint PRIMARY KEY, answer_id bigint);
CREATE TEMPORARY VIEW entitling AS
    SELECT d.person_id, d.region_id, d.payment_id, answer.clauses,
        CASE WHEN d.payment_id IS NOT NULL THEN answer.benefit_start END AS starts_on, answer.benefit_end AS ends_on
    FROM decided JOIN deciding d ON d.person_id = decided.person_id
    LEFT JOIN subsidies_answer answer ON answer.id = decided.answer_id
"""


def open_tables() -> None:
    """Makes the tables anew, empty."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _TABLES.split(";"):
            cursor.execute(statement)


def add_people(people: QuerySet) -> None:
    """Adds the rows of a `values_list` queryset in the order of the columns of `deciding`."""
    query, params = people.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO deciding {query}", params)


def count_people(after: int) -> int:
    """How many people with an id above `after` the run decides for."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Nobody else tells the planner how big a temporary table is.
            cursor.execute("ANALYZE deciding")
        cursor.execute("SELECT count(*) FROM deciding WHERE person_id > %s", [after])
        return cursor.fetchone()[0]


def places() -> list[str]:
    """The places of the people the run decides for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT region_id FROM deciding ORDER BY region_id")
        return [code for (code,) in cursor.fetchall()]


def end_of_chunk(after: int, size: int) -> int | None:
    """The id of the last of the `size` people after the person `after`; None when nobody is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(person_id) FROM (SELECT person_id FROM deciding WHERE person_id > %s"
            " ORDER BY person_id LIMIT %s) chunk",
            [after, size],
        )
        return cursor.fetchone()[0]


def put_answers(people: list[int], answers: list[int | None]) -> None:
    """Replaces the rows of `decided`."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE decided" if postgresql else "DELETE FROM decided")
        bulk.load("decided", pl.DataFrame({"person_id": people, "answer_id": pl.Series(answers, dtype=pl.Int64)}))
        if postgresql:
            cursor.execute("ANALYZE decided")


def close_tables() -> None:
    """Frees what the run took."""
    with connection.cursor() as cursor:
        for statement in _TABLES.split(";")[:3]:
            cursor.execute(statement)
