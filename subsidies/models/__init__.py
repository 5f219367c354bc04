"""Identity marks, answers of the policy, decisions, and the work that is queued over them."""

from subsidies.models.answers import Answer, AnswerFund
from subsidies.models.decisions import Decision
from subsidies.models.marks import Category, IdentityMark
from subsidies.models.runs import Calculation, DecisionRun, Queued

__all__ = ["Answer", "AnswerFund", "Calculation", "Category", "Decision", "DecisionRun", "IdentityMark", "Queued"]
