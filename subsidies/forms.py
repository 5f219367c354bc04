from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidies.models import Category


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class MarkForm(forms.Form):
    """An identity that a department has determined and no list has brought."""

    category = forms.ChoiceField(label=_("identity"), choices=Category.choices)
    determined_on = forms.DateField(
        label=_("determined on"), widget=DayInput, help_text=_("The day on the department's paper.")
    )
    remark = forms.CharField(label=_("remark"), max_length=200, required=False)
    why = forms.CharField(
        label=_("By which paper"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Department, number and date; it stays in the audit trail."),
    )


class EndMarkForm(forms.Form):
    """The end of an identity that no list has brought."""

    ended_on = forms.DateField(
        label=_("ended on"), widget=DayInput, help_text=_("First day on which the identity no longer counts.")
    )
    why = forms.CharField(
        label=_("By which paper"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Department, number and date; it stays in the audit trail."),
    )
