"""Clauses beside figures, wherever a page shows what the notice says."""

from collections.abc import Iterable
from typing import Any

from django import template

from notices import calculator
from policy.clauses import Clause

register = template.Library()


@register.inclusion_tag("notices/clauses.html")
def clauses(found: Iterable[Clause]) -> dict[str, Any]:
    """Each clause as a line that opens: document number, place and what it says."""
    return {"clauses": list(found)}


@register.filter
def paraphrase(clause: Clause) -> str:
    """What a clause says, in the language of the page."""
    return calculator.paraphrase(clause)
