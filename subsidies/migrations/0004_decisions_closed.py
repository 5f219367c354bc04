"""A decision is written with what it refers to, is closed once and stays; what it rests on keeps what was decided by.

On PostgreSQL the references are looked up once a statement, not once a row. Two transactions cannot undo each other's
check unseen: who writes decisions holds ROW EXCLUSIVE on their table before the check and until the end; who deletes
what decisions may refer to takes SHARE on it first, waits for those writers, and makes later ones wait. Answers and
runs are never deleted, and whoever empties a table has it to himself.

SQLite has one writer at a time. It rebuilds a table to change it, which fails where a trigger of another table names it:
a migration that does so to a table named here calls `lift` before and `guard` after.
"""

from django.db import migrations

MISSING = "a decision refers to what is not there"
KEPT = "kept for good: decisions refer to it"
CLOSED = "a decision is kept as it was made; it can only be superseded, once"
KEY = "kept for good: the key of a row stays"
MARKED = "kept for good: a mark ends, or is taken back by whoever added it"

DECISION, MARK, PAYMENT = "subsidies_decision", "subsidies_identitymark", "enrollment_payment"
MADE_OF = ("id", "person_id", "coverage_year", "region_id", "answer_id", "payment_id", "run_id", "decided_on")
RECEIPT = ("receipt_no", "person_id", "coverage_year", "region_id", "tier", "amount_fen", "paid_on", "by_roster")
# Columns of a decision: the row that they refer to. The payment is the person's own, of the same year.
SUPERSEDED = {("superseded_by_id",): "subsidies_decisionrun WHERE id = {row}.superseded_by_id"}
REFERENCES = {
    ("person_id",): "enrollment_person WHERE id = {row}.person_id",
    ("region_id",): "regions_region WHERE code = {row}.region_id",
    ("answer_id",): "subsidies_answer WHERE id = {row}.answer_id",
    ("run_id",): "subsidies_decisionrun WHERE id = {row}.run_id",
    ("payment_id", "person_id", "coverage_year"): f"{PAYMENT} WHERE id = {{row}}.payment_id"
    " AND person_id = {row}.person_id AND coverage_year = {row}.coverage_year",
    **SUPERSEDED,
}
# Every row of a statement has its own of these; of all others there are few.
ONE_A_ROW = ("person_id", "payment_id")
KEYS = {"enrollment_person": "id", "regions_region": "code", "subsidies_decisionrun": "id"}
DELETABLE = ("enrollment_person", PAYMENT, "regions_region")
DECIDED_REGION = f"EXISTS (SELECT 1 FROM {DECISION} WHERE region_id = OLD.code)"
DECIDED_PAYMENT = f"EXISTS (SELECT 1 FROM {DECISION} WHERE person_id = OLD.person_id AND payment_id = OLD.id)"
TAKEN_BACK = """OLD.batch_id IS NULL AND EXISTS (
    SELECT 1 FROM accounts_auditentry WHERE model = 'subsidies.identitymark' AND object_id = CAST(OLD.id AS text)
    AND verb = 'subsidies.take_back' AND "after" IS NULL)"""
EMPTIED = {
    **dict.fromkeys((DECISION, "subsidies_answer", "subsidies_answerfund", *KEYS, PAYMENT), DECISION),
    MARK: MARK,
}


def _postgresql():
    """(table, name, trigger) of every trigger, after their functions."""

    def function(name, body, returns="NULL"):
        return (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET jit = off AS "
            f"$$ BEGIN {body} RETURN {returns}; END $$"
        )

    def refuse(condition, message):
        return f"IF {condition} THEN {raises.format(message=message)} END IF;"

    raises = "RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
    hold = f"LOCK TABLE {DECISION} IN SHARE MODE;"
    functions = {
        "decision_refused": function("decision_refused", raises.format(message=CLOSED)),
        "key_refused": function("key_refused", raises.format(message=KEY)),
        "decisions_held": function("decisions_held", hold),
        "decision_refers": function("decision_refers", " ".join(map(_refuse_missing, REFERENCES.items()))),
        "decision_superseded": function("decision_superseded", " ".join(map(_refuse_missing, SUPERSEDED.items()))),
        "decided_payment_unchanged": function("decided_payment_unchanged", hold + refuse(DECIDED_PAYMENT, KEPT)),
        "decided_region_kept": function("decided_region_kept", refuse(DECIDED_REGION, KEPT), "OLD"),
        "mark_kept": function("mark_kept", refuse(f"NOT ({TAKEN_BACK})", MARKED), "OLD"),
        "not_emptied": f"""
            CREATE FUNCTION not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE filled boolean;
            BEGIN
                EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', TG_ARGV[0]) INTO filled;
                {refuse("filled", KEPT)} RETURN NULL;
            END $$""",
    }
    # Row triggers after the UPDATE: one before it would lock every row, whatever its condition says.
    triggers = [
        (DECISION, "decision_refers", "AFTER INSERT", "REFERENCING NEW TABLE AS written", "decision_refers()"),
        (DECISION, "decision_superseded", "AFTER UPDATE", "REFERENCING NEW TABLE AS written", "decision_superseded()"),
        (DECISION, "decision_unchanged", "AFTER UPDATE", f"FOR EACH ROW WHEN ({_changed(' IS DISTINCT FROM ')})",
         "decision_refused()"),
        (DECISION, "decision_kept", "BEFORE DELETE", "", "decision_refused()"),
        (PAYMENT, "decided_payment_unchanged", f"AFTER UPDATE OF id, {', '.join(RECEIPT)}",
         f"FOR EACH ROW WHEN ({_differs(('id', *RECEIPT), ' IS DISTINCT FROM ')})", "decided_payment_unchanged()"),
        ("regions_region", "decided_region_kept", "BEFORE DELETE", "FOR EACH ROW", "decided_region_kept()"),
        (MARK, "mark_kept", "BEFORE DELETE", "FOR EACH ROW", "mark_kept()"),
        *((table, f"{table}_key", f"AFTER UPDATE OF {key}", f"FOR EACH ROW WHEN (OLD.{key} <> NEW.{key})",
           "key_refused()") for table, key in KEYS.items()),
        *((table, f"{table}_held", "BEFORE DELETE", "", "decisions_held()") for table in DELETABLE),
        *((table, f"{table}_not_emptied", "BEFORE TRUNCATE", "", f"not_emptied('{filled}')")
          for table, filled in EMPTIED.items()),
    ]  # fmt: skip
    return functions, triggers


