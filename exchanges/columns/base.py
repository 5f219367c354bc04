"""What every reader of cells shares."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, NamedTuple, Protocol

import polars as pl

from accounts.models import Bureau
from regions.models import Region

_MOST_KNOWN = 200_000


class Type(Enum):
    """Type of a staged column: in polars, in PostgreSQL, in SQLite."""

    TEXT = (pl.String, "text", "text")
    INTEGER = (pl.Int64, "bigint", "integer")
    DATE = (pl.Date, "date", "text")
    BYTES = (pl.Binary, "bytea", "blob")
    FLAG = (pl.Boolean, "boolean", "integer")

    @property
    def polars(self) -> Any:
        return self.value[0]

    def sql(self, vendor: str) -> str:
        return self.value[1] if vendor == "postgresql" else self.value[2]


class Staged(NamedTuple):
    """A column of the staging table."""

    name: str
    type: Type


@dataclass(frozen=True)
class Context:
    """What a reader may know of the batch. `latest` is the last day that the list can be about; `days_from_1904` says
    from when numbers of days count in its file."""

    region: Region
    coverage_year: int
    on: date
    sender: Bureau | None = None
    days_from_1904: bool = False

    @property
    def latest(self) -> date:
        """Lists name days up to the end of the coverage year, or up to the business date where that is later."""
        return max(self.on, date(self.coverage_year, 12, 31))


class Refused(Exception):
    """A cell cannot be read: the code of the problem and its detail."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


class Faults(NamedTuple):
    """Rows that cannot be read (`where`, true at each of them), with one code and the detail of each row."""

    where: pl.Series
    code: str | pl.Series
    detail: str | pl.Series = ""


@dataclass
class Parsed:
    """Typed columns by the name of the staged column, and faults."""

    columns: dict[str, pl.Series]
    faults: list[Faults] = field(default_factory=list)


Reader = Callable[[pl.Series], Parsed]


class Parser(Protocol):
    """Reads the cells of one column."""

    def stages(self, field: str) -> list[Staged]:
        """The staged columns that it fills."""

    def reader(self, field: str, context: Context) -> Reader:
        """A reader for one batch. Its cells are trimmed; "" is an empty cell and becomes null without a fault."""


class Distinct(ABC):
    """Base of readers for columns of few different values: each value is read once."""

    type = Type.TEXT

    def stages(self, field: str) -> list[Staged]:
        return [Staged(field, self.type)]

    @abstractmethod
    def read_all(self, texts: Iterable[str], context: Context) -> dict[str, Any]:
        """Each text with its value or its Refused."""

    def reader(self, field: str, context: Context) -> Reader:
        known: dict[str, Any] = {}

        def read(cells: pl.Series) -> Parsed:
            texts = [text for text in cells.unique().to_list() if text]
            if len(known) > _MOST_KNOWN:
                known.clear()
            known.update(self.read_all([text for text in texts if text not in known], context))
            good = {text: known[text] for text in texts if not isinstance(known[text], Refused)}
            bad = {text: known[text] for text in texts if isinstance(known[text], Refused)}
            parsed = Parsed({field: _mapped(cells, good, self.type.polars)})
            if bad:
                codes = _mapped(cells, {text: refused.code for text, refused in bad.items()}, pl.String)
                details = _mapped(cells, {text: refused.detail for text, refused in bad.items()}, pl.String)
                parsed.faults.append(Faults(codes.is_not_null(), codes, details))
            return parsed

        return read


class OneByOne(Distinct):
    """Base of those whose values are read each for itself."""

    @abstractmethod
    def read(self, text: str, context: Context) -> Any:
        """The value of a cell; raises Refused."""

    def read_all(self, texts: Iterable[str], context: Context) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for text in texts:
            try:
                values[text] = self.read(text, context)
            except Refused as refused:
                values[text] = refused
        return values


def _mapped(cells: pl.Series, values: dict[str, Any], dtype: Any) -> pl.Series:
    if not values:
        return (
            pl.Series([None], dtype=dtype).extend_constant(None, len(cells) - 1) if len(cells) else pl.Series([], dtype)
        )
    keys = pl.Series(list(values), dtype=pl.String)
    return cells.replace_strict(keys, pl.Series(list(values.values()), dtype=dtype), default=None, return_dtype=dtype)
