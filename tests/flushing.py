"""How a test with real transactions empties tables whose triggers refuse it: the guards are lifted for that moment.

Only the flush of the test runner passes here; within a test the guards stand as they do in production.
"""

from typing import Any

_POSTGRESQL_GUARDS = """
    SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND (tgtype & 32) <> 0
"""
_SQLITE_GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


def lift_guards(operations: type) -> None:
    """Wraps `sql_flush` of the database's operations so that triggers stand aside while it runs.

    The class is wrapped, not one connection: with a browser's event loop running, Django opens another one.
    """
    plain = operations.sql_flush

    def sql_flush(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        statements = plain(self, *args, **kwargs)
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute(_POSTGRESQL_GUARDS)
                guards = cursor.fetchall()
                before = [f'ALTER TABLE "{table}" DISABLE TRIGGER "{name}"' for table, name in guards]
                after = [f'ALTER TABLE "{table}" ENABLE TRIGGER "{name}"' for table, name in guards]
            else:
                cursor.execute(_SQLITE_GUARDS)
                guards = cursor.fetchall()
                before, after = [f'DROP TRIGGER "{name}"' for name, _ in guards], [sql for _, sql in guards]
        return [*before, *statements, *after] if statements else statements

    operations.sql_flush = sql_flush
