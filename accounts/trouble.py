"""What failed around a step rather than in it, in words for whoever sees it: the disk, the database."""

import errno
import sqlite3

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# SQLSTATE of PostgreSQL: no connection, shut down by the operator; the disk is full.
_AWAY, _FULL_STATE = ("08", "57P"), "53100"
# A deadlock, or two transactions that cannot both have been first.
_ROLLED_BACK = "40"


def is_database_away(error: BaseException | None) -> bool:
    """Whether the database did not answer, so that the same step may well succeed in a while."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN}
    state = getattr(cause, "sqlstate", None)
    return state is None or state.startswith(_AWAY)


def is_momentary(error: BaseException | None) -> bool:
    """Whether nothing has to be mended before the same step is done once more: the database was away, or it rolled
    this transaction back to let another one go on."""
    state = getattr(getattr(error, "__cause__", None), "sqlstate", None) or ""
    return is_database_away(error) or state.startswith(_ROLLED_BACK)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether a file or a row could not be written for want of room."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
    return getattr(cause, "sqlstate", None) == _FULL_STATE


def words_for(error: BaseException | None) -> str:
    """What happened and the remedy; an empty text where there is nothing better to say than that something failed."""
    if is_disk_full(error):
        return _(
            "The disk of the server is full. The system administrator has to make room; then do the step once more."
        )
    if is_database_away(error):
        return _("The database does not answer. It usually does again within a minute; then do the step once more.")
    return ""
