"""Amendments: proposed by one person, approved by another, in force from a day for an area and all below it.

A proposal is checked as a whole by `policy.pack.apply_amendments` before it is written, together with what has been
approved before; once more when it is approved. An approved one makes a new version of the notice, and what was decided
before stays explained by the old one.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import Staff
from accounts.scope import intersect
from notices.impact import seen_by
from notices.leaves import amendable
from notices.models import AmendedLeaf, Amendment, PackVersion, Season, SeenImpact
from notices.problems import in_words
from notices.queries import as_amended
from notices.services import keep_version
from policy import pack as packs
from regions.models import Region
from regions.queries import code_ranges

PROPOSE, APPROVE = "notices.propose_amendment", "notices.approve_amendment"
Status = Amendment.Status
_PLAIN_VALUE = gettext_lazy("one line without # was expected.")


class AmendmentRefused(Exception):
    """The amendment does not go through; `problems` says line by line which leaf and why."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


def waiting_for(user: Staff) -> QuerySet[Amendment]:
    """Proposals of others that this person may settle."""
    rows = Amendment.objects.visible_to(user).filter(status=Status.PROPOSED)
    return rows.exclude(proposed_by=user) if user.has_perm(APPROVE) else rows.none()


def approved_for(region: Region, pack_id: str, *, leave_out: int | None = None) -> list[Amendment]:
    """What has been approved of a notice for an area or for what lies above it, in the order in which it applies."""
    above = {region.pk[:digits].ljust(12, "0") for digits in (2, 4, 6, 9, 12)}
    above |= set(Region.objects.filter(members__member__in=above).values_list("pk", flat=True))
    return list(
        Amendment.objects.filter(status=Status.APPROVED, pack_id=pack_id, region__in=above)
        .exclude(pk=leave_out)
        .order_by("effective_on", "pk")
        .prefetch_related("leaves")
    )


def reading_before_and_after(amendment: Amendment) -> tuple[packs.Pack, packs.Pack]:
    """The notice on the amendment's first day without it and with it. Raises `policy.pack.PackError`."""
    others = [
        each
        for each in approved_for(amendment.region, amendment.pack_id, leave_out=amendment.pk)
        if each.effective_on <= amendment.effective_on
    ]
    return as_amended(amendment.pack_id, others), as_amended(amendment.pack_id, _in_order([*others, amendment]))


@transaction.atomic
def propose(
    *,
    region: Region,
    pack_id: str,
    changes: Mapping[str, str],
    effective_on: date,
    document_number: str,
    reason: str,
    by: Staff,
    on: date,
) -> Amendment:
    """Proposes new values for leaves of a notice: `changes` is dotted path → text as it would stand in the pack.

    Raises AmendmentRefused: no change, a leaf that is none, a value it cannot hold, an area that is not the person's or
    that the notice does not govern.
    """
    _check_may(by, PROPOSE, region)
    document_number, reason = document_number.strip(), reason.strip()
    if not document_number or not reason:
        raise AmendmentRefused(_("An amendment needs the number of its document and a reason."))
    if not Season.objects.filter(pack_id=pack_id).exists():
        raise AmendmentRefused(_("This notice governs no area here, so there is nothing to amend."))
    others = approved_for(region, pack_id)
    current = _read(pack_id, [each for each in others if each.effective_on <= effective_on])
    known = {leaf.path: leaf for leaf in amendable(current)}
    problems = [
        _("%(path)s is no leaf of this notice that can be amended.") % {"path": p} for p in changes if p not in known
    ]
    problems += [
        f"{known[path].title}：{_PLAIN_VALUE}" for path, value in changes.items() if path in known and not _plain(value)
    ]
    changed = {path: value for path, value in changes.items() if path in known and known[path].value != value}
    if problems:
        raise AmendmentRefused(*problems)
    if not changed:
        raise AmendmentRefused(_("Nothing would change: every value is as it stands."))
    amendment = Amendment.objects.create(
        region=region,
        pack_id=pack_id,
        effective_on=effective_on,
        document_number=document_number,
        reason=reason,
        proposed_by=by,
        proposed_on=on,
    )
    AmendedLeaf.objects.bulk_create(
        AmendedLeaf(amendment=amendment, path=path, value=value, previous=known[path].value)
        for path, value in changed.items()
    )
    # A single leaf may be right alone and wrong beside a later amendment, so the whole row of them is read.
    _read(pack_id, _in_order([*others, amendment]))
    audit.record(
        by=by,
        on=on,
        verb="notices.propose_amendment",
        subject=amendment,
        before={path: known[path].value for path in changed},
        after={**changed, "effective_on": effective_on, "document_number": document_number},
        why=reason,
    )
    return amendment


