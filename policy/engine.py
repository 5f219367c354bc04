"""A pack compiled, and the order in which its families of rules answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain, product
from typing import Any

from policy.assistance import Candidate, Classes, Counts
from policy.benefit import AfterDays, AfterMissedYears, AfterMonths, NextMonthStart, NoWaitingStart
from policy.canonical import Boundaries, find_boundaries
from policy.categories import SITUATIONS, STUDENTS, TIERS
from policy.condition import Setting, birth_span, conditions
from policy.contribution import by_segment, compile_standards, standard_for
from policy.facts import Facts
from policy.period import ONE_DAY, Segments
from policy.quote import ENROLLED, NOT_ALLOWED, UNDETERMINED, Assistance, Benefit, FiscalSubsidy, Quote
from policy.reading import chosen, reading_ids, stands
from policy.refund import answer as refund_answer
from policy.refund import compile_refund
from policy.schema import Pack
from policy.settlement import settle
from policy.stay import StayAnswer
from policy.window import CLOSED, Gate, WayIn, compile_ways

Names = list[tuple[str, ...]]
"""Clauses, or readings, as the rules name them: a tuple a rule."""


class Engine:
    """Answers for one pack. Holds nothing but what follows from the pack."""

    def __init__(self, pack: Pack):
        self.pack = pack
        readings, spans = pack.readings, pack.spans
        section = pack.assistance
        if section is not None:
            standing = {
                "classes": _standing(section.classes, readings),
                "recognition": _standing(section.recognition, readings),
            }
            section = section.model_copy(update=standing)
        assisted = frozenset(each.category for each in section.classes.values()) if section else frozenset()
        self.counts = Counts(section, assisted, spans)
        self.setting = Setting(
            spans=spans,
            counting=chosen(readings, "counting"),
            next_month=chosen(readings, "next_month"),
            no_waiting=chosen(readings, "no_waiting"),
            assisted=assisted,
            counts=self.counts,
            groups=pack.groups,
        )
        self.classes = Classes(section, chosen(readings, "tie"), self.counts, self.setting) if section else None
        self.modes = tuple(_standing(pack.settlement.modes, readings).values()) if pack.settlement else ()
        self.refunds = compile_refund(pack.refund, spans, readings)
        self.contributions = _standing(pack.contributions, readings)
        self.standards = compile_standards(self.contributions, self.setting)
        windows = _standing(pack.windows, readings)
        self.ways = _standing(pack.ways_in, readings)
        others = {name: way for name, way in pack.ways_in.items() if name not in self.ways}
        ways = compile_ways(self.ways, pack.windows, self._assumed_by, self.setting)
        self.other_ways = others
        not_chosen = compile_ways(others, pack.windows, self._assumed_by, self.setting)
        self.segments = Segments(
            chain(
                (window.span for window in windows.values()),
                (span for each in (*ways.values(), *not_chosen.values()) for way in each for span in way.spans),
                (standard.span for standard in self.standards),
                self.classes.spans if self.classes else (),
            )
        )
        self.gate = Gate(ways, not_chosen, windows.values(), pack.closed, self.segments)
        self._standards = by_segment(self.standards, self.segments)
        self._governs = {key: reading_ids(readings, key) for key in ("tie", "past_end", "no_rule")}
        self._order = {key: index for index, key in enumerate(readings)}
        subsidy, care = pack.fiscal_subsidy, pack.long_term_care
        self._subsidy = FiscalSubsidy(subsidy.total, subsidy.funds.split(subsidy.total)) if subsidy else None
        self._subsidy_clause, self._subsidy_assumed = (subsidy.clause, subsidy.assumed) if subsidy else ((), ())
        self._care, self._care_clause = (care.amount, care.clause) if care else (0, ())
        # The rules of a pack combine in few ways; the bound keeps a long run of odd questions from growing the memory.
        self._named = lru_cache(maxsize=4096)(self._named)

    @cached_property
    def boundaries(self) -> Boundaries:
        """Where answers can change."""
        return find_boundaries(self)

    def answer(self, facts: Facts) -> Quote:
        """The answer to one question."""
        segment = self.segments.index(facts.paid_on)
        way = self.gate.way_in(facts, segment)
        assumed: Names = [self.pack.assumed]
        if way is None:
            clauses, readings = self.gate.missed(facts)
            assumed.append(readings)
            return self._not_allowed(facts, "", [clauses], assumed)
        assumed.append(way.assumed)
        start = way.start(facts) if way.start is not None else None
        if start is None:
            return self._not_allowed(facts, way.name, [way.citations], assumed)
        if start > way.end:
            assumed.append(self._governs["past_end"])
            return self._not_allowed(facts, way.name, [way.citations], assumed)

        standard = standard_for(self._standards[segment], facts)
        amount = standard.amount
        cited: Names = [standard.citations, self._subsidy_clause]
        assumed += (standard.assumed, self._subsidy_assumed)
        care = self._care if facts.ltc_pilot else 0
        if care:
            cited.append(self._care_clause)
        assistance, charged, reimbursed, net_cost = None, amount, None if amount is None else 0, amount
        known = amount is not None
        if facts.identities and self.classes is not None:
            candidates = self.classes.candidates(facts, amount)
            choice = self.classes.choose(candidates)
            if choice is None:
                clauses, readings = self.counts.why_not(facts)
                cited.append(clauses)
                assumed.append(readings)
            else:
                assistance = Assistance(choice.category, choice.amount, choice.funds)
                cited.append(choice.rule.clause)
                assumed.append(choice.rule.assumed)
                self._name_candidates(candidates, cited, assumed)
                charged = reimbursed = net_cost = None
                known = known and choice.amount is not None
                if known:
                    settled = settle(self.modes, amount, choice, facts.paid_on)
                    charged, reimbursed, net_cost = settled.charged, settled.reimbursed, amount - choice.amount
                    known = charged is not None
                    cited.append(settled.citations)
                    assumed.append(settled.assumed)
        cited.append(way.citations)
        refund, stay = self._refund_and_stay(facts, cited, assumed)
        citations, assumptions = self._named(tuple(cited), tuple(assumed))
        return Quote(
            facts.case,
            self.pack.id,
            ENROLLED if known else UNDETERMINED,
            self.gate.label(way, segment),
            amount,
            care,
            assistance,
            charged,
            reimbursed,
            net_cost,
            self._subsidy,
            Benefit(start, way.end),
            refund,
            stay,
            citations,
            assumptions,
            way.name,
            standard.name,
        )

    def _not_allowed(self, facts: Facts, way_in: str, cited: Names, assumed: Names) -> Quote:
        refund, stay = self._refund_and_stay(facts, cited, assumed)
        nothing = (None,) * 8
        named = self._named(tuple(cited), tuple(assumed))
        return Quote(facts.case, self.pack.id, NOT_ALLOWED, CLOSED, *nothing, refund, stay, *named, way_in)

    def _name_candidates(self, candidates: tuple[Candidate, ...], cited: Names, assumed: Names) -> None:
        used = [candidate.recognition for candidate in candidates]
        for each in self.counts.rules:
            if any(rule is each.rule for rule in used):
                cited.append(each.rule.clause)
                assumed.append(each.rule.assumed)
        if len(candidates) > 1 and any(each.name != candidates[0].name for each in candidates):
            cited.append(self.classes.one_only)
            assumed.append(self._governs["tie"])

    def _refund_and_stay(self, facts: Facts, cited: Names, assumed: Names):
        refund = stay = None
        if facts.refund is not None:
            refund, rule = refund_answer(facts.refund, self.refunds)
            if rule is None:
                assumed.append(self._governs["no_rule"])
            else:
                cited.append(rule.clause)
                assumed.append(rule.assumed)
        if facts.stay is not None:
            rule = self.pack.stay
            if rule is None:
                assumed.append(self._governs["no_rule"])
            else:
                stay = StayAnswer(rule.same_area if facts.stay.same_area else rule.other_area)
                cited.append(rule.clause)
                assumed.append(rule.assumed)
        return refund, stay

    def _named(self, cited: tuple[tuple[str, ...], ...], assumed: tuple[tuple[str, ...], ...]):
        """Clauses in the order of the rules, each once, and readings in the order of the pack."""
        citations = tuple(dict.fromkeys(chain.from_iterable(cited)))
        return citations, tuple(sorted(set(chain.from_iterable(assumed)), key=self._order.__getitem__))

    def _assumed_by(self, way: WayIn) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The readings by which a way in lets people in or turns them away: its own, its windows' and groups', and
        the one days are counted by. Then those its start rests on.
        """
        readings = self.pack.readings
        entry = list(way.assumed)
        for window in way.windows:
            entry += self.pack.windows[window].assumed
        for group in way.who:
            if isinstance(group, str):
                entry += self.pack.groups[group].assumed
        if any(each.paid_within_days_of_birth or each.lapsed for each in conditions(way.who, self.setting)):
            entry += reading_ids(readings, "counting")
        start: tuple[str, ...] = ()
        match way.start:
            case AfterDays() | AfterMonths() | AfterMissedYears():
                start = reading_ids(readings, "counting")
            case NextMonthStart():
                start = reading_ids(readings, "next_month")
            case NoWaitingStart():
                start = reading_ids(readings, "no_waiting")
        return tuple(dict.fromkeys(entry)), start

    def gaps(self) -> Iterator[str]:
        """People for whom the pack has no contribution, found by asking for every kind of person in every segment of
        days.
        """
        births = [date.min]
        for standard in self.pack.contributions.values():
            for condition in conditions(standard.who, self.setting):
                span = birth_span(condition, self.setting)
                births += [span.first] if span.last == date.max else [span.first, span.last + ONE_DAY]
        days = self.segments.first_days
        for situation, student, tier, (segment, day) in product(SITUATIONS, STUDENTS, TIERS, enumerate(days)):
            for birth_date in births:
                facts = Facts(self.pack.id, birth_date, max(day, birth_date), situation, student, tier)
                if standard_for(self._standards[segment], facts) is None:
                    yield f"situation {situation}, student {student}, tier {tier}, born {birth_date}, paid from {day}"
                    break


def _standing(rules: Mapping[str, Any], readings: Mapping[str, Any]) -> dict[str, Any]:
    """The rules that stand under the readings chosen."""
    return {name: rule for name, rule in rules.items() if stands(rule.reading, readings)}
