import re
from collections.abc import Iterable
from typing import Any

from exchanges.columns.base import Context, Distinct, Refused
from exchanges.columns.cells import LOST_DIGITS, narrow
from regions.models import Level
from regions.queries import RegionNotFound, lookup_many

_LOST = re.compile(LOST_DIGITS)
_PLACES = {Level.TOWN, Level.VILLAGE, Level.AREA}


class Place(Distinct):
    """A town or village within the batch's area, by code, full name, or a name that is clear within the area.

    `anywhere`: a place that the area does not have may lie in any other part of the register.
    """

    def __init__(self, *, anywhere: bool = False) -> None:
        self.anywhere = anywhere

    def read_all(self, texts: Iterable[str], context: Context) -> dict[str, Any]:
        texts = list(texts)
        answers = lookup_many(texts, within=context.region, on=context.on) if texts else {}
        if self.anywhere:
            elsewhere = [text for text, answer in answers.items() if isinstance(answer, RegionNotFound)]
            answers |= lookup_many(elsewhere, on=context.on) if elsewhere else {}
        values: dict[str, Any] = {}
        for text, answer in answers.items():
            if _LOST.fullmatch(narrow(text)):
                values[text] = Refused("digits_lost", text)
            elif isinstance(answer, Exception):
                values[text] = Refused("region", str(answer)[:300])
            elif answer.level not in _PLACES:
                values[text] = Refused("region_too_high", text[:60])
            else:
                values[text] = answer.code
        return values
