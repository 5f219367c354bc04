"""Lists of a village for its notice board: who is enrolled, and who is not (ZJ-5.3a), masked for the public.

Names and numbers leave the house masked and nothing else does: a list that everybody reads says only what its purpose
needs (Personal Information Protection Law, articles 6 and 25).
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction

from accounts import audit
from accounts.models import Staff
from accounts.scope import sees_all_of
from enrollment.models import Payment, Person
from enrollment.queries import enrolled_people, not_enrolled_people
from privacy.masks import mask_name, mask_number
from regions.models import Level, Region
from regions.queries import code_ranges


class Posted(StrEnum):
    """Which of the two lists."""

    ENROLLED = "enrolled"
    NOT_ENROLLED = "not_enrolled"


class PostedLine(NamedTuple):
    """A person as the board shows them."""

    name: str
    number: str


class PostingRefused(Exception):
    """There is no such list; the message says why."""


def may_post(region: Region, by: Staff) -> bool:
    """Lists are posted village by village, by who may see all of it."""
    return region.level == Level.VILLAGE and sees_all_of(by, region)


@transaction.atomic
def post(*, region: Region, coverage_year: int, which: Posted, on: date, by: Staff) -> list[PostedLine]:
    """The lines of a list as on the business date, by name; the trail keeps who took it out and how many lines it had.

    Enrolled are those who paid for the village, not enrolled its residents without a payment anywhere. Raises
    PostingRefused for a region that is no village, or not wholly in the part of the tree that `by` works for.
    """
    if not may_post(region, by):
        raise PostingRefused(region.pk)
    area = {"coverage_year": coverage_year, "on": on, "ranges": code_ranges(region)}
    if which == Posted.ENROLLED:
        people = Person.objects.filter(pk__in=enrolled_people(**area).order_by().values("person"))
        model: type[Payment | Person] = Payment
    else:
        people, model = not_enrolled_people(**area), Person
    lines = [PostedLine(mask_name(each.name), mask_number(each.id_number)) for each in people.order_by("name", "pk")]
    audit.record_many(
        by=by,
        on=on,
        verb="enrollment.post_list",
        model=model,
        region=region,
        counts={"list": which, "coverage_year": coverage_year, "rows": len(lines)},
    )
    return lines
