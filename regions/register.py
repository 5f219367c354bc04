"""A register of divisions with what belongs to it: areas, other spellings, and what rooms above attach to the tree."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from regions.services import (
    BUNDLED_ALIASES,
    BUNDLED_AREAS,
    BUNDLED_REGISTER,
    load_aliases,
    load_areas,
    load_divisions,
    load_successors,
)

# (whose name, business date) → how many rows were added.
Step = Callable[[Any, date], int]
_steps: dict[str, Step] = {}


def after_loading(name: str, step: Step) -> None:
    """Lets a room above add its rows whenever a register was loaded; `name` is what `load_register` counts them by."""
    _steps[name] = step


@transaction.atomic
def load_register(
    source: Path | str = BUNDLED_REGISTER, *, successors: Path | str | None = None, by: Any, on: date
) -> dict[str, int]:
    """Loads a register (by default the one that is shipped); the same again changes nothing.

    Areas and other spellings belong to the shipped data whichever register they are attached to. Returns counts of
    rows. Raises `regions.services.RegisterRefused`.
    """
    counts = asdict(load_divisions(source, by, on))
    counts["ended"] = load_successors(successors, by, on) if successors else 0
    counts["areas"] = load_areas(BUNDLED_AREAS, by, on)
    counts["aliases"] = load_aliases(BUNDLED_ALIASES, by, on)
    for name, step in _steps.items():
        counts[name] = step(by, on)
    return counts
