"""Which deliveries an area has made by itself."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_base import ScopedModelAdmin
from exchanges.calendar.models import DeliverySchedule
from exchanges.outbound.kinds import by_name, kinds
from exchanges.outbound.queries import deadline_of
from notices.models import Season
from notices.queries import NoNotice, pack_for
from policy.pack import PackError
from regions.models import Region
from regions.queries import ancestors


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.name, kind.title) for kind in kinds() if kind.file]


class ScheduleForm(forms.ModelForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of delivery"), choices=_kinds)

    class Meta:
        model = DeliverySchedule
        fields = ("region", "kind", "is_active", "days_before", "format", "sends")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        region, kind = cleaned.get("region"), cleaned.get("kind")
        if region and kind and cleaned.get("is_active") and not _has_a_day(region, kind):
            self.add_error("kind", _("No notice of this area names a day for this list, so that it is never due."))
        return cleaned


def _has_a_day(region: Region, name: str) -> bool:
    """Whether a notice that governs the area in some year names a day for the list."""
    kind = by_name(name)
    seasons = Season.objects.filter(region__in=[region, *ancestors(region)])
    for season in seasons:
        try:
            pack = pack_for(region.pk, season.coverage_year, on=date(season.coverage_year, 12, 31))
        except (NoNotice, PackError):
            continue
        deadline = deadline_of(kind, pack)
        if deadline is not None and deadline.due != "promptly":
            return True
    return False


@admin.register(DeliverySchedule)
class DeliveryScheduleAdmin(ScopedModelAdmin):
    form = ScheduleForm
    list_display = ("region", "kind_title", "is_active", "days_before", "sends", "looked_at", "trouble")
    list_filter = ("is_active",)
    list_select_related = ("region",)
    readonly_fields = ("looked_at", "trouble")
    fields = ("region", "kind", "is_active", "days_before", "format", "sends", "looked_at", "trouble")
    autocomplete_fields = ("region",)

    @admin.display(description=gettext_lazy("Kind of delivery"), ordering="kind")
    def kind_title(self, schedule: DeliverySchedule) -> str:
        return schedule.title
