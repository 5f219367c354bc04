"""Reads of staff."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import AuditEntry, Staff
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


def resets_of(person: Staff) -> QuerySet[AuditEntry]:
    """When others set a password for this person, the last first: who did not ask for it knows of an intruder."""
    own = AuditEntry.objects.filter(model=Staff._meta.label_lower, object_id=str(person.pk))
    return own.filter(verb__in=["accounts.reset_password", "accounts.confirm_staff"]).select_related("by")


def waiting_for_confirmation(user: Staff) -> QuerySet[Staff]:
    """Accounts that another administrator made or changed and that this person may confirm."""
    return Staff.objects.visible_to(user).filter(changed_by__isnull=False).exclude(changed_by=user)
