"""Which notice governs where: set by the system administrator."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import ScopedModelAdmin
from notices.models import Season
from policy.pack import available, load


@admin.register(Season)
class SeasonAdmin(ScopedModelAdmin):
    list_display = ["region", "coverage_year", "pack_id"]
    list_filter = ["coverage_year"]
    list_select_related = ["region"]
    autocomplete_fields = ["region"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The notice is chosen out of those there are."""
        if db_field.name != "pack_id":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        packs = [(pack_id, f"{load(pack_id).document_number}（{pack_id}）") for pack_id in available()]
        return forms.ChoiceField(label=db_field.verbose_name.capitalize(), choices=packs)
