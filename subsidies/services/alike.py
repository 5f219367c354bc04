"""Which people ask a notice the same question.

A million people ask a few thousand questions. `policy.quote.canonical` says which one a person asks, but is itself asked
only once for people whose days lie between the same boundaries of the notice (`policy.canonical.boundaries`).
"""

from bisect import bisect_right
from collections.abc import Hashable
from datetime import date
from functools import lru_cache

from policy.assistance import Tie
from policy.canonical import boundaries, canonical
from policy.facts import Facts
from policy.pack import Pack
from policy.reading import chosen
from subsidies.services.facts import Known

_REMEMBERED = 200_000


class Questions:
    """The questions asked of one notice on one day."""

    def __init__(self, pack: Pack, on: date) -> None:
        self.pack, self.on = pack, on
        self._on = on.isoformat()
        known = boundaries(pack)
        self._births = [day.isoformat() for day in known.birth_date]
        self._determined = [day.isoformat() for day in known.determined_on]
        self._categories = known.categories
        # Here the days from birth, or from the end of employee cover, to the payment count one by one.
        self._counted_by_day = {*known.close_to_birth, *known.close_to_cover}
        self._exact_marks = chosen(pack.readings, "tie") is Tie.FIRST_DETERMINED
        self._questions: dict[Hashable, Facts] = {}
        self._birth = lru_cache(maxsize=65_536)(lambda day: bisect_right(self._births, day))

    def question(self, known: Known) -> Facts:
        """The facts that stand for all people who ask the same as this one."""
        key = self._key(known)
        if key is None:
            return canonical(known.facts(self.pack.id, self.on), self.pack)
        question = self._questions.get(key)
        if question is None:
            if len(self._questions) > _REMEMBERED:
                self._questions.clear()
            question = self._questions[key] = canonical(known.facts(self.pack.id, self.on), self.pack)
        return question

    def _key(self, known: Known) -> Hashable | None:
        """What the question depends on; None where it depends on days one by one."""
        situation = known.situation or "general"
        if situation in self._counted_by_day:
            return None
        paid_on = known.paid_on or self._on
        return (
            paid_on,
            known.tier,
            situation,
            known.student,
            self._birth(known.birth_date),
            self._marks(known.marks, paid_on) if known.marks else "",
        )

    def _marks(self, marks: str, paid_on: str) -> Hashable:
        if self._exact_marks:
            return marks
        counting = set()
        for mark in marks.split(";"):
            category, determined_on, ended_on, marked_on = mark.split(" ")
            if category in self._categories and (ended_on == "-" or paid_on < ended_on):
                stretch = bisect_right(self._determined, determined_on)
                counting.add((category, stretch, determined_on <= paid_on, marked_on <= paid_on))
        return frozenset(counting)
