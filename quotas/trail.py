"""What the entries that this room writes into the audit trail are called."""

from django.utils.translation import pgettext_lazy

VERBS = {
    "quotas.set_task": pgettext_lazy("audit trail", "Task set"),
    "quotas.withdraw_task": pgettext_lazy("audit trail", "Task taken back"),
    "quotas.freeze_snapshot": pgettext_lazy("audit trail", "Week's figures frozen"),
    "quotas.export_ranking": pgettext_lazy("audit trail", "Ranking exported"),
}
FACTS = {
    "milestones": pgettext_lazy("audit trail", "milestones"),
    "target": pgettext_lazy("audit trail", "task"),
    "week": pgettext_lazy("audit trail", "week"),
}
