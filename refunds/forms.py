import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from refunds.models import Application

_ACCOUNT = re.compile(r"\d{8,30}")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ReceiptForm(forms.Form):
    """Finds the payment by its receipt."""

    receipt_no = forms.CharField(
        label=_("receipt number"),
        max_length=60,
        help_text=_("As printed on the tax receipt of the payment that is to be paid back."),
    )

    def clean_receipt_no(self) -> str:
        return self.cleaned_data["receipt_no"].strip()


class ApplicationForm(forms.Form):
    """A payer's application for a refund of one payment."""

    reason = forms.ChoiceField(label=_("reason"), choices=[("", "—"), *Application.Reason.choices])
    applied_on = forms.DateField(
        label=_("applied on"),
        widget=DateInput(),
        help_text=_("The day on which the payer applied; it decides whether the notice still allows a refund."),
    )
    account_holder = forms.CharField(
        label=_("account holder"), max_length=60, help_text=_("After a death: the heir who applies.")
    )
    account = forms.CharField(
        label=_("bank account"),
        max_length=40,
        help_text=_("Kept encrypted; afterwards only the last four digits are shown."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    remark = forms.CharField(
        label=_("remark"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when the application is entered later than it was made."),
    )

    def clean_account(self) -> str:
        account = re.sub(r"[\s-]", "", self.cleaned_data["account"])
        if not _ACCOUNT.fullmatch(account) or not account.isascii():
            raise forms.ValidationError(_("A bank account has 8 to 30 digits; spaces may be left in."))
        return account


class StepForm(forms.Form):
    """What a step of the chain asks: a reason, and for the payout the voucher."""

    why = forms.CharField(
        label=_("reason or remark"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, reason_needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = reason_needed
        if reason_needed:
            self.fields["why"].label = _("reason")


class PayoutForm(StepForm):
    voucher = forms.CharField(
        label=_("voucher number"), max_length=60, help_text=_("Number of the bank's payment voucher; each counts once.")
    )
    field_order = ["voucher", "why"]


class AccountForm(forms.Form):
    """Asks for the full bank account; the reason is kept."""

    why = forms.CharField(label=_("reason"), max_length=400)
