"""Lists about people and their payments: population (public security), payments (tax)."""

from enrollment.kinds.payments import PAYMENTS
from enrollment.kinds.population import POPULATION

__all__ = ["PAYMENTS", "POPULATION"]
