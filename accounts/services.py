"""Writes of staff and bureaus. Accounts are made, given new passwords, opened and closed; never deleted: the trail
names them."""

import secrets
from collections.abc import Sequence
from datetime import date

from axes.utils import reset as forgive_failed_sign_ins
from django.db import transaction

from accounts import audit
from accounts.models import Bureau, BureauKind, Posting, Staff
from accounts.roles import Role
from regions.models import Region

# Without the characters that are misread on paper (0 O 1 l I).
_PASSWORD_CHARACTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PASSWORD_LENGTH = 14


def temporary_password() -> str:
    """A random password that is handed over once and replaced at the first sign-in."""
    return "".join(secrets.choice(_PASSWORD_CHARACTERS) for _ in range(_PASSWORD_LENGTH))


@transaction.atomic
def bureau_at(*, region: Region, kind: BureauKind, by: Staff, on: date) -> Bureau:
    """The bureau of a kind at a region; made, and named after both, where there is none."""
    bureau = Bureau.objects.filter(region=region, kind=kind).first()
    if bureau is None:
        bureau = Bureau.objects.create(region=region, kind=kind, name=f"{region.name}{kind.label}")
        after = {"name": bureau.name, "kind": str(kind)}
        audit.record(by=by, on=on, verb="accounts.add_bureau", subject=bureau, after=after)
    return bureau


@transaction.atomic
def create_staff(
    *,
    username: str,
    full_name: str,
    role: Role,
    regions: Sequence[Region],
    bureau: Bureau | None,
    by: Staff,
    on: date,
) -> tuple[Staff, str]:
    """Makes an account posted to the regions; returns it with its temporary password.

    Raises ValidationError for a user name that is taken or not allowed, and for the role of the system itself.
    """
    staff = Staff(username=username, full_name=full_name, role=role, bureau=bureau, must_change_password=True)
    password = temporary_password()
    staff.set_password(password)
    staff.full_clean()
    staff.save()
    Posting.objects.bulk_create(Posting(staff=staff, region=region) for region in regions)
    audit.record(
        by=by,
        on=on,
        verb="accounts.add_staff",
        subject=staff,
        region=regions[0] if regions else None,
        after={
            "username": username,
            "full_name": full_name,
            "role": str(role),
            "bureau": str(bureau) if bureau else None,
            "regions": [region.pk for region in regions],
        },
    )
    return staff, password


@transaction.atomic
def reset_password(*, staff: Staff, by: Staff, on: date) -> str:
    """Sets a temporary password and returns it; ends the person's sessions and the lock of failed sign-ins."""
    password = temporary_password()
    staff.set_password(password)
    staff.must_change_password = True
    staff.save(update_fields=["password", "must_change_password"])
    forgive_failed_sign_ins(username=staff.username)
    audit.record(by=by, on=on, verb="accounts.reset_password", subject=staff, region=first_region(staff))
    return password


@transaction.atomic
def choose_password(*, staff: Staff, password: str, on: date) -> None:
    """The person's own choice of a password."""
    staff.set_password(password)
    staff.must_change_password = False
    staff.save(update_fields=["password", "must_change_password"])
    audit.record(by=staff, on=on, verb="accounts.choose_password", subject=staff, region=first_region(staff))


@transaction.atomic
def set_active(*, staff: Staff, active: bool, by: Staff, on: date) -> None:
    """Opens or closes an account; a closed one is signed out with its next click."""
    if staff.is_active == active:
        return
    staff.is_active = active
    staff.save(update_fields=["is_active"])
    audit.record(
        by=by,
        on=on,
        verb="accounts.open_staff" if active else "accounts.close_staff",
        subject=staff,
        region=first_region(staff),
        before={"is_active": not active},
        after={"is_active": active},
    )


def first_region(staff: Staff) -> str | None:
    """Code of the region by which audit rows about the person are seen."""
    return staff.postings.order_by("region_id").values_list("region_id", flat=True).first()
