from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from enrollment.documents import DOCUMENT_PROBLEMS, parse
from enrollment.models import DocumentKind, NotEnrolledReason, Person, Registration, Schooling
from exchanges.columns import Refused
from exchanges.problems import ROW_PROBLEMS
from regions.models import Region
from regions.queries import AmbiguousRegion, RegionNotFound, lookup, within_ranges

PHONE = r"^\+?[0-9][0-9 \-]{5,18}$"


class DayField(forms.DateField):
    """A date, with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class PlaceField(forms.CharField):
    """A division as staff write it: 12-digit code, full name, or a name that is unique. Cleans to a Region."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Division code, or the name of town and village"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Region | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return lookup(text)
        except (RegionNotFound, AmbiguousRegion) as error:
            raise ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return value.full_name if isinstance(value, Region) else value


class DocumentField(forms.CharField):
    """A document number as people write it; cleans to `enrollment.documents.Document`."""

    def __init__(self, *, on: Any, **kwargs: Any) -> None:
        self._on = on
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse(text, on=self._on, passports=True)
        except Refused as error:
            words = DOCUMENT_PROBLEMS.get(error.code) or ROW_PROBLEMS[error.code]
            raise ValidationError(words % {"detail": error.detail}) from error


class PeopleFilter(forms.Form):
    """What narrows the list of people; all of it may stand in an address."""

    name = forms.CharField(label=_("Name begins with"), max_length=20, required=False)


class SchoolFilter(forms.Form):
    name = forms.CharField(label=_("Name contains"), max_length=40, required=False)


class PupilFilter(forms.Form):
    """What narrows the pupils of a school."""

    name = forms.CharField(label=_("Name begins with"), max_length=20, required=False)
    stage = forms.ChoiceField(label=_("stage"), choices=[("", _("All")), *Schooling.Stage.choices], required=False)


class CoverFilter(forms.Form):
    """What narrows the spells of employee insurance; all of it may stand in an address."""

    name = forms.CharField(label=_("Name begins with"), max_length=20, required=False)
    employer = forms.CharField(label=_("Employer contains"), max_length=40, required=False)
    state = forms.ChoiceField(
        label=_("status"),
        choices=[("", _("All")), ("in_force", _("in force")), ("ended", _("has ended"))],
        required=False,
    )


