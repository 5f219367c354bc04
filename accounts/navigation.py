"""The sidebar, the workbench and the first page: each room registers its own in AppConfig.ready()."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One line of the sidebar; shown to roles that have one of the permissions (all signed-in staff if empty)."""

    title: str
    url_name: str
    section: str
    order: int
    permissions: tuple[str, ...] = ()
    icon: str = ""


@dataclass(frozen=True)
class Waiting:
    """One card of the workbench: how many of something wait for this user. `count` gets the user.

    `at_most`: the count goes no further than this number, and is then shown as "so many or more".
    """

    title: str
    url_name: str
    count: Callable[[Any], int]
    permissions: tuple[str, ...]
    order: int
    query: str = ""
    empty: str = ""
    at_most: int | None = None


@dataclass(frozen=True)
class Landing:
    """The page on which staff with a permission find themselves after signing in, instead of the workbench."""

    url_name: str
    permission: str


_entries: list[Entry] = []
_landings: list[Landing] = []
_waiting: list[Waiting] = []


def add_entry(entry: Entry) -> None:
    if entry not in _entries:
        _entries.append(entry)


def add_waiting(card: Waiting) -> None:
    if card not in _waiting:
        _waiting.append(card)


def add_landing(landing: Landing) -> None:
    if landing not in _landings:
        _landings.append(landing)


def landing_for(user: Any) -> str | None:
    """Name of the URL that this user opens first; None for the workbench."""
    return next((landing.url_name for landing in _landings if user.has_perm(landing.permission)), None)


def _allowed(user: Any, permissions: tuple[str, ...]) -> bool:
    return not permissions or any(user.has_perm(permission) for permission in permissions)


def entries_for(user: Any) -> list[Entry]:
    """Sidebar entries of this user, in order."""
    return sorted((entry for entry in _entries if _allowed(user, entry.permissions)), key=lambda entry: entry.order)


def waiting_for(user: Any) -> list[tuple[Waiting, int]]:
    """Workbench cards of this user with their counts: those on which something waits first, each part in order."""
    cards = sorted((card for card in _waiting if _allowed(user, card.permissions)), key=lambda card: card.order)
    return sorted(((card, card.count(user)) for card in cards), key=lambda counted: not counted[1])