def _refuse_missing(reference):
    """One anti-join over the rows of the statement; planned anew each time, as one row and 50,000 want other plans."""
    columns, there = reference
    first = columns[0]
    distinct = "" if first in ONE_A_ROW else "DISTINCT "
    return f"""
        DECLARE missing boolean;
        BEGIN
            EXECUTE 'SELECT EXISTS (
                SELECT 1 FROM (SELECT {distinct}{", ".join(columns)} FROM written WHERE {first} IS NOT NULL) AS mine
                WHERE NOT EXISTS (SELECT 1 FROM {there.format(row="mine")}))' INTO missing;
            IF missing THEN
                RAISE EXCEPTION '{MISSING}: {first}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END;"""


def _differs(columns, differs):
    return " OR ".join(f"OLD.{column}{differs}NEW.{column}" for column in columns)


def _changed(differs):
    closed_again = f"OLD.superseded_by_id IS NOT NULL AND OLD.superseded_by_id{differs}NEW.superseded_by_id"
    return f"{_differs(MADE_OF, differs)} OR ({closed_again})"


def _sqlite():
    """name: (event and table, condition under which it is refused, message)."""
    differs = " IS NOT "

    def missing(references):
        return " OR ".join(
            f"(NEW.{columns[0]} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {there.format(row='NEW')}))"
            for columns, there in references.items()
        )

    return {
        "decision_refers": (f"INSERT ON {DECISION}", missing(REFERENCES), MISSING),
        "decision_superseded": (f"UPDATE OF superseded_by_id ON {DECISION}", missing(SUPERSEDED), MISSING),
        "decision_unchanged": (f"UPDATE ON {DECISION}", _changed(differs), CLOSED),
        "decision_kept": (f"DELETE ON {DECISION}", "TRUE", CLOSED),
        "decided_payment_unchanged": (
            f"UPDATE OF id, {', '.join(RECEIPT)} ON {PAYMENT}",
            f"({_differs(('id', *RECEIPT), differs)}) AND {DECIDED_PAYMENT}",
            KEPT,
        ),
        "decided_region_kept": ("DELETE ON regions_region", DECIDED_REGION, KEPT),
        "mark_kept": (f"DELETE ON {MARK}", f"NOT ({TAKEN_BACK})", MARKED),
        **{
            f"{table}_key": (f"UPDATE OF {key} ON {table}", f"OLD.{key} <> NEW.{key}", KEY)
            for table, key in KEYS.items()
        },
    }


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        functions, triggers = _postgresql()
        for function in functions.values():
            schema_editor.execute(function, params=None)
        for table, name, event, how, function in triggers:
            each = how if "FOR EACH" in how else f"{how} FOR EACH STATEMENT"
            statement = f"CREATE TRIGGER {name} {event} ON {table} {each} EXECUTE FUNCTION {function}"
            schema_editor.execute(statement, params=None)
    else:
        for name, (event, condition, message) in _sqlite().items():
            refused = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {event} WHEN {condition} {refused}", params=None)


def lift(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        functions, triggers = _postgresql()
        for table, name, *_ in triggers:
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}", params=None)
        for name in functions:
            schema_editor.execute(f"DROP FUNCTION {name}()", params=None)
    else:
        for name in _sqlite():
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("subsidies", "0003_calculations"),
        ("enrollment", "0004_payment_voucher"),
        ("accounts", "0003_second_administrator"),
    ]

    operations = [migrations.RunPython(guard, lift)]
