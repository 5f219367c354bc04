"""What an amendment would change. People and decisions stand in rooms above this one, which fill in the reckoning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

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


# (amendment, before, after, on, user) → what changes for the people that the user may see.
Reckoning = Callable[[Amendment, Pack, Pack, date, Staff], Impact]
_reckonings: list[Reckoning] = []


def register(reckoning: Reckoning) -> None:
    """Sets how the impact is reckoned. Raises ValueError for a second, other one."""
    if _reckonings and _reckonings[0] is not reckoning:
        raise ValueError("the impact of amendments is reckoned in one way")
    _reckonings[:] = [reckoning]


def impact_of(amendment: Amendment, before: Pack, after: Pack, on: date, user: Staff) -> Impact | None:
    """What the amendment changes; None where no room says."""
    return _reckonings[0](amendment, before, after, on, user) if _reckonings else None


@transaction.atomic
def see(*, amendment: Amendment, before: Pack, after: Pack, by: Staff, on: date) -> Impact | None:
    """What the amendment changes from its first day on, and a note that this person saw it on the business date: an
    approval rests on that note. It holds for these two readings of the notice; the same again leaves the first one.
    """
    found = impact_of(amendment, before, after, max(on, amendment.effective_on), by)
    counts = {"people": found.people, "changed": found.changed} if found else {}
    seen, fresh = SeenImpact.objects.get_or_create(
        amendment=amendment, by=by, before=before.version, after=after.version, defaults={"seen_on": on, **counts}
    )
    if fresh:
        audit.record(
            by=by, on=on, verb="notices.see_impact", subject=amendment, after={**counts, "version": seen.after}
        )
    return found


def seen_by(person: Staff, amendment: Amendment, before: Pack, after: Pack) -> SeenImpact | None:
    """The note that the person saw what leads from one reading of the notice to the other, or None."""
    return SeenImpact.objects.filter(amendment=amendment, by=person, before=before.version, after=after.version).first()
