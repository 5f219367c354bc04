"""What failed around a step is told from what failed in it, by errors as the databases and the system raise them."""

import errno
import os

import pytest
from django.db import DataError, OperationalError, connection, connections, transaction

from accounts import trouble


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk(number):
    assert "磁盘已满" in trouble.words_for(OSError(number, os.strerror(number)))


@pytest.mark.parametrize("error", [None, OSError(errno.EACCES, "no"), ValueError(), DataError("1/0")])
def test_what_another_try_does_not_mend_is_not_called_so(error):
    assert trouble.words_for(error) == ""


@pytest.mark.django_db
def test_a_database_that_is_not_there():
    away = connections["default"].copy()
    away.settings_dict.update(NAME="no/such", HOST="127.0.0.1", PORT="1")
    with pytest.raises(OperationalError) as told:
        away.ensure_connection()
    assert trouble.is_database_away(told.value)
    assert not trouble.is_disk_full(told.value)


def _raised(statement):
    with pytest.raises(OperationalError) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return told.value


@pytest.mark.django_db
def test_a_database_that_found_no_room():
    if connection.vendor == "postgresql":
        error = _raised("DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$")
    else:
        connection.cursor().execute("PRAGMA max_page_count = 1")
        error = _raised("CREATE TABLE more AS SELECT zeroblob(9999999)")
        connection.cursor().execute("PRAGMA max_page_count = 1073741823")
    assert trouble.is_disk_full(error)
    assert not trouble.is_database_away(error)


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize(("state", "momentary"), [("deadlock_detected", True), ("query_canceled", False)])
def test_a_statement_that_was_cut_off_is_no_database_that_is_away(state, momentary):
    error = _raised(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")
    assert (trouble.words_for(error), trouble.is_momentary(error)) == ("", momentary)
