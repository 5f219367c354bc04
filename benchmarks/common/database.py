"""A database for one measurement: made empty, migrated, removed at the end."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

DEFAULT = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1/postgres")


@contextmanager
def opened(url: str, name: str) -> Iterator[None]:
    """Django on a fresh database `name` of the server at `url` (a SQLite file: on that file), with a folder of its own
    for stored files and without Redis, so that no worker of another installation hears of anything."""
    import django

    parts = urlsplit(url)
    server = parts.scheme.startswith("postgres")
    if server:
        _on_server(url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}")) if server else url
    os.environ["REDIS_URL"] = ""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIA_ROOT"] = folder
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            connection.close()
            if server:
                _on_server(url, f"DROP DATABASE IF EXISTS {name}")


def _on_server(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def empty(tables: list[str]) -> None:
    """Leaves these tables without a row, and the batches without the memory of lists that said the same."""
    from django.db import connection

    from exchanges.models import Batch

    Batch.objects.update(sha256="", content_hash="")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}" if connection.vendor == "sqlite" else f"TRUNCATE {table} CASCADE")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
