"""Reads of staff."""

from django.db import transaction

from accounts.models import Staff
from accounts.roles import Role

SYSTEM_USERNAME = "system"


def system_staff() -> Staff:
    """The member of staff in whose name the machine works (commands, workers, the demonstration season).

    There is one row of the role, made on first use. It sees everything and nobody can sign in as it:
    `accounts.backends.RoleBackend` refuses the role, and it has no password.
    """
    found = Staff.objects.filter(username=SYSTEM_USERNAME, role=Role.SYSTEM).first()
    if found is not None:
        return found
    fresh = Staff(username=SYSTEM_USERNAME, full_name="系统", role=Role.SYSTEM)
    fresh.set_unusable_password()
    with transaction.atomic():
        Staff.objects.bulk_create([fresh], ignore_conflicts=True)
    return Staff.objects.get(username=SYSTEM_USERNAME, role=Role.SYSTEM)


def active_staff(username: str) -> Staff | None:
    """The person of that name who may work, or None."""
    return Staff.objects.filter(username=username, is_active=True).exclude(role=Role.SYSTEM).first()
