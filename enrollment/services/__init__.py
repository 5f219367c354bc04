"""Writes of the enrolment room: one verb a function, keyword-only, the audit row in the same transaction."""

from enrollment.services.entitlement import EntitlementChanges, record_entitlement, record_entitlements
from enrollment.services.people import correct_person, reveal_number
from enrollment.services.reasons import record_reason, withdraw_reason
from enrollment.services.refund import record_refund
from enrollment.services.registration import end_registration, register_person, reopen_registration

__all__ = [
    "EntitlementChanges",
    "correct_person",
    "end_registration",
    "record_entitlement",
    "record_entitlements",
    "record_reason",
    "record_refund",
    "register_person",
    "reopen_registration",
    "reveal_number",
    "withdraw_reason",
]
