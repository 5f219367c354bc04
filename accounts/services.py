"""Writes of staff and bureaus. Accounts are made, given new passwords, opened and closed; never deleted: the trail
names them."""

import secrets
from collections.abc import Sequence
from datetime import date

from axes.utils import reset as forgive_failed_sign_ins
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, Bureau, BureauKind, Posting, Staff
from accounts.roles import ADMINISTRATORS, GUARDED, Role
from regions.models import Region
from regions.queries import within_ranges

# Without the characters that are misread on paper (0 O 1 l I).
_PASSWORD_CHARACTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PASSWORD_LENGTH = 14


class AccountRefused(Exception):
    """The account is not kept so; the message says why and what to do."""


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

    Raises ValidationError for a user name that is taken or not allowed, and for the role of the system itself;
    AccountRefused for an administrator's account made by another one.
    """
    _kept_here(role, by)
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
    hold(staff=staff, by=by)
    return staff, password


@transaction.atomic
def reset_password(*, staff: Staff, by: Staff, on: date) -> str:
    """Sets a temporary password and returns it; ends the person's sessions and the lock of failed sign-ins.

    The person is told of it when choosing a password of their own (`accounts.queries.resets_of`).
    Raises AccountRefused for an administrator's account and for one's own.
    """
    _kept_here(Role(staff.role), by)
    _check_reach(staff, by)
    if staff.pk == by.pk:
        raise AccountRefused(_("Nobody resets their own password: change it on the page of your account."))
    password = temporary_password()
    staff.set_password(password)
    staff.must_change_password = True
    staff.save(update_fields=["password", "must_change_password"])
    forgive_failed_sign_ins(username=staff.username)
    audit.record(by=by, on=on, verb="accounts.reset_password", subject=staff, region=first_region(staff))
    hold(staff=staff, by=by)
    return password


def _kept_here(role: Role, by: Staff) -> None:
    if role in ADMINISTRATORS and by.role != Role.SYSTEM:
        raise AccountRefused(_("Accounts of administrators are kept on the server, with manage.py keep_staff."))


def _check_reach(staff: Staff, by: Staff) -> None:
    codes = staff.postings.values_list("region_id", flat=True)
    if not all(within_ranges(code, by.code_ranges) for code in codes):
        raise AccountRefused(_("The account reaches beyond your area: an administrator of the whole area keeps it."))


def hold(*, staff: Staff, by: Staff) -> None:
    """Closes an account of a guarded role that `by` made or changed, until another administrator confirms it. Part of
    the transaction of that change; what is done on the server counts at once."""
    if Role(staff.role) in GUARDED and by.role != Role.SYSTEM:
        staff.changed_by, staff.is_active = by, False
        staff.save(update_fields=["changed_by", "is_active"])


def last_change(staff: Staff) -> int:
    """Number of the last audit row of an account: it stands for the state that somebody has before their eyes."""
    entries = AuditEntry.objects.filter(model=Staff._meta.label_lower, object_id=str(staff.pk))
    return entries.order_by("-id").values_list("id", flat=True).first() or 0


@transaction.atomic
def confirm(*, staff: Staff, seen: int, by: Staff, on: date) -> None:
    """Opens an account that another administrator made or changed. `seen`: its `last_change` when it was looked at.

    Raises AccountRefused: not this person's step, nothing to confirm, changed meanwhile.
    """
    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    if staff.changed_by_id is None:
        raise AccountRefused(_("This account waits for nothing: it was confirmed already."))
    if not by.has_perm("accounts.confirm_staff") or by.pk in {staff.changed_by_id, staff.pk}:
        raise AccountRefused(_("Another person confirms this account."))
    _check_reach(staff, by)
    if last_change(staff) != seen:
        raise AccountRefused(_("The account was changed meanwhile. Look at it again, then confirm."))
    before = {"changed_by": str(staff.changed_by), "is_active": False}
    staff.changed_by, staff.is_active = None, True
    staff.save(update_fields=["changed_by", "is_active"])
    audit.record(
        by=by,
        on=on,
        verb="accounts.confirm_staff",
        subject=staff,
        region=first_region(staff),
        before=before,
        after={"is_active": True},
    )


@transaction.atomic
def choose_password(*, staff: Staff, password: str, on: date) -> None:
    """The person's own choice of a password."""
    staff.set_password(password)
    staff.must_change_password = False
    staff.save(update_fields=["password", "must_change_password"])
    audit.record(by=staff, on=on, verb="accounts.choose_password", subject=staff, region=first_region(staff))


@transaction.atomic
def set_active(*, staff: Staff, active: bool, by: Staff, on: date) -> None:
    """Opens or closes an account; a closed one is signed out with its next click. Raises AccountRefused for one that
    waits for a second administrator, and for an administrator's."""
    _kept_here(Role(staff.role), by)
    _check_reach(staff, by)
    if staff.is_active == active:
        return
    if active and staff.changed_by_id:
        raise AccountRefused(_("This account waits for a second administrator, who opens it by confirming it."))
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
