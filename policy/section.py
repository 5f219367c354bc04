"""What every section of a pack is made of: frozen models that refuse unknown keys, and the types of their leaves.

A pack is text. All leaves arrive here as strings (`yaml.BaseLoader`), so that a division code stays a code, `no`
stays a word and a date is read in one way only.
"""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from policy.period import day_of

ELSEWHERE = "elsewhere"
"""How a pack says that another document sets a figure. In the model the figure is then None."""

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Section(BaseModel):
    """A part of a pack. Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, validate_default=False)


def _tuple(value: Any) -> Any:
    """One word stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def _iso_date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return day_of(value)
    raise ValueError("a date written YYYY-MM-DD was expected")


def _named(value: Mapping) -> Mapping:
    for name in value:
        if not NAME.match(name):
            raise ValueError(f"the name {name!r} may hold only small letters, digits and underscores")
    return MappingProxyType(dict(value))


ClauseIds = Annotated[tuple[str, ...], BeforeValidator(_tuple), Field(min_length=1)]
"""Ids of the register of clauses; the first one is the clause itself, the others stand beside it."""
Words = Annotated[tuple[str, ...], BeforeValidator(_tuple)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]

Named = AfterValidator(_named)
"""Annotation of an ordered mapping from a rule's name to the rule: checked names, read-only."""


class Rule(Section):
    """A named rule with its clause.

    `readings` are the readings it rests on; they are reported with every answer that used the rule. `reading` names
    readings that must be chosen so (`{R13: waiting}`), otherwise the rule does not stand; those are reported as well.
    """

    label: str = ""
    clause: ClauseIds
    readings: Words = ()
    reading: Mapping[str, str] = Field(default_factory=dict)

    @property
    def assumed(self) -> tuple[str, ...]:
        return (*self.readings, *self.reading)
