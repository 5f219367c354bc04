"""Forms of the deliveries: what is to be made, and what the receiver answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Bureau, Staff
from exchanges.forms import areas_for
from exchanges.outbound.kinds import DeliveryKind
from exchanges.outbound.queries import receivers
from exchanges.outbound.receipt_file import MOST_BYTES, ReceiptFile
from exchanges.writers import FORMATS
from notices.queries import coverage_years_for
from regions.models import Region

FULL, CHANGES = "full", "changes"


class MakeForm(forms.Form):
    """Which list goes to whom: area, year, receiver, format, and all of it or what has changed."""

    region = forms.ModelChoiceField(Region.objects.none(), label=gettext_lazy("Area"), empty_label=None)
    coverage_year = forms.TypedChoiceField(label=gettext_lazy("Coverage year"), coerce=int)
    receiver = forms.ModelChoiceField(
        Bureau.objects.none(),
        label=gettext_lazy("Receiver"),
        empty_label=None,
        error_messages={"required": gettext_lazy("No bureau of this kind is entered for the area yet.")},
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What goes into it"),
        choices=[
            (CHANGES, gettext_lazy("What has changed since the last delivery")),
            (FULL, gettext_lazy("Everything")),
        ],
    )
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=[(name, name) for name in FORMATS])

    def __init__(self, *args: Any, user: Staff, kind: DeliveryKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = areas_for(user)
        self.fields["region"].queryset = Region.objects.filter(pk__in=[area.pk for area in areas])
        self.fields["region"].label_from_instance = lambda region: region.full_name
        years = coverage_years_for(user) or [self.initial["coverage_year"]]
        self.fields["coverage_year"].choices = [(year, str(year)) for year in years]
        self.fields["receiver"].queryset = receivers(kind, *areas)


class ReceiptForm(forms.Form):
    """The receiver's answer, as a file or typed in from paper."""

    file = forms.FileField(
        label=gettext_lazy("Receipt file"),
        required=False,
        help_text=gettext_lazy("json or csv. Without a file, fill in what the paper says."),
    )
    accepted = forms.IntegerField(label=gettext_lazy("Accepted rows"), min_value=0, max_value=10**9, required=False)
    sha256 = forms.RegexField(
        r"^\s*[0-9a-fA-F]{64}\s*$",
        label="SHA-256",
        required=False,
        error_messages={"invalid": gettext_lazy("64 hexadecimal digits")},
    )
    remark = forms.CharField(
        label=gettext_lazy("Remark"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("The receipt is larger than 5 MB."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not cleaned.get("file") and cleaned.get("accepted") is None:
            self.add_error("accepted", _("Choose the receipt file, or say how many rows were accepted."))
        return cleaned

    @property
    def said(self) -> ReceiptFile:
        """What was typed in."""
        return ReceiptFile(accepted=self.cleaned_data["accepted"], sha256=self.cleaned_data["sha256"].strip().lower())
