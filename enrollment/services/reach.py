"""Who may write where: a row is written by the staff of its own place, whoever else may see the person."""

from django.core.exceptions import PermissionDenied

from accounts.models import Staff
from regions.queries import within_ranges


def in_reach(by: Staff, region: str) -> bool:
    """Whether the region lies in the person's own part of the tree."""
    return within_ranges(region, by.code_ranges)


def need_reach(by: Staff, region: str) -> None:
    """Raises PermissionDenied for a region (code) outside the person's own part of the tree. A person may be seen
    where they live and where they paid; what is written about them belongs to one place."""
    if not in_reach(by, region):
        raise PermissionDenied
