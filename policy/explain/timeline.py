"""An answer as a picture: windows, the day of payment, the wait and the benefits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policy.explain.clauses import ClausesBehind
from policy.facts import Facts
from policy.period import ONE_DAY
from policy.quote import Quote
from policy.schema import Pack


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
        clauses = ClausesBehind(facts, quote, pack).way_in
        if quote.benefit.start > facts.paid_on + ONE_DAY:
            stretches.append(Stretch("waiting", "", facts.paid_on + ONE_DAY, quote.benefit.start - ONE_DAY, clauses))
        stretches.append(Stretch("benefit", "", quote.benefit.start, quote.benefit.end, clauses))
    first = min(each.first for each in stretches).replace(day=1)
    last = max(*(each.last for each in stretches), pack.year.last)
    next_month = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return Timeline(first, next_month - ONE_DAY, tuple(stretches))
