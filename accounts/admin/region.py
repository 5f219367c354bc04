"""The register of divisions. Whole registers come by `manage.py load_divisions`; here single entries are kept."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin_base import ScopedInline, ScopedModelAdmin, codes_within
from regions.models import AreaMember, Level, Region, RegionAlias
from regions.services import division_problems, refresh_full_names, successor_circle


class RegionForm(forms.ModelForm):
    class Meta:
        model = Region
        fields = ["code", "name", "level", "parent", "ended_on", "successor"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        code = cleaned.get("code") or self.instance.pk
        level, parent = cleaned.get("level"), cleaned.get("parent")
        if code and level and level != Level.AREA:
            for problem in division_problems(code, cleaned.get("name", ""), level, parent):
                self.add_error(None, problem)
        if code and (circle := successor_circle(code, cleaned.get("successor"))):
            self.add_error("successor", circle)
        return cleaned


class AliasInline(ScopedInline):
    model = RegionAlias


class MemberInline(ScopedInline):
    model = AreaMember
    fk_name = "area"
    autocomplete_fields = ["member"]


@admin.register(Region)
class RegionAdmin(ScopedModelAdmin):
    form = RegionForm
    list_display = ["code", "full_name", "level", "ended_on", "successor"]
    list_filter = ["level", ("ended_on", admin.EmptyFieldListFilter)]
    list_select_related = ["successor"]
    search_fields = ["=code", "name", "full_name", "aliases__name"]
    autocomplete_fields = ["parent", "successor"]
    fields = ["code", "name", "full_name", "level", "parent", "ended_on", "successor"]

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> list[str]:
        return ["full_name", "code"] if obj else ["full_name"]

    def get_inlines(self, request: HttpRequest, obj: Region | None) -> list[type[ScopedInline]]:
        return [AliasInline, MemberInline] if obj and obj.level == Level.AREA else [AliasInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Region], search_term: str
    ) -> tuple[QuerySet[Region], bool]:
        found, repeats = super().get_search_results(request, queryset, search_term)
        chosen_for = request.GET.get("app_label")
        if chosen_for and chosen_for != Region._meta.app_label:
            # Choices of a form elsewhere: only where the person may put a row (see `ScopedModelAdmin`).
            found = found.filter(codes_within(request.user.code_ranges))
        return found, repeats

    def save_model(self, request: HttpRequest, obj: Region, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"name", "parent"} & set(form.changed_data):
            refresh_full_names()

    def has_delete_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        # A division ends on a day; what was done under its code stays.
        return False


@admin.register(RegionAlias)
class RegionAliasAdmin(ScopedModelAdmin):
    list_display = ["name", "region", "place", "source"]
    search_fields = ["name", "region__name", "=region__code"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]

    @admin.display(description=_("full name"))
    def place(self, alias: RegionAlias) -> str:
        return alias.region.full_name
