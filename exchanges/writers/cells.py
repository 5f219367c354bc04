"""How a cell looks: from what the database holds to text, once for every format."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from exchanges.ledgers.registry import Column, Kind
from privacy.keyring import decrypt_many
from privacy.masks import mask_number

Cell = str | bytes
_TRUE = frozenset({"1", "t", "true", "True"})
_FORMULA = frozenset("=+-@＝＋－＠")


# Most amounts of a list are the same few.
@lru_cache(maxsize=4096)
def yuan(fen: str) -> str:
    """Fen as text → yuan with two decimals: "35000" → "350.00", "-5" → "-0.05"."""
    if not fen:
        return ""
    sign, digits = ("-", fen[1:]) if fen[0] == "-" else ("", fen)
    digits = digits.rjust(3, "0")
    return f"{sign}{digits[:-2]}.{digits[-2:]}"


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula: also after blanks, with full-width signs, and a tab or
    line break in front, which some readers drop."""
    return text[:1] in {"\t", "\r", "\n"} or text.lstrip()[:1] in _FORMULA


def printable(text: str) -> str:
    """The text without control characters and what XML forbids: each becomes a blank."""
    if text.isprintable():
        return text
    return "".join(sign if _allowed(sign) else " " for sign in text)


def _allowed(sign: str) -> bool:
    code = ord(sign)
    return not (code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE)


class Formatter:
    """Turns blocks of raw rows into rows of text, by column.

    Raw cells are text or bytes, "" for nothing, as `exchanges.ledgers.rows` reads them.
    """

    def __init__(self, columns: Sequence[Column], *, full_numbers: bool) -> None:
        self._full_numbers = full_numbers
        self._numbers = [(place, c.purpose) for place, c in enumerate(columns) if c.kind is Kind.NUMBER]
        found = ((place, _converter(column)) for place, column in enumerate(columns))
        self._converters = [(place, convert) for place, convert in found if convert]

    def __call__(self, rows: list[list[Cell]]) -> list[list[str]]:
        """The same rows with every cell converted, in place."""
        for place, purpose in self._numbers:
            self._open_numbers(rows, place, purpose)
        for place, convert in self._converters:
            for cells in rows:
                cells[place] = convert(cells[place])
        return rows

    def _open_numbers(self, rows: list[list[Cell]], place: int, purpose: str) -> None:
        opened = iter(decrypt_many([cells[place] for cells in rows if type(cells[place]) is bytes], purpose=purpose))
        show = str if self._full_numbers else mask_number
        for cells in rows:
            number = next(opened) if type(cells[place]) is bytes else cells[place]
            cells[place] = show(number) if number else ""


def _converter(column: Column) -> Callable[[str], str] | None:
    if column.labels:
        labels = {str(key): str(label) for key, label in column.labels.items()}
        return lambda cell: labels.get(cell, cell)
    if column.kind is Kind.MONEY:
        return yuan
    if column.kind is Kind.FLAG:
        return lambda cell: "是" if cell in _TRUE else ""
    return None
