"""Kinds of list that leave the house for another department.

    register(DeliveryKind("marks", "资助对象标识及应缴金额", BureauKind.TAX, COLUMNS, marked_rows, …))

Unlike a ledger, a delivery has a number, a receiver and a receipt, and it may hold only what has changed.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise

from exchanges.ledgers import Column, Kind, Rows
from regions.models import Region

# (area, coverage_year, on) → rows of the whole area: a key, then a cell for each column, as ledgers have them.
RowFunction = Callable[[Region, int, date], Rows]


def key_order(key: str) -> tuple[int, str]:
    """The order in which rows come: shorter keys first, so that numbers written as text stand as numbers do."""
    return len(key), key


@dataclass(frozen=True)
class DeliveryKind:
    """A kind of list that the agency owes a department.

    `rows` come in the ascending `key_order` of their key, which stays the same for the same matter: by it a row is
    found again in the next delivery. `sum_column` is the header of the column whose total stands in the manifest.
    `withdrawn` is what cells of a row that is withdrawn say instead, by header: a state that has ended.
    `file` is the kind of file of the notices' deadlines (`duties.report_deadlines`) that this list fulfils, if one
    does. A receipt is missed after `receipt_days`, by agreement with the receiver; no notice sets a day for it.
    """

    name: str
    title: str | Promise
    receiver: str
    columns: tuple[Column, ...]
    rows: RowFunction
    clauses: tuple[str, ...]
    sum_column: str = ""
    file: str = ""
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    receipt_days: int = 7

    def __post_init__(self) -> None:
        if self.sum_column and self._sums[self.sum_column].kind is not Kind.MONEY:
            raise ValueError(f"{self.name}: {self.sum_column} holds no money")

    @property
    def _sums(self) -> dict[str, Column]:
        return {column.header: column for column in self.columns}

    @property
    def sum_place(self) -> int | None:
        """Which column is summed up, counted from 0; None where there is nothing to sum up."""
        return next((place for place, column in enumerate(self.columns) if column.header == self.sum_column), None)

    def withdrawn_cells(self, cells: list[str]) -> list[str]:
        """The cells of a row, given in the order of the columns, as they are told once it is withdrawn."""
        return [self.withdrawn.get(column.header, cell) for column, cell in zip(self.columns, cells, strict=True)]

    @property
    def columns_version(self) -> str:
        """Changes whenever the columns do: lists of different versions cannot be compared row by row."""
        return hashlib.sha256("\n".join(column.header for column in self.columns).encode()).hexdigest()[:12]


class UnknownDelivery(LookupError):
    """There is no kind of delivery of that name; the message lists those there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有名为“{name}”的报送种类；可用：{'、'.join(sorted(_kinds))}")


_kinds: dict[str, DeliveryKind] = {}


def register(kind: DeliveryKind) -> None:
    """Adds a kind. Raises ValueError when another one already has its name."""
    if _kinds.get(kind.name, kind) != kind:
        raise ValueError(f"two kinds of delivery are called {kind.name!r}")
    _kinds[kind.name] = kind


def title_of(name: str) -> str:
    """What the kind of delivery is called; the name itself where no room offers it any more."""
    return str(_kinds[name].title) if name in _kinds else name


def kinds() -> list[DeliveryKind]:
    """All kinds in the order of their registration."""
    return list(_kinds.values())


def by_name(name: str) -> DeliveryKind:
    """The kind of that name; raises UnknownDelivery."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownDelivery(name) from None
