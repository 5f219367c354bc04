"""The register of divisions. Whole registers come by `manage.py load_divisions`; here single entries are kept."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import DateWidget

from accounts.admin_base import ScopedInline, ScopedModelAdmin, codes_within
from accounts.registers import ChoiceWidget, RegionWidget, RegisterFilesMixin, RegisterResource, TextWidget
from regions.models import AreaMember, Level, Region, RegionAlias
from regions.queries import within_ranges
from regions.services import entry_problems, refresh_full_names


class RegionForm(forms.ModelForm):
    """One entry of the register. `ranges`: the user's area, in which the entry must lie."""

    ranges: list[tuple[str, str]] = []

    class Meta:
        model = Region
        fields = ["code", "name", "level", "parent", "ended_on", "successor"]

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.instance.pk and not self.errors:
            for name, problems in _problems(self.instance, self.ranges).items():
                self.add_error(name if name in self.fields else None, problems)


def _problems(region: Region, ranges: list[tuple[str, str]]) -> dict[str, list[str]]:
    found = entry_problems(region)
    if not within_ranges(region.pk, ranges):
        found.setdefault("code", []).append(_("%(code)s is no division code of your area.") % {"code": region.pk})
    return found


class RegionResource(RegisterResource):
    """Entries of the register as a file, known by their codes."""

    code = Field("code", "区划代码", TextWidget())
    name = Field("name", "名称", TextWidget())
    level = Field("level", "级别", ChoiceWidget(Level))
    parent = Field("parent", "上级区划代码", RegionWidget())
    ended_on = Field("ended_on", "撤销日期", DateWidget("%Y-%m-%d"))
    successor = Field("successor", "承接区划代码", RegionWidget())

    class Meta:
        model = Region
        fields = ("code", "name", "level", "parent", "ended_on", "successor")
        import_id_fields = ("code",)

    def reach(self) -> Q:
        return codes_within(self.user.code_ranges)

    def import_instance(self, instance: Region, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        instance.full_name = instance.full_name or instance.name

    def validate_instance(self, instance: Region, *args: Any, **kwargs: Any) -> None:
        super().validate_instance(instance, *args, **kwargs)
        if problems := _problems(instance, self.user.code_ranges):
            raise ValidationError(problems)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        refresh_full_names()


class AliasResource(RegisterResource):
    """Aliases as a file; an alias is known by its region and name."""

    region = Field("region", "区划代码")
    name = Field("name", "别名", TextWidget())
    source = Field("source", "来源", TextWidget())

    class Meta:
        model = RegionAlias
        fields = ("region", "name", "source")
        import_id_fields = ("region", "name")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["region"].widget = RegionWidget(self.user.code_ranges)


class AliasInline(ScopedInline):
    model = RegionAlias


class MemberInline(ScopedInline):
    model = AreaMember
    fk_name = "area"
    autocomplete_fields = ["member"]


@admin.register(Region)
class RegionAdmin(RegisterFilesMixin, ScopedModelAdmin):
    resource_classes = [RegionResource]
    form = RegionForm
    list_display = ["code", "full_name", "level", "ended_on", "successor"]
    list_filter = ["level", ("ended_on", admin.EmptyFieldListFilter)]
    list_select_related = ["successor"]
    search_fields = ["=code", "name", "full_name", "aliases__name"]
    autocomplete_fields = ["parent", "successor"]
    fields = ["code", "name", "full_name", "level", "parent", "ended_on", "successor"]

    def get_form(self, request: HttpRequest, obj: Region | None = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = type("RegionForm", (RegionForm,), {"ranges": request.user.code_ranges})
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> list[str]:
        return ["full_name", "code"] if obj else ["full_name"]

    def get_inlines(self, request: HttpRequest, obj: Region | None) -> list[type[ScopedInline]]:
        return [AliasInline, MemberInline] if obj and obj.level == Level.AREA else [AliasInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Region], search_term: str
    ) -> tuple[QuerySet[Region], bool]:
        found, repeats = super().get_search_results(request, queryset, search_term)
        chosen_for = request.GET.get("app_label"), request.GET.get("model_name")
        if any(chosen_for) and chosen_for != (Region._meta.app_label, Region._meta.model_name):
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
class RegionAliasAdmin(RegisterFilesMixin, ScopedModelAdmin):
    resource_classes = [AliasResource]
    list_display = ["name", "region", "place", "source"]
    search_fields = ["name", "region__name", "=region__code"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]

    @admin.display(description=_("full name"))
    def place(self, alias: RegionAlias) -> str:
        return alias.region.full_name
