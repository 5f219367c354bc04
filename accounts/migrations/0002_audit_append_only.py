"""The audit trail is append-only: the database itself refuses to change or delete a row."""

from django.db import migrations

TABLE = "accounts_auditentry"
REFUSAL = "the audit trail is append-only"

SQLITE = {
    f"audit_refuses_{verb}": f"""
    CREATE TRIGGER audit_refuses_{verb} BEFORE {verb.upper()} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """
    for verb in ("update", "delete")
}
POSTGRESQL_FUNCTION = f"""
    CREATE FUNCTION audit_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
    END $$
"""
# One trigger a statement, not one a row: also a statement that hits no row, and TRUNCATE, is refused.
POSTGRESQL = {
    f"audit_refuses_{verb}": f"""
    CREATE TRIGGER audit_refuses_{verb} BEFORE {verb.upper()} ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses_change()
    """
    for verb in ("update", "delete", "truncate")
}


def close(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
        statements = POSTGRESQL.values()
    else:
        statements = SQLITE.values()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def reopen(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in POSTGRESQL:
            schema_editor.execute(f"DROP TRIGGER {name} ON {TABLE}", params=None)
        schema_editor.execute("DROP FUNCTION audit_refuses_change()", params=None)
    else:
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(close, reopen)]
