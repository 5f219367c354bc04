"""Ways from a ranking into the rooms below it."""

from django.urls import reverse


def unpaid_url(code: str, coverage_year: int) -> str:
    """The list of people of a place who have not paid yet."""
    return f"{reverse('enrollment:not_paid_in', args=[code])}?year={coverage_year}"
