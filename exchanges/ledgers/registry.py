"""What a ledger is, and which there are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.models import Staff
from regions.models import Region


class Kind(Enum):
    """What the cells of a column hold, as `Ledger.rows` yields them."""

    TEXT = "text"  # str; with `labels`, the key of a label
    INTEGER = "integer"  # int
    MONEY = "money"  # int, fen; leaves as yuan with two decimals
    RATE = "rate"  # Decimal or its text, 0.8123; leaves as a number with four decimals
    DATE = "date"  # date
    FLAG = "flag"  # truth; leaves as 是 or nothing
    NUMBER = "number"  # id number: sealed bytes with the `purpose` they were sealed for, or plain text; leaves masked


@dataclass(frozen=True)
class Column:
    """One column: header (Chinese, as the law calls it), kind of cells, width in characters."""

    header: str
    kind: Kind = Kind.TEXT
    width: int = 14
    labels: Mapping[Any, Any] = field(default_factory=dict)
    purpose: str = ""


class Sql(NamedTuple):
    """A query in SQL that both databases understand, with its parameters."""

    query: str
    params: Sequence[Any] = ()


# A `values_list` queryset or Sql is streamed by the database; anything else is iterated.
Rows = QuerySet | Sql | Iterable[Sequence[Any]]
# (user, area, coverage_year, on) → rows in the order of the columns, only those that the user may see in the area.
RowFunction = Callable[[Staff, Region, int, date], Rows]


@dataclass(frozen=True)
class Ledger:
    """A list that leaves as xlsx or csv. `permission` is needed besides `exchanges.export_ledger`."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: RowFunction
    permission: str

    @property
    def has_numbers(self) -> bool:
        """Whether it has id numbers, which may be asked for in full with a reason."""
        return any(column.kind is Kind.NUMBER for column in self.columns)


class UnknownLedger(LookupError):
    """There is no ledger of that name; the message lists those there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有名为“{name}”的台账；可用：{'、'.join(sorted(_ledgers))}")


_ledgers: dict[str, Ledger] = {}
_other_exports: dict[str, Any] = {}


def register(ledger: Ledger) -> None:
    """Adds a ledger. Raises ValueError when another one already has its name."""
    if _ledgers.get(ledger.name, ledger) != ledger:
        raise ValueError(f"two ledgers are called {ledger.name!r}")
    _ledgers[ledger.name] = ledger


def ledgers() -> list[Ledger]:
    """All ledgers in the order of their registration."""
    return list(_ledgers.values())


def ledgers_for(user: Staff) -> list[Ledger]:
    """The ledgers that the user's role may export."""
    return [ledger for ledger in ledgers() if user.has_perm(ledger.permission)]


def name_export(name: str, title: Any) -> None:
    """What an export is called that stands in the list of exports and is no ledger to choose, e.g. the ranking."""
    _other_exports[name] = title


def export_title(name: str) -> str:
    """What an export of that name is called; the name itself where no room offers it any more."""
    ledger = _ledgers.get(name)
    return str(ledger.title if ledger else _other_exports.get(name, name))


def by_name(name: str) -> Ledger:
    """The ledger of that name; raises UnknownLedger."""
    try:
        return _ledgers[name]
    except KeyError:
        raise UnknownLedger(name) from None
