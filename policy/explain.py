"""Why: a pack as a readable list of its leaves, what differs between two packs, and an answer as sentences, rows and
a timeline.

Sentences are English msgids with placeholders; the caller hands in `translate` (gettext, say) and gets them in its
language. Words of the law that come out of a pack (labels of rules, names of categories and funds) are Chinese and
stay so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy.categories import CATEGORIES, FUND_NAMES, REFUND_REASONS
from policy.checks import clause_of
from policy.clauses import Clause
from policy.duties import BenefitNote
from policy.facts import Facts
from policy.money import yuan
from policy.period import ONE_DAY
from policy.quote import NOT_ALLOWED, OUTCOMES, UNDETERMINED, Quote
from policy.refund import STEPS
from policy.schema import HEAD, Pack
from policy.source import dotted, walk
from policy.stay import SETTLE_BY
from policy.window import WINDOWS

Translate = Callable[[str], str]


def gettext_noop(message: str) -> str:
    """Marks a msgid for the catalogue."""
    return message


_ = gettext_noop


# Leaves and differences -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """A figure, date or choice of a pack: its dotted path, the label of the rule it stands in, its text and its
    clauses.
    """

    path: str
    label: str
    value: str
    clause: tuple[str, ...]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.path, self.label, self.value, self.clause))


@dataclass(frozen=True, slots=True)
class Difference:
    """A leaf that differs; None where one pack has no such leaf."""

    path: str
    label: str
    a: str | None
    b: str | None
    clause: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: {self.a if self.a is not None else '—'} → {self.b if self.b is not None else '—'}"


_NO_LEAVES = ("clause", "label", "reading", "readings", "too_late", "outside", "afterwards", "document")


def leaves(pack: Pack) -> Iterator[Leaf]:
    """Every leaf of a pack but its head and its texts, in the order of the pack."""
    data = pack.data
    for path, value in walk(data):
        if not path or path[0] in HEAD or any(part in _NO_LEAVES for part in path[1:]) or "options" in path:
            continue
        listed = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
        if listed or (isinstance(value, str) and not isinstance(path[-1], int)):
            text = "、".join(value) if listed else value
            yield Leaf(dotted(path), _label_of(data, path), text, clause_of(data, path))


def _label_of(data: Any, path: tuple) -> str:
    label, here = "", data
    for part in path:
        here = here[part]
        if isinstance(here, Mapping):
            label = here.get("label") or CATEGORIES.get(part) or label
    return label


def diff(a: Pack, b: Pack) -> tuple[Difference, ...]:
    """The leaves that differ between two packs, those of `a` first, then what only `b` has."""
    left, right = ({leaf.path: leaf for leaf in leaves(pack)} for pack in (a, b))
    found = []
    for path in (*left, *(path for path in right if path not in left)):
        one, two = left.get(path), right.get(path)
        if one is None or two is None or one.value != two.value:
            either = two or one
            found.append(Difference(path, either.label, one and one.value, two and two.value, either.clause))
    return tuple(found)


def readable(pack: Pack) -> Iterator[str]:
    """A pack as lines of text: its head, then every leaf with its clause, section by section."""
    yield f"{pack.title}"
    yield f"{pack.document_number}  {'、'.join(pack.issuers)}  {pack.issued_on or ''}".rstrip()
    yield f"{pack.id}  {pack.jurisdiction_name} {pack.jurisdiction}  {pack.coverage_year}"
    yield f"version {pack.version}"
    for record in pack.amendments:
        yield f"amended: {record.path} = {record.value}  ({record.document_number}: {record.reason})"
    section = group = None
    for leaf in leaves(pack):
        parts = leaf.path.split(".")
        if parts[0] != section:
            section = parts[0]
            yield ""
            yield f"[{section}]"
        if leaf.label != group:
            group = leaf.label
            if group:
                yield f"  {group}"
        yield f"    {'.'.join(parts[1:]) or parts[0]}: {leaf.value}  ({', '.join(leaf.clause)})"


# Answers --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    """A msgid with its parameters and the clauses behind it; `field` is the field of the answer it explains."""

    field: str
    message: str
    parameters: Mapping[str, Any]
    clauses: tuple[str, ...]

    def text(self, translate: Translate = str, write_day: Callable[[date], str] = date.isoformat) -> str:
        """The sentence in the language of `translate`, its days written by `write_day`."""
        written = {key: write_day(each) if isinstance(each, date) else each for key, each in self.parameters.items()}
        return translate(self.message) % written


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what, how much (None: set by another document), and the clauses it stands on."""

    field: str
    name: str
    value: str | None
    clauses: tuple[str, ...]


def clauses_of(pack: Pack, ids: tuple[str, ...]) -> tuple[Clause, ...]:
    """The clauses of these ids, to be opened beside a figure."""
    return tuple(pack.register[each] for each in ids)


