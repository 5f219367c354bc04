"""What the entries that this room writes into the audit trail are called."""

from django.utils.translation import pgettext_lazy

VERBS = {
    "notices.set_season": pgettext_lazy("audit trail", "Governing notice set"),
    "notices.propose_amendment": pgettext_lazy("audit trail", "Amendment proposed"),
    "notices.see_impact": pgettext_lazy("audit trail", "Impact of an amendment seen"),
    "notices.amendment_approved": pgettext_lazy("audit trail", "Amendment approved"),
    "notices.amendment_rejected": pgettext_lazy("audit trail", "Amendment rejected"),
    "notices.amendment_withdrawn": pgettext_lazy("audit trail", "Amendment withdrawn"),
}
