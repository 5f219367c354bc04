"""Writes of the assistance room: one verb a function, keyword-only, the audit row in the same transaction."""

from subsidies.services.deciding import carry_out, decide
from subsidies.services.runs import DecisionInProgress, DecisionRefused, LeaseLost, ask, claim, claimable

__all__ = [
    "DecisionInProgress",
    "DecisionRefused",
    "LeaseLost",
    "ask",
    "carry_out",
    "claim",
    "claimable",
    "decide",
]
