"""Which events end an enrolment by themselves in the year of benefits, without refund, and by which clause."""

from policy.clauses import register
from policy.schema import Pack

# PL-7.5: enlistment, employee insurance, prison or death in the year ends the enrolment by itself.
_BY_ITSELF = {"PL-7.5": frozenset({"enlisted", "employee_insurance", "in_prison", "death"})}
# PL-2.5, PL-7.3a, SL-5.3: who has employee insurance leaves, or has the benefits of that insurance first.
_EMPLOYEE_FIRST = ("PL-2.5", "PL-7.3a", "SL-5.3")


def ending_clause(pack: Pack, event: str) -> str:
    """The clause of the notice by which the event (`death`, `enlisted`, `in_prison`, `employee_insurance`) in the year
    of benefits ends the enrolment by itself; "" where the notice does not say so and people decide."""
    return next((clause for clause, events in _BY_ITSELF.items() if event in events and _says(pack, clause)), "")


def employee_first_clauses(pack: Pack) -> tuple[str, ...]:
    """The clauses of the notice by which employee insurance comes before resident insurance."""
    return tuple(clause for clause in _EMPLOYEE_FIRST if _says(pack, clause))


def _says(pack: Pack, clause: str) -> bool:
    return register()[clause].notice.document_number == pack.document_number
