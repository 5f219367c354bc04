"""What the entries that this room writes into the audit trail are called."""

from django.utils.translation import pgettext_lazy

VERBS = {
    "subsidies.ask_for_decisions": pgettext_lazy("audit trail", "Decisions asked for"),
    "subsidies.decide": pgettext_lazy("audit trail", "Decided"),
    "subsidies.ask_for_calculation": pgettext_lazy("audit trail", "Calculation asked for"),
    "subsidies.calculate": pgettext_lazy("audit trail", "Calculated"),
    "subsidies.add_mark": pgettext_lazy("audit trail", "Identity marked by hand"),
    "subsidies.end_mark": pgettext_lazy("audit trail", "Identity ended by hand"),
    "subsidies.take_back": pgettext_lazy("audit trail", "Step by hand taken back"),
}
