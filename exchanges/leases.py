"""Rows that a worker holds for a while: until it lets go, or until it has said nothing for the time of its lease."""

from datetime import datetime, timedelta

from django.db.models import Q

# How far the clocks of two machines may be apart without one taking what the other one holds.
APART = timedelta(minutes=10)


def unheld(field: str, *, lease: timedelta, now: datetime) -> Q:
    """Rows that nobody holds, by the time in `field`: none, or one that has run out.

    A time further ahead than any lease and the clocks of other machines allow was written before the clock was set
    back, and holds nothing either.
    """
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": now}) | Q(**{f"{field}__gt": now + lease + APART})
