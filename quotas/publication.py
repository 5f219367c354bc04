"""Who may see a ranking: the weekly circular is public to everyone who works in the area it ranks (PL-8.5, ZJ-5.6a)."""

from typing import Any

from django.db.models import Q

from accounts.scope import NOTHING, Scope
from regions.models import AreaMember

_PREFIX_DIGITS = (2, 4, 6, 9)


def codes_above(user: Any) -> frozenset[str]:
    """Codes of all regions above the user's postings: province, city, county and town, and areas made of members.

    Kept with the user object, as `Staff.code_ranges` is: a request asks for it at every row it fetches.
    """
    if not hasattr(user, "_codes_above"):
        user._codes_above = _codes_above(user)
    return user._codes_above


def _codes_above(user: Any) -> frozenset[str]:
    own = {region.code for region in user.regions.all()}
    above = {code[:digits].ljust(12, "0") for code in own for digits in _PREFIX_DIGITS} - own
    areas = AreaMember.objects.filter(member__in=own | above).values_list("area_id", flat=True)
    return frozenset(above | (set(areas) - own))


class PublishedAbove(Scope):
    """Rows that a region above the user's postings publishes: a path ends in a foreign key to Region.

    The declared exception to `ByRegion`: a town officer sees the figures of the sister towns, because the county
    publishes them every week. It is for rows that hold sums only, never for a row about a person, and it opens no
    sister region: what lies below one belongs to that region, not to the one above.
    """

    def __init__(self, *paths: str) -> None:
        self.paths = paths

    def q(self, user: Any) -> Q:
        above = codes_above(user)
        allowed = NOTHING
        for path in self.paths if above else ():
            allowed |= Q(**{f"{path}_id__in": above})
        return allowed
