"""Which people ask a notice the same question.

A million people ask a few thousand questions. `policy.quote.canonical` says which one a person asks, but is itself
asked only once for people whose days lie between the same boundaries (`policy.canonical.boundaries`).
"""

from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from policy.assistance import Tie
from policy.canonical import boundaries, canonical
from policy.facts import Facts
from policy.pack import Pack
from policy.reading import chosen
from subsidies.services.facts import Known

# A run over more distinct questions than this asks some of them again, instead of using more memory.
_REMEMBERED = 200_000


@dataclass(slots=True, eq=False)
class Question:
    """Facts that stand for everyone who asks the same, and the kept answer once there is one."""

    facts: Facts
    answer_id: int | None = None
    undetermined: bool = False


class Questions:
    """The questions asked of one notice on one day. `unanswered` are those that nobody has answered yet."""

    def __init__(self, pack: Pack, on: date) -> None:
        self.pack, self.on = pack, on
        self.unanswered: list[Question] = []
        self._on = on.isoformat()
        known = boundaries(pack)
        self._births = [day.isoformat() for day in known.birth_date]
        self._determined = [day.isoformat() for day in known.determined_on]
        self._categories = known.categories
        # Here the days from birth, or from the end of employee cover, to the payment count one by one.
        self._counted_by_day = {*known.close_to_birth, *known.close_to_cover}
        self._exact_marks = chosen(pack.readings, "tie") is Tie.FIRST_DETERMINED
        self._by_key: dict[Hashable, Question] = {}
        self._by_facts: dict[Facts, Question] = {}
        self._stretch_of_birth = lru_cache(maxsize=65_536)(partial(bisect_right, self._births))

    def question(self, known: Known) -> Question:
        """The question that a person asks."""
        key = self._key(known)
        question = self._by_key.get(key)
        if question is None:
            facts = canonical(known.facts(self.pack, self.on), self.pack)
            question = self._by_facts.get(facts)
            if question is None:
                question = self._by_facts[facts] = Question(facts)
                self.unanswered.append(question)
            if key is not None:
                self._by_key[key] = question
        return question

    def forget_some(self) -> None:
        """Between chunks: keeps memory bounded."""
        if len(self._by_key) + len(self._by_facts) > _REMEMBERED:
            self._by_key.clear()
            self._by_facts.clear()

    def _key(self, known: Known) -> Hashable | None:
        """What the question depends on; None where it depends on days one by one."""
        situation = known.situation_in(self.pack.coverage_year)
        if situation in self._counted_by_day:
            return None
        paid_on = known.paid_on or self._on
        return (
            paid_on,
            known.tier,
            situation,
            known.student,
            self._stretch_of_birth(known.birth_date),
            self._marks(known.marks, paid_on) if known.marks else "",
        )

    def _marks(self, marks: str, paid_on: str) -> Hashable:
        if self._exact_marks:
            return marks
        counting = set()
        for mark in marks.split(";"):
            category, determined_on, ended_on, marked_on = mark.split(" ")
            if category in self._categories and (ended_on == "-" or max(paid_on, determined_on) < ended_on):
                stretch = bisect_right(self._determined, determined_on)
                counting.add((category, stretch, determined_on <= paid_on, marked_on <= paid_on))
        return frozenset(counting)
