"""The calculator's form: what may be asked depends on the notice, so the form is made for one."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from policy.canonical import boundaries
from policy.categories import CATEGORIES, REFUND_REASONS, SITUATIONS, STUDENTS
from policy.facts import MAX_YEARS, FactsError, parse
from policy.pack import Pack, available, load
from policy.period import FIRST_DAY, LAST_DAY

MOST_IDENTITIES = 8
_IDENTITY = ("category", "determined_on", "ended_on", "marked_on")


class DayField(forms.DateField):
    """A day that the rules can count with."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(
                _("This day is out of reach: %(first)s to %(last)s.") % {"first": FIRST_DAY, "last": LAST_DAY}
            )
        return day


class QuestionForm(forms.Form):
    """A question to one notice. After `is_valid()`, `facts` is what is asked, and `other_facts` the same of another
    notice or for another day of payment, where a comparison is asked for.

    Fields that do not matter to the notice are left out; what an address says about them is ignored.
    """

    birth_date = DayField(label=_("birth date"))
    paid_on = DayField(label=_("day of payment"))

    def __init__(
        self, pack: Pack, data: Mapping[str, Any] | None = None, *, given: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.pack, self.facts, self.other_facts = pack, None, None
        matters = boundaries(pack)
        situations = {key: name for key, name in SITUATIONS.items() if key == "general" or key in matters.situations}
        if len(situations) > 1:
            self._choice("situation", _("situation"), situations)
            self.fields["situation"].widget.attrs["data-reloads"] = True
        if matters.students:
            self._choice("student", _("student"), STUDENTS)
        if matters.tiers:
            self._choice("tier", _("tier"), {"1": _("tier one"), "2": _("tier two")})
        if matters.long_term_care:
            self.fields["ltc_pilot"] = forms.BooleanField(
                label=_("lives in a long-term-care pilot area"), required=False
            )
        if given.get("situation") == "employee_lapsed":
            if matters.close_to_cover:
                self.fields["employee_cover_ended_on"] = DayField(
                    label=_("employee insurance stopped on"), required=False
                )
            if matters.cover_years:
                self._years("employee_cover_years", _("full years of employee insurance in a row before it"))
        if matters.missed_years:
            self._years("missed_years", _("years without any cover before this one"))
            self._years("made_up_years", _("of these, years paid for afterwards"))
        categories = {key: name for key, name in CATEGORIES.items() if key in matters.categories}
        self.identity_rows = self._identities(given, categories) if categories else []
        self._choice("refund_reason", _("refund for"), {"": "—", **REFUND_REASONS})
        self.fields["refund_applied_on"] = DayField(label=_("refund applied for on"), required=False)
        self.fields["admitted_on"] = DayField(label=_("admitted to hospital on"), required=False)
        self.fields["discharged_on"] = DayField(label=_("discharged on"), required=False)
        self._choice(
            "same_area", _("enrolled in the same pooling area in both years"), {"yes": _("yes"), "no": _("no")}
        )
        packaged = [load(pack_id) for pack_id in available()]
        others = {each.id: f"{each.jurisdiction_name} {each.coverage_year}" for each in packaged}
        self._choice("other_policy", _("other notice"), {"": "—", **others})
        self.fields["other_paid_on"] = DayField(label=_("other day of payment"), required=False)

    def _choice(self, name: str, label: Any, choices: Mapping[str, Any]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=list(choices.items()), required=False)

    def _years(self, name: str, label: Any) -> None:
        self.fields[name] = forms.IntegerField(label=label, required=False, min_value=0, max_value=MAX_YEARS)

    def _identities(self, given: Mapping[str, str], categories: Mapping[str, str]) -> list[tuple[str, ...]]:
        """Rows of identity fields: those filled in, and an empty one."""
        filled = [n for n in range(1, MOST_IDENTITIES + 1) if any(given.get(f"{part}_{n}") for part in _IDENTITY)]
        count = min(max(filled, default=0) + 1, MOST_IDENTITIES)
        labels = (_("identity"), _("determined on"), _("ended on"), _("marked on"))
        rows = []
        for number in range(1, count + 1):
            names = tuple(f"{part}_{number}" for part in _IDENTITY)
            self._choice(names[0], labels[0], {"": "—", **categories})
            for name, label in zip(names[1:], labels[1:], strict=True):
                self.fields[name] = DayField(label=label, required=False)
            rows.append(names)
        return rows

    @property
    def identities(self) -> list[list[forms.BoundField]]:
        return [[self[name] for name in names] for names in self.identity_rows]

    @property
    def basics(self) -> list[forms.BoundField]:
        """The fields about the person and the payment."""
        special = {name for names in self.identity_rows for name in names} | {*_QUESTIONS, *_COMPARISON}
        return [self[name] for name in self.fields if name not in special]

    @property
    def questions(self) -> list[forms.BoundField]:
        """The fields of a refund and of a hospital stay."""
        return [self[name] for name in _QUESTIONS]

    @property
    def comparison(self) -> list[forms.BoundField]:
        """The fields of what to compare with."""
        return [self[name] for name in _COMPARISON]

    @property
    def compares(self) -> bool:
        """Whether a comparison is asked for, or went wrong."""
        return any(self[name].value() or self[name].errors for name in _COMPARISON)

    @property
    def asks_more(self) -> bool:
        """Whether a refund or a stay is asked about, or went wrong."""
        return any(self[name].value() or self[name].errors for name in _QUESTIONS if name != "same_area")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_order("birth_date", "paid_on", _("This day lies before the birth date."))
        self._check_order("birth_date", "other_paid_on", _("This day lies before the birth date."))
        self._check_order("paid_on", "refund_applied_on", _("This day lies before the payment."))
        self._check_order("other_paid_on", "refund_applied_on", _("This day lies before the payment."))
        self._check_order("admitted_on", "discharged_on", _("This day lies before the admission."))
        self._check_pair("refund_reason", "refund_applied_on")
        self._check_pair("admitted_on", "discharged_on")
        for category, determined_on, ended_on, marked_on in self.identity_rows:
            if (cleaned.get(ended_on) or cleaned.get(marked_on)) and not cleaned.get(category):
                self.add_error(category, _("Choose the identity, or leave its dates empty."))
            self._check_pair(category, determined_on)
            self._check_order(determined_on, ended_on, _("This day lies before the identity was determined."))
        if (cleaned.get("made_up_years") or 0) > (cleaned.get("missed_years") or 0):
            self.add_error("made_up_years", _("More years than were missed."))
        if not self.errors:
            try:
                self.facts = parse(self._question())
                others = {name: cleaned.get(f"other_{name}") for name in ("policy", "paid_on")}
                others = {name: value for name, value in others.items() if value}
                if others:
                    self.other_facts = parse(self._question() | others)
            except FactsError as error:
                self.add_error(None, str(error))
        return cleaned

    def _check_order(self, first: str, then: str, message: Any) -> None:
        one, two = self.cleaned_data.get(first), self.cleaned_data.get(then)
        if one and two and two < one:
            self.add_error(then, message)

    def _check_pair(self, first: str, second: str) -> None:
        for name, other in ((first, second), (second, first)):
            if self.cleaned_data.get(other) and not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed too."))

    def _question(self) -> dict[str, Any]:
        """The facts as the calculator's JSON object."""
        given = self.cleaned_data
        question = {
            "policy": self.pack.id,
            "birth_date": given["birth_date"],
            "paid_on": given["paid_on"],
            "situation": given.get("situation") or None,
            "student": given.get("student") or None,
            "tier": int(given.get("tier") or 1),
            "ltc_pilot": bool(given.get("ltc_pilot")),
            "employee_cover_ended_on": given.get("employee_cover_ended_on"),
            "employee_cover_years": given.get("employee_cover_years"),
            "missed_years": given.get("missed_years"),
            "made_up_years": given.get("made_up_years"),
            "identities": [
                {part: given.get(name) for part, name in zip(_IDENTITY, names, strict=True)}
                for names in self.identity_rows
                if given.get(names[0])
            ],
        }
        if given.get("refund_reason"):
            question["refund"] = {"reason": given["refund_reason"], "applied_on": given["refund_applied_on"]}
        if given.get("admitted_on"):
            question["stay"] = {
                "admitted_on": given["admitted_on"],
                "discharged_on": given["discharged_on"],
                "same_area": given.get("same_area") != "no",
            }
        return question

    def address(self) -> str:
        """The query string that asks this again: facts only, never a name or a number.

        The birth date is among them, since the rules ask for it and a day alone identifies nobody.
        """
        asked = {
            name: self[name].value()
            for name in self.fields
            if name not in ("same_area",) or self["admitted_on"].value()
        }
        kept = {"policy": self.pack.id} | {
            name: ("1" if value is True else str(value))
            for name, value in asked.items()
            if value not in (None, "", False)
        }
        defaults = {"situation": "general", "student": "none", "tier": "1"}
        return urlencode({name: value for name, value in kept.items() if defaults.get(name) != value} | {"ask": "1"})


_COMPARISON = ("other_policy", "other_paid_on")
_QUESTIONS = ("refund_reason", "refund_applied_on", "admitted_on", "discharged_on", "same_area")
