"""What a unique or check constraint cannot say: a payout stands on a complete chain, and what was done stays."""

from django.db import migrations

_SQLITE = [
    """
    CREATE TRIGGER refund_payout_needs_chain BEFORE INSERT ON refunds_payout
    WHEN (
        SELECT count(*) FROM refunds_step
        WHERE application_id = NEW.application_id AND approved
          AND kind IN ('tax_intake', 'agency_final', 'agency_payout')
    ) < 3 OR NOT EXISTS (
        SELECT 1 FROM refunds_application
        WHERE id = NEW.application_id AND payment_id = NEW.payment_id AND amount_fen = NEW.amount_fen
    )
    BEGIN SELECT RAISE(ABORT, 'refund_payout_needs_chain'); END
    """,
    *(
        f"""
        CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, '{name}'); END
        """
        for name, table in (("refund_step_stays", "refunds_step"), ("refund_payout_stays", "refunds_payout"))
        for event in ("UPDATE", "DELETE")
    ),
]
_POSTGRESQL = [
    """
    CREATE FUNCTION refund_payout_needs_chain() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (
            SELECT count(*) FROM refunds_step
            WHERE application_id = NEW.application_id AND approved
              AND kind IN ('tax_intake', 'agency_final', 'agency_payout')
        ) < 3 OR NOT EXISTS (
            SELECT 1 FROM refunds_application
            WHERE id = NEW.application_id AND payment_id = NEW.payment_id AND amount_fen = NEW.amount_fen
        ) THEN
            RAISE EXCEPTION 'refund_payout_needs_chain' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION refund_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%', TG_NAME USING ERRCODE = 'check_violation';
    END $$
    """,
    """
    CREATE TRIGGER refund_payout_needs_chain BEFORE INSERT ON refunds_payout
    FOR EACH ROW EXECUTE FUNCTION refund_payout_needs_chain()
    """,
    """
    CREATE TRIGGER refund_step_stays BEFORE UPDATE OR DELETE ON refunds_step
    FOR EACH ROW EXECUTE FUNCTION refund_row_stays()
    """,
    """
    CREATE TRIGGER refund_payout_stays BEFORE UPDATE OR DELETE ON refunds_payout
    FOR EACH ROW EXECUTE FUNCTION refund_row_stays()
    """,
]
_DROP_SQLITE = [
    "DROP TRIGGER refund_payout_needs_chain",
    "DROP TRIGGER refund_step_stays_update",
    "DROP TRIGGER refund_step_stays_delete",
    "DROP TRIGGER refund_payout_stays_update",
    "DROP TRIGGER refund_payout_stays_delete",
]
_DROP_POSTGRESQL = [
    "DROP TRIGGER refund_payout_needs_chain ON refunds_payout",
    "DROP TRIGGER refund_step_stays ON refunds_step",
    "DROP TRIGGER refund_payout_stays ON refunds_payout",
    "DROP FUNCTION refund_payout_needs_chain()",
    "DROP FUNCTION refund_row_stays()",
]


def create(apps, schema_editor):
    for statement in _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    for statement in _DROP_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _DROP_SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("refunds", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
