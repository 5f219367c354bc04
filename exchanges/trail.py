"""What the entries that this room writes into the audit trail are called."""

from django.utils.translation import pgettext_lazy

from exchanges.kinds import label_of
from exchanges.ledgers.registry import export_title

VERBS = {
    "exchanges.receive": pgettext_lazy("audit trail", "List received"),
    "exchanges.merge": pgettext_lazy("audit trail", "List merged"),
    "exchanges.refuse": pgettext_lazy("audit trail", "List refused"),
    "exchanges.fail": pgettext_lazy("audit trail", "List broke off"),
    "exchanges.cancel_batch": pgettext_lazy("audit trail", "List stopped"),
    "exchanges.retry_batch": pgettext_lazy("audit trail", "List queued once more"),
    "exchanges.approve_batch": pgettext_lazy("audit trail", "List approved"),
    "exchanges.reject_batch": pgettext_lazy("audit trail", "List rejected"),
    "exchanges.download_errors": pgettext_lazy("audit trail", "Refused rows downloaded"),
    "exchanges.export_ledger": pgettext_lazy("audit trail", "Ledger exported"),
}
FACTS = {
    "year": pgettext_lazy("audit trail", "coverage year"),
    "same_as": pgettext_lazy("audit trail", "same as list"),
}
VALUES = {"exchanges.batch.kind": label_of, "exchanges.ledgerexport.ledger": export_title}
