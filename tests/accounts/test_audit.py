import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import audit
from accounts.models import AuditEntry
from accounts.queries import system_staff
from accounts.roles import Role
from tests.factories import PINGLI, ZHUJI, make_id_number

ON = "2021-12-03"


@pytest.fixture
def entry(tree):
    by = system_staff()
    return audit.record(by=by, on=ON, verb="tests.write", subject=by, region=tree[PINGLI], why="because")


def test_the_database_refuses_to_change_a_row(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(why="another reason")
    entry.refresh_from_db()
    assert entry.why == "because"


def test_the_database_refuses_to_delete_a_row(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).delete()
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_nor_by_sql(entry):
    for statement in ("UPDATE accounts_auditentry SET verb = 'x'", "DELETE FROM accounts_auditentry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_nor_by_emptying_the_table(entry):
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite", "SQLite knows no TRUNCATE; its DELETE is refused above"
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_auditentry")


@pytest.mark.django_db(transaction=True)
def test_a_write_without_a_transaction_leaves_no_row():
    by = system_staff()
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(by=by, on=ON, verb="tests.write", subject=by)
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record_many(by=by, on=ON, verb="tests.write", model=AuditEntry, counts={"rows": 1})


def test_personal_data_is_masked_once_more(tree):
    by, number = system_staff(), make_id_number()
    row = audit.record(
        by=by,
        on=ON,
        verb="tests.write",
        subject=by,
        before={"number": number, "more": [{"phone": "13812345678"}]},
        after={number: f"{number} again"},
        why=f"typed {number}",
    )
    row.refresh_from_db()
    kept = str((row.before, row.after, row.why))
    assert number not in kept
    assert "13812345678" not in kept


def test_where_a_write_comes_from(tree):
    by = system_staff()
    with audit.coming_from("manage.py tests"):
        rows = [audit.record(by=by, on=ON, verb="tests.write", subject=by) for _ in range(2)]
    alone = audit.record(by=by, on=ON, verb="tests.write", subject=by)
    assert {row.origin for row in rows} == {"manage.py tests"}
    assert rows[0].request == rows[1].request != alone.request


def test_a_set_based_write_is_one_row_with_its_counts(tree):
    row = audit.record_many(
        by=system_staff(), on=ON, verb="tests.load", model=AuditEntry, counts={"created": 3}, region=tree[ZHUJI]
    )
    assert (row.after, row.object_id, row.model, row.region_id) == ({"created": 3}, "", "accounts.auditentry", ZHUJI)


def test_the_region_of_the_record_is_the_row_s(person):
    made = person(region="610926102201")
    assert audit.record(by=system_staff(), on=ON, verb="t", subject=made).region_id == "610926102201"
    assert audit.record(by=system_staff(), on=ON, verb="t", subject=made.region).region_id == "610926102201"


def test_staff_that_the_trail_names_cannot_be_deleted(staff):
    clerk = staff(Role.COUNTY_AGENT, PINGLI)
    audit.record(by=clerk, on=ON, verb="tests.write", subject=clerk)
    with pytest.raises(IntegrityError):
        clerk.delete()


def test_the_guards_can_be_taken_down_and_put_up_again(db):
    from django.core.management import call_command

    if connection.vendor == "sqlite":
        # SQLite changes no schema inside the transaction of a test; PostgreSQL shows that both ways work.
        return
    call_command("migrate", "accounts", "0001", verbosity=0)
    call_command("migrate", verbosity=0)
