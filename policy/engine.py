"""A pack compiled, and the order in which its families of rules answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from policy.assistance import Classes, Counts
from policy.benefit import AfterDays, AfterMissedYears, AfterMonths, NextMonthStart, NoWaitingStart
from policy.categories import SITUATIONS, STUDENTS, TIERS
from policy.condition import Setting, conditions
from policy.contribution import Standard, compile_standards, standard_for
from policy.facts import Facts
from policy.quote import ENROLLED, NOT_ALLOWED, UNDETERMINED, Assistance, Benefit, FiscalSubsidy, Quote
from policy.reading import chosen, reading_ids, stands
from policy.refund import answer as refund_answer
from policy.refund import compile_refund
from policy.schema import Pack
from policy.settlement import settle
from policy.stay import StayAnswer
from policy.window import CLOSED, WayIn, compile_gate


class Engine:
    """Answers for one pack. Holds nothing but what follows from the pack."""

    def __init__(self, pack: Pack):
        self.pack = pack
        readings = pack.readings
        spans = pack.spans
        classes = _standing(pack.assistance.classes, readings) if pack.assistance else {}
        assisted = frozenset(each.category for each in classes.values())
        windows = _standing(pack.windows, readings)
        section = pack.assistance
        if section is not None:
            section = section.model_copy(
                update={"classes": classes, "recognition": _standing(section.recognition, readings)}
            )
        self.counts = Counts(section, spans, spans, assisted)
        self.setting = Setting(
            spans=spans,
            counting=chosen(readings, "counting"),
            next_month=chosen(readings, "next_month"),
            no_waiting=chosen(readings, "no_waiting"),
            assisted=assisted,
            counts=self.counts,
            groups=pack.groups,
        )
        self.ways = _standing(pack.ways_in, readings)
        self.gate = compile_gate(windows, self.ways, pack.closed, self.setting)
        self.standards = compile_standards(_standing(pack.contributions, readings), self.setting)
        self.classes = Classes(section, chosen(readings, "tie"), self.counts, self.setting) if section else None
        self.modes = tuple(_standing(pack.settlement.modes, readings).values()) if pack.settlement else ()
        self.refunds = compile_refund(pack.refund, spans, readings)
        self._governs = {key: reading_ids(readings, key) for key in ("tie", "past_end", "no_rule")}
        self._order = {key: index for index, key in enumerate(readings)}
        self._assumed = {name: self._assumed_by(name, way) for name, way in self.ways.items()}
        subsidy = pack.fiscal_subsidy
        self._subsidy = FiscalSubsidy(subsidy.total, subsidy.funds.split(subsidy.total)) if subsidy else None
        care = pack.long_term_care
        self._care, self._care_clause = (care.amount, care.clause) if care else (0, ())

    def answer(self, facts: Facts) -> Quote:
        """The answer to one question."""
        pack = self.pack
        assumed = list(pack.assumed)
        cited: list[str] = []
        way = self.gate.way_in(facts)
        if way is not None:
            assumed += self._assumed[way.name]
            start = way.start(facts) if way.start is not None else None
            if start is None or start > way.end:
                cited += way.citations
                if start is not None:
                    assumed += self._governs["past_end"]
                return self._not_allowed(facts, way.name, cited, assumed)
        else:
            cited += self.gate.missed(facts)
            return self._not_allowed(facts, "", cited, assumed)

        standard = standard_for(self.standards, facts)
        amount = standard.amount
        cited += standard.citations
        assumed += standard.assumed
        care = 0
        if facts.ltc_pilot and self._care:
            care = self._care
            cited += self._care_clause
        if self._subsidy is not None:
            cited += pack.fiscal_subsidy.clause
            assumed += pack.fiscal_subsidy.assumed
        assistance, charged, reimbursed, net_cost = None, amount, None if amount is None else 0, amount
        undetermined = amount is None
        if facts.identities and self.classes is not None:
            candidates = self.classes.candidates(facts, amount)
            choice = self.classes.choose(candidates)
            if choice is None:
                cited += self.counts.why_not(facts)
            else:
                assistance = Assistance(choice.category, choice.amount, choice.funds)
                cited += choice.rule.clause
                assumed += choice.rule.assumed
                self._explain_choice(candidates, facts, cited, assumed)
                if choice.amount is None or amount is None:
                    undetermined = True
                    charged = reimbursed = net_cost = None
                else:
                    settled = settle(self.modes, amount, choice, facts.paid_on)
                    charged, reimbursed, net_cost = settled.charged, settled.reimbursed, amount - choice.amount
                    undetermined = undetermined or charged is None
                    cited += settled.citations
                    assumed += settled.assumed
        cited += way.citations
        refund, stay = self._refund_and_stay(facts, cited, assumed)
        return Quote(
            facts.case,
            pack.id,
            UNDETERMINED if undetermined else ENROLLED,
            self.gate.label(way, facts.paid_on),
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
            tuple(dict.fromkeys(cited)),
            self._sorted(assumed),
            way.name,
            standard.name,
        )

    def _not_allowed(self, facts: Facts, name: str, cited: list[str], assumed: list[str]) -> Quote:
        refund, stay = self._refund_and_stay(facts, cited, assumed)
        citations = tuple(dict.fromkeys(cited))
        nothing = (None,) * 8
        return Quote(
            facts.case,
            self.pack.id,
            NOT_ALLOWED,
            CLOSED,
            *nothing,
            refund,
            stay,
            citations,
            self._sorted(assumed),
            name,
        )

    def _explain_choice(self, candidates: list, facts: Facts, cited: list[str], assumed: list[str]) -> None:
        for candidate in candidates:
            rule = self.counts.rule_for(candidate.identity, facts.paid_on)
            cited += rule.clause
            assumed += rule.assumed
        if len({candidate.name for candidate in candidates}) > 1:
            cited += self.classes.one_only
            assumed += self._governs["tie"]

    def _refund_and_stay(self, facts: Facts, cited: list[str], assumed: list[str]):
        refund = stay = None
        if facts.refund is not None:
            refund, rule = refund_answer(facts.refund, self.refunds)
            if rule is None:
                assumed += self._governs["no_rule"]
            else:
                cited += rule.clause
                assumed += rule.assumed
        if facts.stay is not None:
            rule = self.pack.stay
            if rule is None:
                assumed += self._governs["no_rule"]
            else:
                stay = StayAnswer(rule.same_area if facts.stay.same_area else rule.other_area)
                cited += rule.clause
                assumed += rule.assumed
        return refund, stay

    def _sorted(self, assumed: list[str]) -> tuple[str, ...]:
        return tuple(sorted(set(assumed), key=self._order.__getitem__))

    def _assumed_by(self, name: str, way: WayIn) -> tuple[str, ...]:
        """The readings a way in rests on: its own, and those by which the engine counts for it."""
        readings = self.pack.readings
        found = list(way.assumed)
        for window in way.windows:
            found += self.pack.windows[window].assumed
        for group in way.who:
            if isinstance(group, str):
                found += self.pack.groups[group].assumed
        spelt = conditions(way.who, self.setting)
        counts_days = isinstance(way.start, AfterDays | AfterMonths | AfterMissedYears)
        if counts_days or any(each.paid_within_days_of_birth or each.lapsed for each in spelt):
            found += reading_ids(readings, "counting")
        if isinstance(way.start, NextMonthStart):
            found += reading_ids(readings, "next_month")
        if isinstance(way.start, NoWaitingStart):
            found += reading_ids(readings, "no_waiting")
        return tuple(dict.fromkeys(found))

    def gaps(self) -> list[str]:
        """People for whom the pack has no contribution, found by asking for every kind of person on every side of every date."""
        found = []
        for situation, student, tier, paid_on in product(SITUATIONS, STUDENTS, TIERS, self._days(self.standards)):
            for birth_date in (date(1950, 1, 1), *(day for day in self._days(()) if day <= paid_on), paid_on):
                facts = Facts(self.pack.id, birth_date, paid_on, situation, student, tier)
                if standard_for(self.standards, facts) is None:
                    found.append(f"situation {situation}, student {student}, tier {tier}, paid on {paid_on}")
                    break
        return found

    def _days(self, standards: tuple[Standard, ...]) -> Iterator[date]:
        year = self.pack.year
        yield year.first
        for standard in standards:
            for edge in standard.span:
                if edge not in (date.min, date.max):
                    yield edge
                    yield edge + timedelta(days=1)


def _standing(rules, readings):
    """The rules that stand under the readings chosen."""
    return {name: rule for name, rule in rules.items() if stands(rule.reading, readings)}
