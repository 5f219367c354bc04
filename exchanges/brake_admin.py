"""From when on lists wait for a second person, set by area."""

from django.contrib import admin

from accounts.admin_base import ScopedModelAdmin
from exchanges.models import Brake


@admin.register(Brake)
class BrakeAdmin(ScopedModelAdmin):
    list_display = ("region", "most_ended_percent", "from_marks", "most_outside_percent")
    list_select_related = ("region",)
    fields = ("region", "most_ended_percent", "from_marks", "most_outside_percent")
    autocomplete_fields = ("region",)
