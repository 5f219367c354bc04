"""What the entries of this room, and of the rooms below it, are called in the audit trail."""

from django.utils.translation import pgettext_lazy

VERBS = {
    "accounts.add_staff": pgettext_lazy("audit trail", "Account made"),
    "accounts.reset_password": pgettext_lazy("audit trail", "Password reset"),
    "accounts.choose_password": pgettext_lazy("audit trail", "Own password chosen"),
    "accounts.confirm_staff": pgettext_lazy("audit trail", "Account confirmed by a second administrator"),
    "accounts.open_staff": pgettext_lazy("audit trail", "Account opened again"),
    "accounts.close_staff": pgettext_lazy("audit trail", "Account closed"),
    "accounts.set_business_day": pgettext_lazy("audit trail", "Business date set"),
    "privacy.rotate_keys": pgettext_lazy("audit trail", "Keys of personal data rotated"),
    "privacy.recompute_indexes": pgettext_lazy("audit trail", "Indexes of personal data computed anew"),
    "regions.load_divisions": pgettext_lazy("audit trail", "Register of divisions loaded"),
    "regions.load_successors": pgettext_lazy("audit trail", "Abolished divisions loaded"),
    "regions.load_areas": pgettext_lazy("audit trail", "Areas outside the register loaded"),
    "regions.load_aliases": pgettext_lazy("audit trail", "Aliases of regions loaded"),
}
FACTS = {
    "rows": pgettext_lazy("audit trail", "rows"),
    "created": pgettext_lazy("audit trail", "created"),
    "changed": pgettext_lazy("audit trail", "changed"),
    "unchanged": pgettext_lazy("audit trail", "unchanged"),
    "kept": pgettext_lazy("audit trail", "kept as they were"),
    "reason": pgettext_lazy("audit trail", "reason"),
    "file": pgettext_lazy("audit trail", "file"),
    "name": pgettext_lazy("audit trail", "name"),
    "regions": pgettext_lazy("audit trail", "regions"),
    "people": pgettext_lazy("audit trail", "people"),
    "enrolled": pgettext_lazy("audit trail", "enrolled"),
    "clauses": pgettext_lazy("audit trail", "clauses"),
}
