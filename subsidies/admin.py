from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from subsidies.models import IdentityMark


@admin.register(IdentityMark)
class IdentityMarkAdmin(ReadOnlyAdmin):
    """The register of marks. They are written by departments' lists and, by hand, on the person's page."""

    list_display = ["person", "category", "region", "determined_on", "marked_on", "ended_on", "batch"]
    list_filter = ["category"]
    list_select_related = ["person", "region", "batch"]
    lookups_by_link = ("person", "batch")
    ordering = ["-pk"]
