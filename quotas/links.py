"""Ways from a ranking into the rooms below it."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def unpaid_url(code: str, coverage_year: int) -> str:
    """The list of people of a place who have not paid yet; "" where there is no such page."""
    try:
        return f"{reverse('enrollment:unpaid')}?{urlencode({'region': code, 'year': coverage_year})}"
    except NoReverseMatch:
        return ""
