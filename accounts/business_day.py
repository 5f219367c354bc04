"""Business time is Asia/Shanghai; an area may stand on a day of its own (demonstration season, training)."""

from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import BusinessDay


def today_in(region_code: str) -> date:
    """The business date of the region: its own or that of the nearest region above it, else today."""
    above = [region_code[:digits].ljust(12, "0") for digits in (12, 9, 6, 4, 2)]
    days = dict(BusinessDay.objects.filter(region__in=above).values_list("region_id", "today"))
    return next((days[code] for code in above if code in days), timezone.localdate())


def today_for(user: Any) -> date:
    """The business date of the user's first posting, else today."""
    posting = user.postings.order_by("region_id").values_list("region_id", flat=True).first()
    return today_in(posting) if posting else timezone.localdate()
