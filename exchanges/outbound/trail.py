"""What the entries of deliveries are called in the audit trail."""

from django.utils.translation import pgettext_lazy

from exchanges.outbound.kinds import title_of

VERBS = {
    "exchanges.make_delivery": pgettext_lazy("audit trail", "Delivery made"),
    "exchanges.download_delivery": pgettext_lazy("audit trail", "Delivery downloaded"),
    "exchanges.hand_over": pgettext_lazy("audit trail", "Delivery handed over"),
    "exchanges.take_receipt": pgettext_lazy("audit trail", "Receipt taken"),
}
FACTS = {
    "differences": pgettext_lazy("audit trail", "differs in"),
    "via": pgettext_lazy("audit trail", "by way of"),
}
VALUES = {"exchanges.delivery.kind": title_of}
