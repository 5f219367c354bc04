"""What decisions refer to is kept for good: the database refuses to delete it, and to change an answer."""

from django.db import migrations

REFUSAL = "kept for good: decisions refer to it"
# name: (table, verb, condition under which the row stays)
GUARDS = {
    "answer_unchanged": ("subsidies_answer", "UPDATE", "TRUE"),
    "answer_kept": ("subsidies_answer", "DELETE", "TRUE"),
    "answerfund_unchanged": ("subsidies_answerfund", "UPDATE", "TRUE"),
    "answerfund_kept": ("subsidies_answerfund", "DELETE", "TRUE"),
    "decisionrun_kept": ("subsidies_decisionrun", "DELETE", "TRUE"),
    "decided_person_kept": (
        "enrollment_person",
        "DELETE",
        "EXISTS (SELECT 1 FROM subsidies_decision WHERE person_id = OLD.id)",
    ),
    "decided_payment_kept": (
        "enrollment_payment",
        "DELETE",
        "EXISTS (SELECT 1 FROM subsidies_decision WHERE person_id = OLD.person_id AND payment_id = OLD.id)",
    ),
}
POSTGRESQL = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {condition} THEN
            RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()
"""
SQLITE = """
    CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {condition}
    BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""


def guard(apps, schema_editor):
    statement = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for name, (table, verb, condition) in GUARDS.items():
        schema_editor.execute(
            statement.format(name=name, table=table, verb=verb, condition=condition, refusal=REFUSAL), params=None
        )


def unguard(apps, schema_editor):
    for name, (table, _verb, _condition) in GUARDS.items():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0001_initial"), ("enrollment", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