class NumberForm(forms.Form):
    """Looks a person up by the whole number, by POST only: a number never stands in an address."""

    number = forms.CharField(
        label=_("Whole id number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class RevealForm(forms.Form):
    why = forms.CharField(
        label=_("Why is the full number needed?"),
        max_length=200,
        help_text=_("Your name and the reason are kept."),
    )


class ReasonForm(forms.ModelForm):
    """Why a person did not enrol; with a signing date it is a waiver."""

    class Meta:
        model = NotEnrolledReason
        fields = ("reason", "detail", "evidence", "waiver_signed_on")
        widgets = {"waiver_signed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = NotEnrolledReason.Reason
        waivers = [(reason.value, reason.label) for reason in NotEnrolledReason.WAIVER_REASONS]
        special = [choice for choice in reasons.choices if choice not in waivers]
        self.fields["reason"].choices = [
            ("", _("Choose a reason")),
            (_("Special situations, with evidence"), special),
            (_("Reasons of the waiver form"), waivers),
        ]

    def _post_clean(self) -> None:
        """The service checks the reason as a whole and writes it; the form only reads the fields."""


class CorrectionForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=60)
    phone = forms.RegexField(
        PHONE, label=_("New phone"), required=False, help_text=_("Leave it empty to keep the one there is.")
    )
    forget_phone = forms.BooleanField(label=_("Delete the phone"), required=False)
    residence = PlaceField(label=_("residence"), required=False)
    why = forms.CharField(label=_("Why is it corrected?"), max_length=200)


class EnrolForm(forms.Form):
    """What the rules ask about an enrolment, whoever it is of."""

    enrol_at = forms.ChoiceField(
        label=_("enrols at"),
        choices=[("hukou", _("the hukou place")), ("residence", _("the place of the residence permit"))],
        initial="hukou",
    )
    situation = forms.ChoiceField(label=_("situation"), choices=Registration.Situation.choices)
    student = forms.ChoiceField(label=_("student"), choices=Registration.Student.choices)
    tier = forms.TypedChoiceField(label=_("tier"), choices=[(1, "1"), (2, "2")], coerce=int)
    employee_cover_ended_on = DayField(label=_("employee insurance ended on"), required=False)
    employee_cover_years = forms.IntegerField(
        label=_("years of employee insurance in a row"), min_value=0, max_value=60, required=False
    )

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def places(self) -> tuple[Region | None, Region | None]:
        """Place of hukou and of the residence permit."""
        return self.cleaned_data.get("region"), self.cleaned_data.get("residence")

    def clean(self) -> dict[str, Any]:
        """Adds `place`, the place of enrolment; raises ValidationError for one outside the user's area."""
        cleaned = super().clean()
        hukou, residence = self.places()
        cleaned["place"] = residence if cleaned.get("enrol_at") == "residence" else hukou
        if cleaned.get("enrol_at") == "residence" and not residence and "residence" not in self.errors:
            self.add_error(
                "residence" if "residence" in self.fields else None, _("Give the place of the residence permit.")
            )
        if cleaned["place"] and not within_ranges(cleaned["place"].pk, self._user.code_ranges):
            self.add_error(None, _("The place of enrolment is not in your area: the staff there register the person."))
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """What `services.register_person` takes of it."""
        names = ("situation", "student", "tier", "employee_cover_ended_on")
        years = self.cleaned_data["employee_cover_years"] or 0
        return {name: self.cleaned_data[name] for name in names} | {"employee_cover_years": years}


class KnownForm(EnrolForm):
    """Registers somebody of the register for a year."""

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        if person.residence_id is None:
            del self.fields["enrol_at"]

    def places(self) -> tuple[Region | None, Region | None]:
        return self._person.region, self._person.residence


_SAID_BY_NO_NUMBER = (
    DocumentKind.HK_PASS,
    DocumentKind.MACAU_PASS,
    DocumentKind.TAIWAN_PASS,
    DocumentKind.PASSPORT,
    DocumentKind.OTHER,
)


class RegistrationForm(EnrolForm):
    """The registration desk."""

    name = forms.CharField(label=_("name"), max_length=60)
    region = PlaceField(label=_("hukou place"))
    residence = PlaceField(label=_("place of the residence permit"), required=False)
    phone = forms.RegexField(PHONE, label=_("phone"), required=False)
    document_kind = forms.ChoiceField(
        label=_("kind of document"),
        choices=[("", _("As the number says")), *((kind.value, kind.label) for kind in _SAID_BY_NO_NUMBER)],
        required=False,
        help_text=_("For passports and travel permits (ZJ-1.1); other numbers say it."),
    )
    birth_date = DayField(
        label=_("birth date"), required=False, help_text=_("For passports and travel permits; other numbers carry it.")
    )

    def __init__(self, *args: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"] = DocumentField(on=on, label=_("id number"))
        self.order_fields(
            ["name", "document", "document_kind", "birth_date", "region", "residence", "enrol_at", "phone"]
        )

    def clean(self) -> dict[str, Any]:
        """As of `EnrolForm`; also a passport without its kind and birth date."""
        cleaned = super().clean()
        document = cleaned.get("document")
        if document:
            cleaned["birth_date"] = document.birth_date or cleaned.get("birth_date")
            if document.kind == DocumentKind.PASSPORT:
                if not cleaned["birth_date"]:
                    self.add_error("birth_date", _("The number does not carry it: give the birth date."))
                if cleaned.get("document_kind"):
                    cleaned["document"] = document._replace(kind=DocumentKind(cleaned["document_kind"]))
                elif "document_kind" not in self.errors:
                    self.add_error("document_kind", _("The number does not say it: choose what document it is."))
        return cleaned


class EndForm(forms.Form):
    reason = forms.ChoiceField(label=_("reason of the end"), choices=Registration.EndReason.choices)
    ended_on = DayField(label=_("ended on"), help_text=_("First day on which it no longer counts"))
    why = forms.CharField(label=_("Remark"), max_length=200, required=False)
