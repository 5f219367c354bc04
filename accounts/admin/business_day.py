from django.contrib import admin

from accounts.admin_base import ScopedModelAdmin
from accounts.models import BusinessDay


@admin.register(BusinessDay)
class BusinessDayAdmin(ScopedModelAdmin):
    list_display = ["region", "today"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]
