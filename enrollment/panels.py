"""What other rooms show about people: panels on a person's page, badges beside names, what a payment should have been.

enrollment knows nothing of identities, decisions or refunds. The rooms that do register here in `AppConfig.ready()`:

    add_panel(Panel(_("Assistance"), "subsidies/person_panel.html", decisions_of, "subsidies.view_decision", order=20))
    add_badges(identity_badges)
    set_amounts_due(amounts_due)
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.models import Staff
from enrollment.models import Payment, Person


@dataclass(frozen=True)
class Panel:
    """A section of a person's page for those who have the permission.

    `template` is included with `person`, `coverage_year`, `on`, and as `panel` what
    `context(person, user, coverage_year, on)` returns; `None` leaves the panel out.
    """

    title: str
    template: str
    context: Callable[[Person, Staff, int, date], Mapping[str, Any] | None]
    permission: str
    order: int


class Badge(NamedTuple):
    """A word beside a name; `look` is "", "ok", "warn", "bad" or "info"."""

    label: str
    look: str = ""


# (ids of people, coverage year, day, user) → id → badges, with a number of queries that does not grow with the ids.
BadgeSource = Callable[[Collection[int], int, date, Staff], Mapping[int, list[Badge]]]
# Payments with an annotation `due_fen`, those whose amount differs from it: (payments, coverage year, day).
AmountsDue = Callable[[QuerySet[Payment], int, date], QuerySet[Payment]]

_panels: list[Panel] = []
_badges: list[BadgeSource] = []
_amounts_due: list[AmountsDue] = []


def add_panel(panel: Panel) -> None:
    """Adds a section to the person page."""
    if panel not in _panels:
        _panels.append(panel)


def add_badges(source: BadgeSource) -> None:
    """Adds badges to the lists of people."""
    if source not in _badges:
        _badges.append(source)


def set_amounts_due(source: AmountsDue) -> None:
    """Says who knows what a payment should have been; the list of differing amounts is empty before."""
    _amounts_due[:] = [source]


def panels_for(person: Person, user: Staff, *, coverage_year: int, on: date) -> list[tuple[Panel, Mapping[str, Any]]]:
    """The panels that this user sees of the person, in order, with their context."""
    allowed = (panel for panel in sorted(_panels, key=lambda panel: panel.order) if user.has_perm(panel.permission))
    found = ((panel, panel.context(person, user, coverage_year, on)) for panel in allowed)
    return [(panel, context) for panel, context in found if context is not None]


def badges_for(ids: Collection[int], user: Staff, *, coverage_year: int, on: date) -> dict[int, list[Badge]]:
    """Id of a person → badges."""
    gathered: dict[int, list[Badge]] = defaultdict(list)
    for source in _badges:
        for pk, badges in source(ids, coverage_year, on, user).items():
            gathered[pk].extend(badges)
    return gathered


def differing_amounts(payments: QuerySet[Payment], *, coverage_year: int, on: date) -> QuerySet[Payment]:
    """Of the payments those whose amount is not what was due, with `due_fen`."""
    if not _amounts_due:
        return payments.none()
    return _amounts_due[0](payments, coverage_year, on)
