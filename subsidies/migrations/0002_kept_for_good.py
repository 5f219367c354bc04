"""What decisions were made by is kept for good: the database refuses to change an answer, or to delete it or a run."""

from django.db import migrations

REFUSED = (
    ("subsidies_answer", "update"),
    ("subsidies_answer", "delete"),
    ("subsidies_answerfund", "update"),
    ("subsidies_answerfund", "delete"),
    ("subsidies_decisionrun", "delete"),
    ("notices_packversion", "update"),
    ("notices_packversion", "delete"),
)
REFUSAL = "what decisions were made by is kept for good"


def refuse(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(
            "CREATE FUNCTION kept_for_good() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            params=None,
        )
    for table, verb in REFUSED:
        action = (
            "FOR EACH ROW EXECUTE FUNCTION kept_for_good()"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_kept_{verb} BEFORE {verb.upper()} ON {table} {action}", params=None
        )


def allow(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, verb in REFUSED:
        schema_editor.execute(f"DROP TRIGGER {table}_kept_{verb}" + (f" ON {table}" if postgresql else ""), params=None)
    if postgresql:
        schema_editor.execute("DROP FUNCTION kept_for_good()", params=None)


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0001_initial"), ("notices", "0001_initial")]

    operations = [migrations.RunPython(refuse, allow)]
