"""Cells as they are compared: trimmed, without invisible characters, full-width letters and digits made half-width.

Nothing is guessed: what has one meaning is written in one way, everything else stays for its reader to refuse.
"""

import polars as pl

# Zero-width and direction marks, soft hyphen, byte order mark: none is seen, and none belongs to a value.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
SPACES = " \t\r\n\x0b\x0c\u0085\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"
_WIDE = {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
_WIDE_TABLE = str.maketrans(_WIDE)
_INVISIBLE_TABLE = dict.fromkeys(map(ord, INVISIBLE))
LOST_DIGITS = r"^[+-]?[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}$"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def trim(text: str) -> str:
    """Without invisible characters and surrounding white space."""
    return text.translate(_INVISIBLE_TABLE).strip(SPACES)


def narrow(text: str) -> str:
    """Full-width letters, digits and signs made half-width."""
    return text.translate(_WIDE_TABLE)


def trim_all(cells: pl.Series) -> pl.Series:
    """As `trim`, for a column; null becomes ""."""
    cells = cells.fill_null("")
    if cells.str.contains(f"[{INVISIBLE}]").any():
        cells = cells.str.replace_all(f"[{INVISIBLE}]", "")
    cells = cells.str.strip_chars(SPACES)
    if cells.str.starts_with("'").any():
        # The error file puts an apostrophe in front of what a spreadsheet would compute (exchanges/error_file.py).
        cells = cells.str.replace(r"^'(\s*[=+\-@＝＋－＠])", "${1}").str.strip_chars(SPACES)
    return cells


def narrow_all(cells: pl.Series) -> pl.Series:
    """As `narrow`, for a column."""
    if not cells.str.contains("[\uff01-\uff5e\u3000]").any():
        return cells
    return cells.str.replace_many(list(_WIDE), list(_WIDE.values()))
