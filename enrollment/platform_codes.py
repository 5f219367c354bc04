"""Codes of the national medical-security platform, which stand beside the Chinese text in lists for other bureaus.

Kinds of document carry them already (`DocumentKind`). The ages are those of the platform's kinds of person: children
start school at six (Compulsory Education Law, article 11), are minors up to eighteen (Civil Code, article 17), and
people are of old age from sixty (Law on the Elderly, article 2).
"""

from datetime import date

from django.db.models import Case, CharField, Q, Value, When

from enrollment.models import Registration
from enrollment.queries import newborns

RESIDENT_INSURANCE, EMPLOYEE_INSURANCE = "390", "310"
# States of an enrolment, and of the payment for it; who has left employee insurance may come back to it.
ENROLLED, SUSPENDED, ENDED = "1", "2", "4"
PAID, PAYMENT_SUSPENDED = "1", "2"

NEWBORN, PRESCHOOL, PUPIL, COLLEGE, MINOR, ADULT, OLD = "1401", "1402", "1403", "1404", "1405", "1501", "16"
PERSON_KINDS = {
    NEWBORN: "新生儿",
    PRESCHOOL: "学龄前儿童",
    PUPIL: "中小学生",
    COLLEGE: "大学生",
    MINOR: "未入学的未成年人",
    ADULT: "成年人",
    OLD: "老年人",
}
_SCHOOL_AGE, _FULL_AGE, _OLD_AGE = 6, 18, 60


def person_kind(coverage_year: int, *, registration: str, born: str) -> Case:
    """Code of the kind of person, by the age at the beginning of the year, so that it is the same all year long.
    Paths as in `queries.situation`."""
    student = f"{registration}student"
    cases = (
        (newborns(coverage_year, registration=registration, born=born), NEWBORN),
        (Q(**{student: Registration.Student.COLLEGE}), COLLEGE),
        (Q(**{f"{born}__gt": date(coverage_year - _SCHOOL_AGE, 1, 1)}), PRESCHOOL),
        (Q(**{student: Registration.Student.SCHOOL}), PUPIL),
        (Q(**{f"{born}__gt": date(coverage_year - _FULL_AGE, 1, 1)}), MINOR),
        (Q(**{f"{born}__lte": date(coverage_year - _OLD_AGE, 1, 1)}), OLD),
    )
    whens = [When(condition, then=Value(code)) for condition, code in cases]
    return Case(*whens, default=Value(ADULT), output_field=CharField())
