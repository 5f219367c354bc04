"""Cells as they are compared: trimmed, without invisible characters, full-width letters and digits made half-width.

Nothing is guessed: what has one meaning is written in one way, everything else stays for its reader to refuse.
"""

import re

import polars as pl

# Zero-width and direction marks, soft hyphen, byte order mark, fillers, variation selectors: none is seen, and none
# belongs to a value.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef"
)
_WIDE_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
SPACES = " \t\r\n\x0b\x0c\u0085" + _WIDE_SPACES
_WIDE = {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
_WIDE_TABLE = str.maketrans(_WIDE)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# By these a spreadsheet keeps a cell as text: '610926… in a cell, ="610926…" in a csv.
_APOSTROPHE, _QUOTED = r"^'([^']*)$", r'^="([^"]*)"$'
LOST_DIGITS = r"^[+-]?[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}$"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def trim(text: str) -> str:
    """Without invisible characters and surrounding white space."""
    return _INVISIBLE.sub("", text).strip(SPACES)


def narrow(text: str) -> str:
    """Full-width letters, digits and signs made half-width."""
    return text.translate(_WIDE_TABLE)


def trim_all(cells: pl.Series) -> pl.Series:
    """As `trim`, for a column, and without the marks by which a spreadsheet keeps a cell as text; null becomes ""."""
    cells = cells.fill_null("")
    if cells.str.contains(f"[{INVISIBLE}]").any():
        cells = cells.str.replace_all(f"[{INVISIBLE}]", "")
    cells = cells.str.strip_chars(SPACES)
    if cells.str.starts_with("'").any():
        # The error file puts an apostrophe in front of what a spreadsheet would compute (exchanges/error_file.py).
        cells = cells.str.replace(r"^'(\s*[=+\-@＝＋－＠])", "${1}").str.replace(_APOSTROPHE, "${1}")
        cells = cells.str.strip_chars(SPACES)
    if cells.str.starts_with('="').any():
        cells = cells.str.replace(_QUOTED, "${1}").str.strip_chars(SPACES)
    return cells


def narrow_all(cells: pl.Series) -> pl.Series:
    """As `narrow`, for a column."""
    if not cells.str.contains("[\uff01-\uff5e\u3000]").any():
        return cells
    return cells.str.replace_many(list(_WIDE), list(_WIDE.values()))
