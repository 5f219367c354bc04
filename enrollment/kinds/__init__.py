"""Lists about people: population (public security), payments (tax), employee insurance, students (education)."""

from enrollment.kinds.employee_cover import EMPLOYEE_COVER
from enrollment.kinds.payments import PAYMENTS
from enrollment.kinds.population import POPULATION
from enrollment.kinds.students import STUDENTS

__all__ = ["EMPLOYEE_COVER", "PAYMENTS", "POPULATION", "STUDENTS"]
