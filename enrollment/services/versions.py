"""Records of which one version counts: what differs is written anew, and the earlier version stays in the history."""

from datetime import date
from typing import Any, TypeVar

from accounts import audit
from accounts.models import Staff
from enrollment.models import Entitlement, NotEnrolledReason

Version = TypeVar("Version", Entitlement, NotEnrolledReason)
# What a version says, apart from whose it is and when it was written.
_CONTENT = {
    Entitlement: ("region_id", "starts_on", "ends_on", "payment_id", "clauses"),
    NotEnrolledReason: ("coverage_year", "reason", "detail", "evidence", "waiver_signed_on"),
}
# The column with the day from which a version no longer counts.
_ENDED = {Entitlement: "superseded_on", NotEnrolledReason: "withdrawn_on"}


def content(version: Version) -> dict[str, Any]:
    """What the version says, for comparison and for the audit trail."""
    return {name: getattr(version, name) for name in _CONTENT[type(version)]}


def replace(fresh: Version, *, verb: str, by: Staff, on: date, why: str = "") -> Version:
    """Writes the version for the one that counts for the same person and year, which is ended on the day; the same
    content again changes nothing and leaves no trace. Part of a verb that holds the lock on the person: two writers of
    one record wait for each other."""
    model, ended = type(fresh), _ENDED[type(fresh)]
    theirs = model.objects.filter(person=fresh.person, coverage_year=fresh.coverage_year, **{ended: None})
    standing = theirs.first()
    if standing and content(standing) == content(fresh):
        return standing
    if standing:
        setattr(standing, ended, on)
        standing.save(update_fields=[ended])
    fresh.save()
    before = content(standing) if standing else None
    audit.record(by=by, on=on, verb=verb, subject=fresh.person, before=before, after=content(fresh), why=why)
    return fresh
