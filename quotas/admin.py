from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ScopedInline, ScopedModelAdmin
from quotas.models import Milestone, Snapshot, Task
from quotas.tables import week_link


class _ReadOnly:
    """Tasks are set on their own page and snapshots are frozen: the admin shows them."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class MilestoneInline(_ReadOnly, ScopedInline):
    model = Milestone

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("quotas.view_task")


@admin.register(Task)
class TaskAdmin(_ReadOnly, ScopedModelAdmin):
    list_display = ("region", "coverage_year", "population", "target", "batch")
    list_filter = ("coverage_year",)
    list_select_related = ("region", "batch")
    search_fields = ("region__full_name", "region__code")
    inlines = (MilestoneInline,)


@admin.register(Snapshot)
class SnapshotAdmin(_ReadOnly, ScopedModelAdmin):
    list_display = ("on", "week", "region", "coverage_year", "by", "frozen_at", "pack_version")
    list_filter = ("coverage_year",)
    list_select_related = ("region", "by", "pack_version")
    fields = (*(field.name for field in Snapshot._meta.fields if field.name != "id"), "ranking")

    @admin.display(description=_("Weekly ranking"))
    def ranking(self, snapshot: Snapshot) -> SafeString:
        """Its regions stand on the page of the week."""
        return week_link(snapshot)
