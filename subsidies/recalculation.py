"""What marks and payments say now, beside what was decided: everyone's facts, put to the notice once more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from enrollment.queries import Ranges
from notices.queries import NoticeFinder
from policy.quote import quote
from subsidies.queries.sums import paid_decisions
from subsidies.services import staging
from subsidies.services.alike import Question, Questions
from subsidies.services.answers import quote_key
from subsidies.services.facts import people_with_payment, read_facts

CHUNK = 50_000
_SHOWN = 200


@dataclass
class Recalculated:
    """Assistance in fen over everyone who has paid, and how many of them were decided otherwise, some by their ids."""

    assistance_fen: int = 0
    differing: int = 0
    people: list[int] = field(default_factory=list)


def recalculate(
    *, coverage_year: int, on: date, ranges: Ranges, between: Callable[[], None] = lambda: None
) -> Recalculated:
    """Asks for everyone with a standing payment in the ranges, and compares with the current decisions there.

    Nothing is written; `between` is called after every chunk of people. Raises `notices.queries.NoNotice` for a place
    that no notice governs.
    """
    found = Recalculated()
    finder = NoticeFinder(coverage_year, on=on)
    staging.open_tables()
    with transaction.atomic():
        staging.add_people(people_with_payment(coverage_year=coverage_year, on=on, ranges=ranges))
    staging.count_people(0)
    notices = _notices(finder, on)
    said: dict[Question, tuple[int, str]] = {}
    after = 0
    while (last := staging.end_of_chunk(after, CHUNK)) is not None:
        decided = paid_decisions(coverage_year=coverage_year, ranges=ranges).filter(
            person__gte=after + 1, person__lte=last
        )
        stored = dict(decided.values_list("person", "answer__quote_key"))
        for known in read_facts(coverage_year=coverage_year, first=after + 1, last=last):
            key = None
            if not known.contradicts_itself:
                questions = notices[known.region_id]
                question = questions.question(known)
                if question not in said:
                    answer = quote(question.facts, questions.pack)
                    said[question] = answer.assistance.amount or 0 if answer.assistance else 0, quote_key(answer)
                fen, key = said[question]
                found.assistance_fen += fen
            if stored.get(known.person_id) != key:
                found.differing += 1
                if len(found.people) < _SHOWN:
                    found.people.append(known.person_id)
        after = last
        between()
    staging.close_tables()
    return found


def _notices(finder: NoticeFinder, on: date) -> dict[str, Questions]:
    by_version: dict[str, Questions] = {}
    by_place = {}
    for place in staging.places():
        pack = finder.pack(place)
        by_place[place] = by_version.setdefault(pack.version, Questions(pack, on))
    return by_place
