"""What the entries that this room writes into the audit trail are called."""

from django.utils.translation import pgettext_lazy

VERBS = {
    "enrollment.register_person": pgettext_lazy("audit trail", "Person registered"),
    "enrollment.refuse_registration": pgettext_lazy(
        "audit trail", "Registration refused: the number is known otherwise"
    ),
    "enrollment.end_registration": pgettext_lazy("audit trail", "Registration ended"),
    "enrollment.reopen_registration": pgettext_lazy("audit trail", "Registration reopened"),
    "enrollment.move_registration": pgettext_lazy("audit trail", "Registration follows the payment that remains"),
    "enrollment.accept_proposal": pgettext_lazy("audit trail", "Proposal about an enrolment accepted"),
    "enrollment.reject_proposal": pgettext_lazy("audit trail", "Proposal about an enrolment rejected"),
    "enrollment.undo_proposal": pgettext_lazy("audit trail", "Decision on a proposal taken back"),
    "enrollment.correct_person": pgettext_lazy("audit trail", "Person's data corrected"),
    "enrollment.reveal_number": pgettext_lazy("audit trail", "Full number shown"),
    "enrollment.post_list": pgettext_lazy("audit trail", "List drawn up for the notice board"),
    "enrollment.record_reason": pgettext_lazy("audit trail", "Reason of not enrolling recorded"),
    "enrollment.withdraw_reason": pgettext_lazy("audit trail", "Reason of not enrolling withdrawn"),
    "enrollment.record_entitlement": pgettext_lazy("audit trail", "Entitlement recorded"),
    "enrollment.record_entitlements": pgettext_lazy("audit trail", "Entitlements recorded"),
    "enrollment.record_refund": pgettext_lazy("audit trail", "Payment refunded, enrolment ended"),
}
FACTS = {
    "list": pgettext_lazy("audit trail", "list"),
    "cause": pgettext_lazy("audit trail", "cause"),
    "new_person": pgettext_lazy("audit trail", "new person"),
    "place": pgettext_lazy("audit trail", "place of enrolment"),
    "entitlement": pgettext_lazy("audit trail", "entitlement"),
    "recorded": pgettext_lazy("audit trail", "recorded"),
    "superseded": pgettext_lazy("audit trail", "superseded"),
    "starts_on": pgettext_lazy("audit trail", "from"),
    "ends_on": pgettext_lazy("audit trail", "to"),
}
