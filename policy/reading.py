"""Readings: where a notice can be understood in more than one way, the pack says which way it takes.

A reading either `governs` a way of counting that the engine knows, or has `options` of the pack's own, which rules
name in their `reading:` to stand only under that option. Choosing another option is an amendment of the leaf
`readings.<id>.choice`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from policy.assistance import Tie
from policy.benefit import NoWaiting
from policy.period import Counting, NextMonth
from policy.section import ClauseIds, Section


class PastEnd(StrEnum):
    """A start of benefits that lies after their end."""

    CLOSED = "closed"


class NoRule(StrEnum):
    """A refund or a stay that the notice has no rule for."""

    PEOPLE_DECIDE = "people_decide"


GOVERNED = {
    "counting": Counting,
    "next_month": NextMonth,
    "no_waiting": NoWaiting,
    "tie": Tie,
    "past_end": PastEnd,
    "no_rule": NoRule,
}
"""What the engine itself reads, and the options it knows."""


class Reading(Section):
    """One reading, its choice, and what can be chosen. Of a single option the text leaves no other that could be
    calculated.
    """

    label: str
    clause: ClauseIds
    governs: Literal[tuple(GOVERNED)] | None = None
    choice: str
    options: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_choice(self):
        known = [each.value for each in GOVERNED[self.governs]] if self.governs else list(self.options)
        unknown = [option for option in self.options if option not in known]
        if unknown:
            raise ValueError(f"options: out of {', '.join(known)} were expected, not {', '.join(unknown)}")
        if self.choice not in known:
            raise ValueError(f"choice: one of {', '.join(known)} was expected, not {self.choice}")
        return self


def _checked_ids(readings: Mapping[str, Reading]) -> Mapping[str, Reading]:
    governed = [each.governs for each in readings.values() if each.governs]
    twice = {each for each in governed if governed.count(each) > 1}
    if twice:
        raise ValueError(f"one reading only may govern {', '.join(sorted(twice))}")
    return readings


Readings = Annotated[Mapping[str, Reading], AfterValidator(_checked_ids)]


def chosen(readings: Mapping[str, Reading], governs: str):
    """The option of what the engine reads; without such a reading, the engine's first."""
    for each in readings.values():
        if each.governs == governs:
            return GOVERNED[governs](each.choice)
    return next(iter(GOVERNED[governs]))


def reading_ids(readings: Mapping[str, Reading], governs: str) -> tuple[str, ...]:
    return tuple(key for key, each in readings.items() if each.governs == governs)


def stands(gate: Mapping[str, str], readings: Mapping[str, Reading]) -> bool:
    """Whether a rule stands under the readings chosen."""
    return all(readings[key].choice == option for key, option in gate.items())
