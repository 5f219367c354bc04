"""The clauses behind an answer, field by field."""

from __future__ import annotations

from policy.clauses import Clause
from policy.facts import Facts
from policy.quote import Quote
from policy.schema import Pack


def clauses_of(pack: Pack, ids: tuple[str, ...]) -> tuple[Clause, ...]:
    """The clauses of these ids, to be opened beside a figure."""
    return tuple(pack.register[each] for each in ids)


class ClausesBehind:
    """The clauses behind every field of an answer."""

    def __init__(self, facts: Facts, quote: Quote, pack: Pack):
        self._cited = frozenset(quote.citations)
        way = pack.ways_in.get(quote.way_in)
        self.way_in = self._among(way.clause, *(pack.windows[name].clause for name in way.windows)) if way else ()
        contribution = pack.contributions.get(quote.contribution)
        self.standard = contribution.clause if contribution else ()
        self.long_term_care = pack.long_term_care.clause if pack.long_term_care else ()
        self.fiscal_subsidy = pack.fiscal_subsidy.clause if pack.fiscal_subsidy else ()
        self.assistance, self.settlement, self.assistance_document = (), (), ""
        if quote.assistance is not None:
            rules = [each for each in pack.assistance.classes.values() if each.category == quote.assistance.category]
            self.assistance = self._among(*(each.clause for each in rules))
            self.assistance_document = next((each.document for each in rules if each.document), "—")
            modes = pack.settlement.modes.values()
            self.settlement = self._among(*(mode.clause + mode.afterwards for mode in modes))
        self.refund = self._among(*(rule.clause for rule in pack.refund.rules.values())) if pack.refund else ()
        self.stay = pack.stay.clause if pack.stay else ()

    def _among(self, *clauses: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the clauses that the answer cites, each once."""
        return tuple(dict.fromkeys(each for group in clauses for each in group if each in self._cited))
