"""What the lists of schools and of employee insurance know of a person: on their page, and beside the name."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Staff
from enrollment.models import EmployeeCover, Person, Schooling
from enrollment.panels import Badge, Panel
from enrollment.queries import lapsed_insured, not_enrolled_people, spells_in_force


def school_of(person: Person, user: Staff, coverage_year: int, on: date) -> Mapping[str, Any] | None:
    """The person's schooling; None where no list has told of one."""
    schooling = Schooling.objects.visible_to(user).filter(person=person).select_related("school__region").first()
    return {"schooling": schooling} if schooling else None


def cover_of(person: Person, user: Staff, coverage_year: int, on: date) -> Mapping[str, Any] | None:
    """The person's spells of employee insurance, the latest first; None where there are none."""
    spells = list(
        EmployeeCover.objects.visible_to(user)
        .filter(id_number_index=person.id_number_index)
        .order_by("-started_on", "-ended_on", "-pk")
    )
    return {"spells": spells} if spells else None


def cover_badges(ids: Collection[int], coverage_year: int, on: date, user: Staff) -> Mapping[int, list[Badge]]:
    """断保待参 for those who left employee insurance and are not enrolled; and who has it."""
    people = Person.objects.filter(pk__in=ids)
    unpaid = not_enrolled_people(coverage_year=coverage_year, on=on).filter(pk__in=ids)
    found = {
        pk: [Badge(_("employee insurance ended %(day)s, to be enrolled") % {"day": day}, "warn")]
        for pk, day in lapsed_insured(unpaid, on=on).values_list("pk", "lapsed_on")
    }
    insured = people.filter(id_number_index__in=spells_in_force(on=on).values("id_number_index"))
    return found | {pk: [Badge(_("has employee insurance"), "info")] for pk in insured.values_list("pk", flat=True)}


PANELS = (
    Panel(gettext_lazy("School"), "enrollment/school_panel.html", school_of, "enrollment.view_schooling", 70),
    Panel(
        gettext_lazy("Employee insurance"), "enrollment/cover_panel.html", cover_of, "enrollment.view_registration", 80
    ),
)