@transaction.atomic
def approve(*, amendment: Amendment, by: Staff, on: date, why: str = "") -> Amendment:
    """Puts an amendment of another person into force; the notice as it reads then is kept as a new version.

    Raises AmendmentRefused, also where this person has not seen what it changes for people (`impact.see`), with the
    notice as it reads at this moment.
    """
    _check_may(by, APPROVE, amendment.region)
    if amendment.proposed_by_id == by.pk:
        raise AmendmentRefused(_("You proposed this amendment: another person approves it."))
    _one_approval_at_a_time(amendment.pack_id)
    others = approved_for(amendment.region, amendment.pack_id, leave_out=amendment.pk)
    _read(amendment.pack_id, _in_order([*others, amendment]))
    standing = [each for each in others if each.effective_on <= amendment.effective_on]
    before = _read(amendment.pack_id, standing)
    after = _read(amendment.pack_id, _in_order([*standing, amendment]))
    seen = seen_by(by, amendment, before, after)
    if seen is None:
        raise AmendmentRefused(
            _(
                "Look at what the amendment changes for people first, then approve; after another approval it is to be "
                "looked at again."
            )
        )
    return _settle(amendment, Status.APPROVED, by=by, on=on, why=why, version=keep_version(after), seen=seen)


@transaction.atomic
def reject(*, amendment: Amendment, by: Staff, on: date, why: str) -> Amendment:
    """Refuses an amendment of another person. Needs a reason."""
    _check_may(by, APPROVE, amendment.region)
    if amendment.proposed_by_id == by.pk:
        raise AmendmentRefused(_("You proposed this amendment: another person settles it."))
    if not why.strip():
        raise AmendmentRefused(_("Give a reason."))
    return _settle(amendment, Status.REJECTED, by=by, on=on, why=why)


@transaction.atomic
def withdraw(*, amendment: Amendment, by: Staff, on: date, why: str = "") -> Amendment:
    """Takes an own proposal back before it is settled."""
    _check_may(by, PROPOSE, amendment.region)
    if amendment.proposed_by_id != by.pk:
        raise AmendmentRefused(_("Only the person who proposed it takes it back."))
    return _settle(amendment, Status.WITHDRAWN, by=by, on=on, why=why)


def _plain(value: str) -> bool:
    """A single printable line without a comment: what is stored is what is read."""
    return bool(value.strip()) and value.isprintable() and "#" not in value and len(value) <= 400


def _one_approval_at_a_time(pack_id: str) -> None:
    """Approvals of one notice wait for each other: two that are right alone may exclude each other."""
    list(Season.objects.select_for_update().filter(pack_id=pack_id).order_by("pk"))


def _settle(
    amendment: Amendment,
    status: str,
    *,
    by: Staff,
    on: date,
    why: str,
    version: PackVersion | None = None,
    seen: SeenImpact | None = None,
) -> Amendment:
    settled = {"status": status, "settled_by": by, "settled_on": on, "settled_why": why.strip(), "version": version}
    if Amendment.objects.filter(pk=amendment.pk, status=Status.PROPOSED).update(**settled) != 1:
        now = Amendment.objects.select_related("settled_by").get(pk=amendment.pk)
        raise AmendmentRefused(
            _("This amendment was settled already: %(status)s, by %(by)s on %(day)s.")
            % {"status": now.get_status_display(), "by": now.settled_by, "day": now.settled_on}
        )
    for name, value in settled.items():
        setattr(amendment, name, value)
    audit.record(
        by=by,
        on=on,
        verb=f"notices.amendment_{status}",
        subject=amendment,
        before={"status": str(Status.PROPOSED)},
        after={
            "status": str(status),
            "version": version.version if version else None,
            **({"people": seen.people, "changed": seen.changed} if seen else {}),
        },
        why=why,
    )
    return amendment


def _in_order(amendments: Sequence[Amendment]) -> list[Amendment]:
    return sorted(amendments, key=lambda each: (each.effective_on, each.pk))


def _read(pack_id: str, amendments: Sequence[Amendment]) -> packs.Pack:
    """The notice as amended. Raises AmendmentRefused with every problem, in the words of staff."""
    try:
        return as_amended(pack_id, amendments)
    except packs.PackError as error:
        raise AmendmentRefused(*in_words(error, packs.load(pack_id))) from error


def _check_may(by: Staff, permission: str, region: Region) -> None:
    if not by.has_perm(permission):
        raise AmendmentRefused(_("Your role does not do this."))
    theirs = code_ranges(region)
    if intersect(theirs, by.code_ranges) != intersect(theirs, theirs):
        raise AmendmentRefused(_("%(area)s lies outside your area.") % {"area": region.full_name})
