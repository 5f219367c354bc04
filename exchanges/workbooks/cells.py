"""Cells of the parser as text."""

import math
from datetime import date, datetime, time
from typing import Any

# Excel keeps 15 digits of a number; what is longer has lost its end.
_DIGITS_KEPT = 10**15


def cell_text(value: Any) -> str:
    """A cell as text: numbers without a trailing .0, those beyond 15 digits as 6.10926E+17, dates in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return str(value)
        if abs(value) >= _DIGITS_KEPT:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else format(value, ".15g")
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def column_text(cells: tuple) -> list[str]:
    """A column of cells as text."""
    if set(map(type, cells)) <= {str}:
        return list(cells)
    return [cell if type(cell) is str else cell_text(cell) for cell in cells]
