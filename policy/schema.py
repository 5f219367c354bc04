"""The schema of a pack: its head, its families of rules, and the checks that span them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, StringConstraints, model_validator

from policy.assistance import Assistance
from policy.condition import Group
from policy.contribution import Contribution, LongTermCare
from policy.duties import Duties
from policy.money import Fen, Funds
from policy.period import Span
from policy.reading import Readings
from policy.refund import Refund
from policy.section import IsoDate, Named, Rule, Section, Words
from policy.settlement import Settlement
from policy.stay import StayRule
from policy.window import Closed, WayIn, Window

HEAD = (
    "id",
    "title",
    "document_number",
    "issuers",
    "issued_on",
    "jurisdiction",
    "jurisdiction_name",
    "coverage_year",
    "based_on",
    "clauses",
    "assumed",
    "amendments",
)
"""What a pack says of itself; no clause is asked of it."""

DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class FiscalSubsidy(Rule):
    """Paid by the treasuries for every person enrolled."""

    total: Fen
    funds: Funds

    @model_validator(mode="after")
    def _funds_add_up(self):
        parts = self.funds.total
        if parts is not None and parts != self.total:
            raise ValueError(
                f"funds: parts that add up to {self.total / 100:.2f} were expected, not to {parts / 100:.2f}"
            )
        return self


class OwnClause(Section):
    """A clause that the common register does not hold: where it stands and what it says."""

    where: str
    rule: str
    area: str = "policy"


class AmendmentRecord(Section):
    """An amendment that a pack carries."""

    path: str
    value: str
    document_number: str
    reason: str
    dated: IsoDate | None = None


class Pack(Section):
    """A notice as data: immutable, equal by content. Figures are read through its sections; `data` is the resolved
    text.

    `jurisdiction` is the 12-digit division code of the area, `coverage_year` the year of the benefits. `assumed` are
    readings that every answer rests on.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: str
    document_number: str
    issuers: Words
    issued_on: IsoDate | None = None
    jurisdiction: DivisionCode
    jurisdiction_name: str
    coverage_year: Annotated[int, Field(ge=1990, le=2190)]
    based_on: str = ""
    clauses: Mapping[str, OwnClause] = Field(default_factory=dict)
    assumed: Words = ()
    amendments: tuple[AmendmentRecord, ...] = ()
    readings: Readings = Field(default_factory=dict)
    windows: Annotated[Mapping[str, Window], Named]
    groups: Annotated[Mapping[str, Group], Named] = Field(default_factory=dict)
    ways_in: Annotated[Mapping[str, WayIn], Named]
    closed: Closed
    contributions: Annotated[Mapping[str, Contribution], Named]
    long_term_care: LongTermCare | None = None
    fiscal_subsidy: FiscalSubsidy | None = None
    assistance: Assistance | None = None
    settlement: Settlement | None = None
    refund: Refund | None = None
    stay: StayRule | None = None
    duties: Duties = Field(default_factory=Duties)

    _data: dict[str, Any] = PrivateAttr(default_factory=dict)
    _version: str = PrivateAttr(default="")
    _register: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def version(self) -> str:
        """SHA-256 of the resolved content, amendments included, in hex: the same text gives the same version."""
        return self._version

    @property
    def data(self) -> Mapping[str, Any]:
        """The resolved text of the pack as nested mappings, lists and strings. Not to be changed."""
        return self._data

    @property
    def register(self) -> Mapping[str, Any]:
        """Every clause the pack may cite, by id: the common register and its own clauses."""
        return self._register

    @property
    def year(self) -> Span:
        """The coverage year."""
        return Span(date(self.coverage_year, 1, 1), date(self.coverage_year, 12, 31))

    @property
    def spans(self) -> dict[str, Span]:
        """The windows and the coverage year by name."""
        return {"year": self.year, **{name: window.span for name, window in self.windows.items()}}

    @cached_property
    def engine(self):
        """The pack compiled, ready to answer."""
        # The engine knows packs; a pack must not know the engine before it is asked.
        from policy.engine import Engine

        return Engine(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pack) and self._version == other._version

    def __repr__(self) -> str:
        return f"<Pack {self.id} {self._version[:12]}>"

    __str__ = __repr__

    def __hash__(self) -> int:
        return hash(self._version)
