"""What the entries that this room writes into the audit trail are called."""

from django.utils.translation import pgettext_lazy

VERBS = {
    "refunds.apply": pgettext_lazy("audit trail", "Refund applied for"),
    "refunds.take_in": pgettext_lazy("audit trail", "Refund taken in"),
    "refunds.approve_finally": pgettext_lazy("audit trail", "Refund approved finally"),
    "refunds.pay_out": pgettext_lazy("audit trail", "Refund paid out"),
    "refunds.reject": pgettext_lazy("audit trail", "Refund rejected"),
    "refunds.withdraw": pgettext_lazy("audit trail", "Refund withdrawn"),
    "refunds.show_account": pgettext_lazy("audit trail", "Full bank account shown"),
}
