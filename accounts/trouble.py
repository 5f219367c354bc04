"""What failed around a step rather than in it, in words for whoever sees it: the disk, the database."""

import errno

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_database_away(error: BaseException | None) -> bool:
    """Whether the database did not answer, so that the same step may well succeed in a while."""
    return isinstance(error, OperationalError | InterfaceError)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether a file could not be written for want of room."""
    return isinstance(error, OSError) and error.errno in _FULL


def words_for(error: BaseException | None) -> str:
    """What happened and the remedy; an empty text where there is nothing better to say than that something failed."""
    if is_disk_full(error):
        return _(
            "The disk for stored files is full. The system administrator has to make room; then do the step once more."
        )
    if is_database_away(error):
        return _("The database does not answer. It usually does again within a minute; then do the step once more.")
    return ""
