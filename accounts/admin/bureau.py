from django.contrib import admin

from accounts.admin_base import ScopedModelAdmin
from accounts.models import Bureau


@admin.register(Bureau)
class BureauAdmin(ScopedModelAdmin):
    list_display = ["name", "kind", "region"]
    list_filter = ["kind"]
    search_fields = ["name"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]
