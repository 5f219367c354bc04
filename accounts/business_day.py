"""Business time is Asia/Shanghai; an area may stand on a day of its own (demonstration season, training)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import BusinessDay, Staff
from regions.models import Region


def today_in(region_code: str) -> date:
    """The business date of the region: its own or that of the nearest region above it, else today."""
    above = [region_code[:digits].ljust(12, "0") for digits in (12, 9, 6, 4, 2)]
    days = dict(BusinessDay.objects.filter(region__in=above).values_list("region_id", "today"))
    return next((days[code] for code in above if code in days), timezone.localdate())


def today_for(user: Any) -> date:
    """The business date of the user's first posting, else today."""
    return today_in(user.first_posting) if user.first_posting else timezone.localdate()


@transaction.atomic
def set_business_day(*, region: Region, today: date, by: Staff, on: date) -> BusinessDay:
    """Lets an area stand on a day of its own; `on` is the business date on which that is done."""
    before = BusinessDay.objects.filter(region=region).first()
    day, _ = BusinessDay.objects.update_or_create(region=region, defaults={"today": today})
    audit.record(
        by=by,
        on=on,
        verb="accounts.set_business_day",
        subject=day,
        before={"today": before.today} if before else None,
        after={"today": today},
    )
    return day
