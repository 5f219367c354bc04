"""Which month a list is about."""

import re
from collections.abc import Iterable

from exchanges.columns.cells import narrow

_MONTH = re.compile(
    r"(?<!\d)(20\d\d)\s*(?:年\s*(1[0-2]|0?[1-9])\s*月(?:份)?|[-./](1[0-2]|0[1-9])(?![\d\-./]))", re.ASCII
)
_GIVEN = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])", re.ASCII)


def period_of(titles: Iterable[Iterable[str]]) -> str:
    """The one month that the rows above the header name (2021年10月), as 2021-10; "" for none or several."""
    text = " ".join(cell for row in titles for cell in row)
    months = {f"{year}-{int(first or second):02d}" for year, first, second in _MONTH.findall(narrow(text))}
    return months.pop() if len(months) == 1 else ""


def read_period(text: str) -> str:
    """A period as staff give it: 2021-10. Raises ValueError."""
    if text and not _GIVEN.fullmatch(text):
        raise ValueError(text)
    return text
