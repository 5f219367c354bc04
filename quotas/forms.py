"""Forms of the quotas room."""

from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_PEOPLE = 100_000_000


def _people(label: str, *, required: bool = True, least: int = 1, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=required, min_value=least, max_value=MOST_PEOPLE, help_text=help_text
    )


class TaskForm(forms.Form):
    """What a region must enrol."""

    target = _people(gettext_lazy("Task (people)"))
    population = _people(
        gettext_lazy("Population"),
        required=False,
        least=0,
        help_text=gettext_lazy("As the annex gives it, if it does."),
    )
    why = forms.CharField(
        label=gettext_lazy("Why it is changed"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("The number of the document, for example. It stays in the audit trail."),
    )


class MilestoneForm(forms.Form):
    """A day on the way and the people enrolled by then."""

    due_on = forms.DateField(
        label=gettext_lazy("Due by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    due_count = _people(gettext_lazy("People by then"), required=False, least=0)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        missing = [name for name in ("due_on", "due_count") if not self.errors.get(name) and given.get(name) is None]
        if len(missing) == 1:
            self.add_error(missing[0], _("A milestone needs the day and the number of people; or clear both."))
        return given


class _Milestones(BaseFormSet):
    def clean(self) -> None:
        days = [row["due_on"] for row in self._kept()]
        if len(days) != len(set(days)):
            raise forms.ValidationError(_("Two milestones stand on the same day: keep one of them."))

    def _kept(self) -> list[dict]:
        return [
            row.cleaned_data
            for row in self.forms
            if row not in self.deleted_forms and row.is_valid() and row.cleaned_data.get("due_on")
        ]

    def as_dict(self) -> dict[date, int]:
        """Day → people by then."""
        return {row["due_on"]: row["due_count"] for row in self._kept()}


MilestoneFormSet = formset_factory(MilestoneForm, formset=_Milestones, extra=1, max_num=12, can_delete=True)
