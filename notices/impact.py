"""What an amendment would change. People and decisions stand in rooms above this one, which fill in the reckoning."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.db import transaction

from accounts import audit
from accounts.models import Staff
from notices.models import Amendment, SeenImpact
from policy.facts import Facts
from policy.pack import Pack


@dataclass(frozen=True)
class Example:
    """A person whose answer changes: name and number masked, and the facts to answer both ways."""

    name: str
    number: str
    place: str
    facts: Facts


@dataclass(frozen=True)
class Impact:
    """How many of the people of the area would be answered differently, and what it costs which fund.

    Amounts in fen; `assistance` and `fiscal_subsidy` hold (before, after) by fund, `money` by field of the answer:
    standard, charged, reimbursed, net_cost. `outcomes` and `benefits` count the people whose outcome or period of
    benefits changes.
    """

    on: date
    people: int
    changed: int
    outcomes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    benefits: int = 0
    money: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    assistance: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    fiscal_subsidy: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Kept:
    """The last calculation of what an amendment changes: waiting or under way, failed for a `reason`, or with its
    `impact`, which holds for the readings of the notice with the versions `before` and `after`.

    `progress` is what static/js/progress.js asks for. `stuck`: no worker has taken it for longer than that takes.
    `outdated`: data have changed since, or a new day has begun.
    """

    progress: Mapping[str, Any]
    stuck: bool = False
    reason: str = ""
    impact: Impact | None = None
    before: str = ""
    after: str = ""
    reckoned_at: datetime | None = None
    outdated: bool = False


class ImpactRefused(Exception):
    """The impact cannot be reckoned for this person; the message says why."""


class Reckoning(Protocol):
    """How the room that knows people and decisions reckons: in the queue, over the whole area of the amendment."""

    def ask(self, *, amendment: Amendment, by: Staff, on: date) -> None:
        """Puts a calculation for the day into the queue, unless one is open. Raises ImpactRefused."""

    def latest(self, amendment: Amendment, user: Staff, on: date) -> Kept | None:
        """The newest calculation, for who may see the whole area; None where there is none."""


_reckonings: list[Reckoning] = []


def register(reckoning: Reckoning) -> None:
    """Sets how the impact is reckoned. Raises ValueError for a second, other one."""
    if _reckonings and _reckonings[0] is not reckoning:
        raise ValueError("the impact of amendments is reckoned in one way")
    _reckonings[:] = [reckoning]


def ask(*, amendment: Amendment, by: Staff, on: date) -> None:
    """Lets a worker reckon what the amendment changes from its first day on, or from the business date if that is
    later. Raises ImpactRefused for who may not see the whole area."""
    for reckoning in _reckonings:
        reckoning.ask(amendment=amendment, by=by, on=max(on, amendment.effective_on))


def latest(amendment: Amendment, user: Staff, on: date) -> Kept | None:
    """The last calculation of what the amendment changes; None before the first one."""
    return _reckonings[0].latest(amendment, user, max(on, amendment.effective_on)) if _reckonings else None


@transaction.atomic
def see(*, amendment: Amendment, before: Pack, after: Pack, by: Staff, on: date) -> Kept | None:
    """What the amendment changes, and a note that this person saw it on the business date: an approval rests on that
    note. There is something to see once it is reckoned for these two readings of the notice; the same again leaves the
    first note.
    """
    kept = latest(amendment, by, on)
    found = kept.impact if kept and (kept.before, kept.after) == (before.version, after.version) else None
    if found is None:
        return kept
    counts = {"people": found.people, "changed": found.changed}
    seen, fresh = SeenImpact.objects.get_or_create(
        amendment=amendment, by=by, before=before.version, after=after.version, defaults={"seen_on": on, **counts}
    )
    if fresh:
        audit.record(
            by=by, on=on, verb="notices.see_impact", subject=amendment, after={**counts, "version": seen.after}
        )
    return kept


def seen_by(person: Staff, amendment: Amendment, before: Pack, after: Pack) -> SeenImpact | None:
    """The note that the person saw what leads from one reading of the notice to the other, or None."""
    return SeenImpact.objects.filter(amendment=amendment, by=person, before=before.version, after=after.version).first()