def sentences(facts: Facts, quote: Quote, pack: Pack) -> tuple[Sentence, ...]:
    """The answer in sentences a villager understands, the decision first."""
    return tuple(_sentences(facts, quote, pack))


def _sentences(facts: Facts, quote: Quote, pack: Pack) -> Iterator[Sentence]:
    clauses = _Clauses(facts, quote, pack)
    year = {"year": pack.coverage_year, "area": pack.jurisdiction_name, "day": facts.paid_on}
    if quote.outcome == NOT_ALLOWED:
        late = quote.way_in and pack.ways_in[quote.way_in].start is not None
        message = (
            _("Paying on %(day)s, benefits would start only after %(year)s has ended, so enrolment is not possible.")
            if late
            else _("On %(day)s this person cannot enrol for %(year)s in %(area)s.")
        )
        yield Sentence("outcome", message, year, quote.citations)
    else:
        yield Sentence(
            "window",
            _("Paying on %(day)s counts as %(window)s: %(way)s."),
            {**year, "window": WINDOWS[quote.window], "way": pack.ways_in[quote.way_in].label},
            clauses.way_in,
        )
        yield from _money_sentences(quote, pack, clauses)
        yield Sentence(
            "benefit",
            _("Benefits run from %(start)s to %(end)s."),
            {"start": quote.benefit.start, "end": quote.benefit.end},
            clauses.way_in,
        )
    yield from _question_sentences(facts, quote, clauses)


def _money_sentences(quote: Quote, pack: Pack, clauses: _Clauses) -> Iterator[Sentence]:
    contribution = pack.contributions[quote.contribution]
    if quote.standard is None:
        yield Sentence(
            "standard",
            _("The individual contribution is set by another document: %(document)s."),
            {"document": contribution.document or contribution.label},
            clauses.standard,
        )
    else:
        yield Sentence(
            "standard",
            _("The individual contribution is %(amount)s yuan (%(name)s)."),
            {"amount": yuan(quote.standard), "name": contribution.label},
            clauses.standard,
        )
    if quote.long_term_care:
        yield Sentence(
            "long_term_care",
            _("Long-term-care insurance of %(amount)s yuan is collected beside it."),
            {"amount": yuan(quote.long_term_care)},
            clauses.long_term_care,
        )
    if quote.assistance is not None:
        name = {"category": CATEGORIES[quote.assistance.category]}
        if quote.assistance.amount is None:
            yield Sentence(
                "assistance",
                _("Assistance as %(category)s is set by another document: %(document)s."),
                {**name, "document": clauses.assistance_document},
                clauses.assistance,
            )
        else:
            yield Sentence(
                "assistance",
                _("Assistance as %(category)s is %(amount)s yuan, from %(funds)s."),
                {**name, "amount": yuan(quote.assistance.amount), "funds": fund_text(quote.assistance.funds)},
                clauses.assistance,
            )
    if quote.outcome == UNDETERMINED:
        yield Sentence(
            "outcome",
            _("What is to be paid in the end is known only when that document has been entered."),
            {},
            clauses.standard + clauses.assistance,
        )
        return
    if quote.reimbursed:
        message = _(
            "Tax collects %(charged)s yuan and %(reimbursed)s yuan are paid back; the person bears %(net)s yuan."
        )
    elif quote.charged == quote.net_cost == quote.standard:
        message = _("Tax collects %(charged)s yuan, all of which the person bears.")
    else:
        message = _("Tax collects %(charged)s yuan; the person bears %(net)s yuan.")
    amounts = {"charged": yuan(quote.charged), "reimbursed": yuan(quote.reimbursed), "net": yuan(quote.net_cost)}
    yield Sentence("charged", message, amounts, clauses.settlement or clauses.standard)


def _question_sentences(facts: Facts, quote: Quote, clauses: _Clauses) -> Iterator[Sentence]:
    if facts.refund is not None and quote.refund is not None:
        reason = {"reason": REFUND_REASONS[facts.refund.reason], "day": facts.refund.applied_on}
        message = {
            True: _("A refund for %(reason)s, applied for on %(day)s, is possible: %(steps)s."),
            False: _("A refund for %(reason)s, applied for on %(day)s, is not possible."),
            None: _("For a refund for %(reason)s, applied for on %(day)s, the notice has no rule; people decide."),
        }[quote.refund.allowed]
        steps = " → ".join(STEPS[step] for step in quote.refund.steps)
        yield Sentence("refund", message, {**reason, "steps": steps}, clauses.refund)
        if quote.refund.benefit_from_first_payment:
            yield Sentence("refund", _("Benefits run from the first payment."), {}, clauses.refund)
    if facts.stay is not None:
        if quote.stay is None:
            yield Sentence("stay", _("The notice has no rule for a hospital stay across years."), {}, ())
        else:
            yield Sentence(
                "stay", _("The hospital stay: %(rule)s."), {"rule": SETTLE_BY[quote.stay.settle_by]}, clauses.stay
            )


