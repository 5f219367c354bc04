"""Writes of the assistance room: one verb a function, keyword-only, the audit row in the same transaction."""

from subsidies.services.deciding import carry_out, decide, run_decisions, run_next
from subsidies.services.marks import add_mark, end_mark, take_back
from subsidies.services.runs import DecisionInProgress, DecisionRefused, LeaseLost, ask, claim

__all__ = [
    "DecisionInProgress",
    "DecisionRefused",
    "LeaseLost",
    "add_mark",
    "ask",
    "carry_out",
    "claim",
    "decide",
    "end_mark",
    "run_decisions",
    "run_next",
    "take_back",
]
