"""The form by which staff hand in a list."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.business_day import today_in
from accounts.models import Bureau, BureauKind, Staff
from accounts.scope import within
from exchanges.kinds import FileKind, by_name, kinds
from exchanges.periods import read_period
from notices.models import Season
from regions.models import Region
from regions.queries import ancestors, code_ranges, within_ranges

MOST_BYTES = 300 * 1024 * 1024


def kinds_for(user: Staff) -> list[FileKind]:
    """The kinds of list that the user's bureau sends; the agency enters every one."""
    bureau = user.bureau
    if bureau is None or bureau.kind == BureauKind.AGENCY:
        return kinds()
    return [kind for kind in kinds() if bureau.kind in kind.senders]


def areas_for(user: Staff) -> list[Region]:
    """The user's own part of the tree and what lies directly below it."""
    own = list(user.regions.order_by("code"))
    below = Region.objects.filter(parent__in=own, ended_on__isnull=True).order_by("code")
    return list(dict.fromkeys([*own, *below]))


class RejectionForm(forms.Form):
    """Why a list that waits for approval goes back to its sender."""

    why = forms.CharField(
        label=gettext_lazy("Why the list goes back"),
        max_length=400,
        help_text=gettext_lazy("Its sender reads this."),
    )


class UploadForm(forms.Form):
    """Kind, area, coverage year, sender and file. What is offered is what the user may send."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of list"))
    region = forms.ModelChoiceField(Region.objects.none(), label=gettext_lazy("Area"), empty_label=None)
    coverage_year = forms.TypedChoiceField(label=gettext_lazy("Coverage year"), coerce=int)
    sender = forms.ModelChoiceField(
        Bureau.objects.none(),
        label=gettext_lazy("Sent by"),
        required=False,
        empty_label=gettext_lazy("The agency itself"),
    )
    is_full = forms.BooleanField(
        label=gettext_lazy("This is the complete list"),
        required=False,
        help_text=gettext_lazy("Identities only: whoever it does not name any more is ended, once you have seen whom."),
    )
    period = forms.CharField(
        label=gettext_lazy("Period"),
        required=False,
        help_text=gettext_lazy("The month the list stands for, e.g. 2021-10. An older list never undoes a newer one."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("xlsx, xls, csv or txt; titles above the header and totals below the rows may stay."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt", "data-drop": ""}),
    )

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        areas = areas_for(user)
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in kinds_for(user)]
        self.fields["region"].queryset = Region.objects.filter(pk__in=[area.pk for area in areas])
        self.fields["region"].label_from_instance = lambda region: region.full_name
        self.fields["coverage_year"].choices = [(year, str(year)) for year in self._years(areas)]
        if self._is_agency():
            self.fields["sender"].queryset = self._bureaus(areas)
        else:
            del self.fields["sender"]
        if not any(kind.compare for kind in kinds_for(user)):
            del self.fields["is_full"]

    def _is_agency(self) -> bool:
        bureau = self.user.bureau
        return bureau is None or bureau.kind == BureauKind.AGENCY

    def _years(self, areas: list[Region]) -> list[int]:
        """Years for which a notice governs the area, the newest first; where there is none, this one and the next."""
        codes = {code for area in areas for code in (area.code, *(above.code for above in ancestors(area)))}
        known = set(Season.objects.filter(region__in=codes).values_list("coverage_year", flat=True))
        this = today_in(areas[0].code).year if areas else 0
        return sorted(known, reverse=True) or [this + 1, this]

    def _bureaus(self, areas: list[Region]) -> Any:
        ranges = [span for area in areas for span in code_ranges(area)]
        return Bureau.objects.filter(within("region", ranges)).exclude(kind=BureauKind.AGENCY).order_by("name")

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB. Please send it in parts.") % {"most": MOST_BYTES >> 20}
            )
        return file

    def clean_period(self) -> str:
        try:
            return read_period(self.cleaned_data["period"].strip())
        except ValueError:
            raise forms.ValidationError(_("Write year and month, e.g. 2021-10.")) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        region = cleaned.get("region")
        if region and not all(within_ranges(low, self.user.code_ranges) for low, _high in code_ranges(region)):
            self.add_error("region", _("This area is not yours."))
        kind = cleaned.get("kind")
        if kind and cleaned.get("is_full") and by_name(kind).compare is None:
            self.add_error("is_full", _("This list is sent as changes, never as a complete list."))
        return cleaned

    @property
    def sending_bureau(self) -> Bureau | None:
        """Whose list it is: the user's bureau, or the one that the agency names."""
        return self.cleaned_data.get("sender") if self._is_agency() else self.user.bureau
