"""Writes of the enrolment room: one verb a function, keyword-only, the audit row in the same transaction."""

from enrollment.services.entitlement import EntitlementChanges, record_entitlement, record_entitlements
from enrollment.services.people import correct_person, reveal_number
from enrollment.services.proposals import accept_proposals, end_by_rule, propose, reject_proposals, undo_proposal
from enrollment.services.reach import in_reach, need_reach
from enrollment.services.reasons import record_reason, withdraw_reason
from enrollment.services.refund import record_refund
from enrollment.services.registration import end_registration, register_person, reopen_registration

__all__ = [
    "EntitlementChanges",
    "accept_proposals",
    "correct_person",
    "end_by_rule",
    "end_registration",
    "in_reach",
    "need_reach",
    "propose",
    "record_entitlement",
    "record_entitlements",
    "record_reason",
    "record_refund",
    "register_person",
    "reject_proposals",
    "reopen_registration",
    "reveal_number",
    "undo_proposal",
    "withdraw_reason",
]
