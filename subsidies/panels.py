"""What the assistance room shows of a person elsewhere: a panel on the person's page, badges beside the name."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from accounts.models import Staff
from enrollment.models import Person
from enrollment.panels import Badge
from enrollment.queries import enrolled_people
from notices.calculator import Compared, Shown, answer, compare
from notices.queries import pack_of
from policy.facts import FactsError, parse
from policy.pack import PackError
from subsidies.models import Decision, IdentityMark
from subsidies.queries.decisions import decisions_of
from subsidies.queries.marks import last_step_by_hand, marks_on


class Earlier(NamedTuple):
    """A superseded decision, and what the next one says otherwise."""

    decision: Decision
    changes: list[Compared]
    other_payment: bool
    other_place: bool


def person_panel(person: Person, user: Staff, coverage_year: int, on: date) -> Mapping[str, Any]:
    """The current decision figure by figure, the identities in time, and why earlier decisions were superseded."""
    marks = IdentityMark.objects.visible_to(user).filter(person=person).order_by("-determined_on", "category")
    decisions = decisions_of(person, coverage_year, user=user)
    current = next((each for each in decisions if each.superseded_by_id is None), None)
    by_hand = last_step_by_hand(marks, on=on)
    payment = enrolled_people(coverage_year=coverage_year, on=on).filter(person=person).values_list("pk", flat=True)
    return {
        "current": current,
        "overtaken": current is not None and current.payment_id != payment.first(),
        "answer": current and _shown(current),
        "marks": [(mark, _state(mark, on), mark.pk in by_hand) for mark in marks],
        "earlier": [_earlier(old, new) for new, old in pairwise(decisions)],
        "withdrawn": bool(decisions) and current is None,
    }


def _shown(decision: Decision) -> Shown | None:
    """The decision asked once more of the notice as it was kept; None where that cannot be read any more."""
    try:
        return answer(parse(decision.answer.facts), pack_of(decision.answer.pack_version))
    except (FactsError, PackError):
        return None


def _state(mark: IdentityMark, on: date) -> str:
    if mark.determined_on > on:
        return "later"
    return "ended" if mark.ended_on is not None and mark.ended_on <= on else "holds"


def _earlier(old: Decision, new: Decision) -> Earlier:
    both = [shown for shown in (_shown(old), _shown(new)) if shown]
    changes = [row for row in compare(both) if row.differs] if len(both) == 2 else []
    return Earlier(old, changes, old.payment_id != new.payment_id, old.region_id != new.region_id)


def identity_badges(ids: Collection[int], coverage_year: int, on: date, user: Staff) -> Mapping[int, list[Badge]]:
    """The identities that people hold on the day, for those who may see marks."""
    badges: dict[int, list[Badge]] = defaultdict(list)
    if user.has_perm("subsidies.view_identitymark"):
        for mark in marks_on(on).visible_to(user).filter(person__in=ids).order_by("determined_on"):
            badges[mark.person_id].append(Badge(mark.get_category_display(), "info"))
    return badges
