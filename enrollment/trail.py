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
# Of whom these entries are is the person; what they tell is another record's.
RECORDS = {
    "enrollment.register_person": "enrollment.registration",
    "enrollment.refuse_registration": "enrollment.registration",
    "enrollment.record_reason": "enrollment.notenrolledreason",
    "enrollment.withdraw_reason": "enrollment.notenrolledreason",
    "enrollment.record_entitlement": "enrollment.entitlement",
}
_CAUSES = {
    "other_name": pgettext_lazy("audit trail", "the register has another name"),
    "registered_already": pgettext_lazy("audit trail", "registered for the year already"),
}
VALUES = {"enrollment.registration.cause": lambda cause: str(_CAUSES.get(cause, cause))}
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
