"""Codes of the national medical-security platform, which stand beside the Chinese text in lists for other bureaus.

Kinds of document carry them already (`DocumentKind`). The ages are those of the platform's kinds of person: children
start school at six (Compulsory Education Law, article 11), are minors up to eighteen (Civil Code, article 17), and
people are of old age from sixty (Law on the Elderly, article 2).
"""

from datetime import date

from django.db.models import Case, CharField, Q, Value, When

from enrollment.models import Registration

RESIDENT_INSURANCE = "390"
ENROLLED, ENDED = "1", "4"
PAID = "1"

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


def person_kind(on: date, *, registration: str, born: str) -> Case:
    """Code of the kind of person on the day; `registration` and `born` are the paths of the registration's columns and
    of the birth date, e.g. "" and "person__birth_date"."""
    student, situation = f"{registration}student", f"{registration}situation"
    cases = (
        (Q(**{situation: Registration.Situation.NEWBORN}), NEWBORN),
        (Q(**{student: Registration.Student.COLLEGE}), COLLEGE),
        (Q(**{f"{born}__gt": _years_before(on, _SCHOOL_AGE)}), PRESCHOOL),
        (Q(**{student: Registration.Student.SCHOOL}), PUPIL),
        (Q(**{f"{born}__gt": _years_before(on, _FULL_AGE)}), MINOR),
        (Q(**{f"{born}__lte": _years_before(on, _OLD_AGE)}), OLD),
    )
    whens = [When(condition, then=Value(code)) for condition, code in cases]
    return Case(*whens, default=Value(ADULT), output_field=CharField())


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return date(on.year - years, 2, 28)
