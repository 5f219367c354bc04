import re

from exchanges.columns.base import Context, OneByOne, Refused, Type
from exchanges.columns.cells import narrow

_YUAN = re.compile(r"(?:([-−]?)[¥￥]? *|[¥￥] *([-−]))(\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.(\d{1,2})0*)? *元?", re.ASCII)


def read_fen(text: str) -> int:
    """Yuan with at most two decimals, to fen: 320, 320.5, 1,320.00, ¥320, -320.00, -¥320.00. Raises ValueError."""
    match = _YUAN.fullmatch(narrow(text).replace("\u00a0", " "))
    if not match:
        raise ValueError(text)
    fen = int(match[3].replace(",", "")) * 100 + int((match[4] or "0").ljust(2, "0"))
    return -fen if match[1] or match[2] else fen


class Fen(OneByOne):
    """An amount of money, in fen; a minus sign marks a reversal."""

    type = Type.INTEGER

    def read(self, text: str, context: Context) -> int:
        try:
            fen = read_fen(text)
        except ValueError:
            raise Refused("not_an_amount", text[:20]) from None
        if not fen and re.search("[-−]", narrow(text)):
            raise Refused("amount_zero")
        return fen
