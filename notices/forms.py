"""Forms of amendments: every leaf by the kind of its value."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from notices.leaves import AmendableLeaf
from policy.categories import FUND_NAMES
from regions.models import Level, Region


class FundsWidget(forms.MultiWidget):
    """One amount for each fund."""

    template_name = "notices/funds_widget.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets = {fund: forms.NumberInput(attrs={"step": "0.01", "min": "0"}) for fund in FUND_NAMES}
        super().__init__(widgets, attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["funds"] = list(zip(FUND_NAMES.values(), context["widget"]["subwidgets"], strict=True))
        return context

    def decompress(self, value: str | None) -> list[str]:
        """`{province: 45.00, city: 10.00}` into one amount a fund."""
        parts = dict(part.split(": ") for part in (value or "").strip("{}").split(", ") if ": " in part)
        return [parts.get(fund, "") for fund in FUND_NAMES]


class FundsField(forms.MultiValueField):
    """Amounts by fund; its value is the text of a pack, `{province: 45.00, city: 10.00}`."""

    widget = FundsWidget

    def __init__(self, **kwargs: Any) -> None:
        fields = [_amount_field(required=False) for _fund in FUND_NAMES]
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, values: Sequence[Decimal | None]) -> str:
        parts = [f"{fund}: {amount:.2f}" for fund, amount in zip(FUND_NAMES, values, strict=False) if amount]
        return "{" + ", ".join(parts) + "}" if parts else ""


def _amount_field(**kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(min_value=0, max_digits=11, decimal_places=2, **kwargs)


def _leaf_field(leaf: AmendableLeaf) -> forms.Field:
    named = {"label": leaf.title, "initial": None if leaf.elsewhere else leaf.value}
    match leaf.kind:
        case "date":
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(widget=widget, **named)
        case "amount":
            return _amount_field(**named)
        case "funds":
            return FundsField(**named)
        case "choice" | "mode" | "fund" | "yes_no":
            return forms.ChoiceField(choices=leaf.options, **named)
        case "number":
            return forms.IntegerField(min_value=0, **named)
    share = {"regex": r"\A(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)%\Z", "help_text": _("A share such as 80%.")}
    return forms.RegexField(**share, **named)


def _text(value: Any) -> str:
    """A cleaned value as it stands in a pack."""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


class AmendmentForm(forms.Form):
    """The document, the day and the area, and one field for each leaf that is to change."""

    document_number = forms.CharField(
        label=_("document number"), max_length=80, help_text=_("The document that sets or corrects the figure.")
    )
    reason = forms.CharField(label=_("reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    effective_on = forms.DateField(
        label=_("effective from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Decisions made from this business date on read the notice so; earlier ones stay."),
    )
    region = forms.ModelChoiceField(label=_("area"), queryset=Region.objects.none())

    def __init__(self, *args: Any, leaves: Sequence[AmendableLeaf], by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leaves = leaves
        places = Region.objects.filter(_own_places(by)).exclude(level=Level.VILLAGE)
        self.fields["region"].queryset = places.order_by("code")
        for number, leaf in enumerate(leaves):
            self.fields[f"leaf_{number}"] = _leaf_field(leaf)

    @property
    def head(self) -> list[forms.BoundField]:
        return [self[name] for name in ("document_number", "reason", "effective_on", "region")]

    @property
    def changes(self) -> list[tuple[AmendableLeaf, forms.BoundField]]:
        return [(leaf, self[f"leaf_{number}"]) for number, leaf in enumerate(self.leaves)]

    def new_values(self) -> dict[str, str]:
        """Path → new text, of a valid form."""
        return {leaf.path: _text(self.cleaned_data[f"leaf_{n}"]) for n, leaf in enumerate(self.leaves)}


def _own_places(by: Staff) -> Q:
    """Regions in the user's part of the tree."""
    wanted = Q(pk__in=())
    for low, high in by.code_ranges:
        wanted |= Q(code__gte=low, code__lt=high)
    return wanted


class SettleForm(forms.Form):
    """A remark on an approval, a reason for a rejection or a withdrawal."""

    why = forms.CharField(label=_("remark"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}))
