from typing import Any

from django.http import HttpRequest

from accounts.business_day import today_for
from accounts.navigation import entries_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows: the sidebar by role, and the business date."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"navigation": entries_for(user), "business_date": today_for(user)}
