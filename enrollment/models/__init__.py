"""People, registrations, payments and what lists say about them."""

from enrollment.models.employee_cover import EmployeeCover
from enrollment.models.payment import Entitlement, Payment
from enrollment.models.people import DocumentKind, NumberReveal, Person
from enrollment.models.proposal import Proposal
from enrollment.models.registration import NotEnrolledReason, Registration
from enrollment.models.school import School, Schooling

__all__ = [
    "DocumentKind",
    "EmployeeCover",
    "Entitlement",
    "NotEnrolledReason",
    "NumberReveal",
    "Payment",
    "Person",
    "Proposal",
    "Registration",
    "School",
    "Schooling",
]