def notes(facts: Facts, pack: Pack) -> tuple[BenefitNote, ...]:
    """What the notice says of the benefits themselves to such a person, to be shown beside an answer."""
    held = {each.category for each in facts.identities}
    return tuple(
        note
        for note in pack.duties.benefit_notes.values()
        if (not note.tiers or str(facts.tier) in note.tiers)
        and (not note.situations or facts.situation in note.situations)
        and (not note.categories or held & set(note.categories))
    )


def fund_text(funds: tuple[tuple[str, int], ...] | None) -> str:
    """`医疗救助资金 190.00`, several joined; of funds another document sets, a dash."""
    return "—" if funds is None else "、".join(f"{FUND_NAMES[fund]} {yuan(fen)}" for fund, fen in funds)


def rows(facts: Facts, quote: Quote, pack: Pack) -> tuple[Row, ...]:
    """The answer as a table. Names are msgids; a value None is set by another document."""
    clauses = _Clauses(facts, quote, pack)
    found = [
        Row("outcome", _("Outcome"), OUTCOMES[quote.outcome], quote.citations if quote.outcome == NOT_ALLOWED else ()),
        Row("window", _("Time of payment"), WINDOWS[quote.window], clauses.way_in or quote.citations),
    ]
    if quote.outcome != NOT_ALLOWED:
        found += _money_rows(quote, clauses)
        period = f"{quote.benefit.start} — {quote.benefit.end}"
        found.append(Row("benefit", _("Benefits"), period, clauses.way_in))
    if quote.refund is not None:
        allowed = {True: _("possible"), False: _("not possible"), None: _("people decide")}[quote.refund.allowed]
        found.append(Row("refund", _("Refund"), allowed, clauses.refund))
    if quote.stay is not None:
        found.append(Row("stay", _("Hospital stay"), SETTLE_BY[quote.stay.settle_by], clauses.stay))
    return tuple(found)


def _money_rows(quote: Quote, clauses: _Clauses) -> Iterator[Row]:
    def money(fen: int | None) -> str | None:
        return None if fen is None else yuan(fen)

    yield Row("standard", _("Individual contribution"), money(quote.standard), clauses.standard)
    if quote.long_term_care:
        yield Row("long_term_care", _("Long-term care"), money(quote.long_term_care), clauses.long_term_care)
    if quote.assistance is not None:
        yield Row("assistance", _("Assistance"), money(quote.assistance.amount), clauses.assistance)
        for fund, fen in quote.assistance.funds or ():
            yield Row(f"assistance.{fund}", FUND_NAMES[fund], money(fen), clauses.assistance)
    settled = clauses.settlement or clauses.standard
    yield Row("charged", _("Collected by tax"), money(quote.charged), settled)
    yield Row("reimbursed", _("Paid back afterwards"), money(quote.reimbursed), settled)
    yield Row("net_cost", _("Borne by the person"), money(quote.net_cost), settled)
    if quote.fiscal_subsidy is not None:
        yield Row("fiscal_subsidy", _("Fiscal subsidy"), money(quote.fiscal_subsidy.total), clauses.fiscal_subsidy)
        for fund, fen in quote.fiscal_subsidy.funds or ():
            yield Row(f"fiscal_subsidy.{fund}", FUND_NAMES[fund], money(fen), clauses.fiscal_subsidy)


class _Clauses:
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


# Timeline -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of days, both included. `kind`: `window`, `restricted_window`, `payment`, `waiting` or `benefit`."""

    kind: str
    label: str
    first: date
    last: date
    clauses: tuple[str, ...] = ()

    def position(self, first: date, last: date) -> tuple[float, float]:
        """Left edge and width within a picture from `first` to `last`, as shares of its width from 0 to 1."""
        days = (last - first).days + 1
        return (self.first - first).days / days, ((self.last - self.first).days + 1) / days


@dataclass(frozen=True, slots=True)
class Timeline:
    """What to draw, and the days from and to which, whole months."""

    first: date
    last: date
    stretches: tuple[Stretch, ...]


def timeline(facts: Facts, quote: Quote, pack: Pack) -> Timeline:
    """Windows, the day of payment, the wait and the benefits."""
    stretches = [
        Stretch("restricted_window" if each.restricted else "window", each.label, each.first, each.last, each.clause)
        for each in pack.windows.values()
    ]
    stretches.append(Stretch("payment", "", facts.paid_on, facts.paid_on))
    if quote.benefit is not None:
        clauses = _Clauses(facts, quote, pack).way_in
        if quote.benefit.start > facts.paid_on + ONE_DAY:
            stretches.append(Stretch("waiting", "", facts.paid_on + ONE_DAY, quote.benefit.start - ONE_DAY, clauses))
        stretches.append(Stretch("benefit", "", quote.benefit.start, quote.benefit.end, clauses))
    first = min(each.first for each in stretches).replace(day=1)
    last = max(*(each.last for each in stretches), pack.year.last)
    next_month = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return Timeline(first, next_month - ONE_DAY, tuple(stretches))
