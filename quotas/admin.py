from django.contrib import admin

from accounts.admin_base import ScopedInline, ScopedModelAdmin
from quotas.models import Milestone, Snapshot, SnapshotRow, Task


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


class SnapshotRowInline(_ReadOnly, ScopedInline):
    model = SnapshotRow
    fields = ("region", "target", "enrolled", "enrolled_all", "rank", "weeks_behind", "flags")

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("quotas.view_snapshot")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("region")


@admin.register(Snapshot)
class SnapshotAdmin(_ReadOnly, ScopedModelAdmin):
    list_display = ("on", "week", "region", "coverage_year", "by", "frozen_at", "pack_version")
    list_filter = ("coverage_year",)
    list_select_related = ("region", "by", "pack_version")
    inlines = (SnapshotRowInline,)
