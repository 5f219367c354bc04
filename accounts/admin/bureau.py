from typing import Any

from django.contrib import admin
from import_export.fields import Field

from accounts.admin_base import ScopedModelAdmin
from accounts.models import Bureau, BureauKind
from accounts.registers import ChoiceWidget, RegionWidget, RegisterFilesMixin, RegisterResource, TextWidget


class BureauResource(RegisterResource):
    """Bureaus as a file; a bureau is known by its place and name."""

    region = Field("region", "区划代码")
    name = Field("name", "部门名称", TextWidget())
    kind = Field("kind", "类别", ChoiceWidget(BureauKind))

    class Meta:
        model = Bureau
        fields = ("region", "name", "kind")
        import_id_fields = ("region", "name")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["region"].widget = RegionWidget(self.user.code_ranges)


@admin.register(Bureau)
class BureauAdmin(RegisterFilesMixin, ScopedModelAdmin):
    resource_classes = [BureauResource]
    list_display = ["name", "kind", "region"]
    list_filter = ["kind"]
    ordering = ["region_id", "name"]
    search_fields = ["name"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]
