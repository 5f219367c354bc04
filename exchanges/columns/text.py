import re

import polars as pl

from exchanges.columns.base import Context, Faults, Parsed, Reader, Staged, Type
from exchanges.columns.cells import CONTROL, LOST_DIGITS, narrow_all

# Every dot that is written between the parts of a name (阿卜杜拉·买买提) is one dot, a full stop between Han characters
# as well.
_DOTS = dict.fromkeys("•‧∙⋅・･．●﹒․᛫ꞏㆍ\u0387", "·")
_HAN = r"[〇\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_FULL_STOP = re.compile(rf"(?<={_HAN})\s*\.\s*(?={_HAN})")
# 〇 is a character of names and counts as a numeral.
_NAME = r"^[\p{L}\p{M}\p{Co}〇][\p{L}\p{M}\p{Co}〇·.'’\- ]*$"
_BLANKS = r"[\t\u00a0\u1680\u2000-\u200a\u202f\u205f]"
_HAN_SPACE = re.compile(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")


class Text:
    """Free text of at most `longest` characters; an empty cell becomes ""."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def stages(self, field: str) -> list[Staged]:
        return [Staged(field, Type.TEXT)]

    def reader(self, field: str, context: Context) -> Reader:
        def read(cells: pl.Series) -> Parsed:
            return Parsed(
                {field: cells},
                [
                    Faults(cells.str.len_chars() > self.longest, "too_long", str(self.longest)),
                    Faults(cells.str.contains(CONTROL), "control_characters"),
                ],
            )

        return read


class Code:
    """A number or code that is kept as text, e.g. a receipt: letters, digits and hyphens.

    A cell in the notation 6.1E+17 was stored as a number: its digits are gone, so the row is refused.
    """

    def __init__(self, longest: int, problem: str) -> None:
        self.longest, self.problem = longest, problem

    def stages(self, field: str) -> list[Staged]:
        return [Staged(field, Type.TEXT)]

    def reader(self, field: str, context: Context) -> Reader:
        shape = rf"^[0-9A-Za-z][0-9A-Za-z\-]{{0,{self.longest - 1}}}$"

        def read(cells: pl.Series) -> Parsed:
            values = narrow_all(cells).str.strip_prefix("'")
            wrong = (values != "") & ~values.str.contains(shape)
            if not wrong.any():
                return Parsed({field: values})
            lost = wrong & values.str.contains(LOST_DIGITS)
            return Parsed(
                {field: values},
                [Faults(lost, "digits_lost", values), Faults(wrong & ~lost, self.problem, values.str.slice(0, 24))],
            )

        return read


class Name:
    """A person's name of at most 60 characters. Spaces that pad a Chinese name (张　三) are no part of it."""

    def stages(self, field: str) -> list[Staged]:
        return [Staged(field, Type.TEXT)]

    def reader(self, field: str, context: Context) -> Reader:
        def read(cells: pl.Series) -> Parsed:
            names = cells
            if not cells.str.contains(r"^[\p{Han}·]*$").all():
                names = narrow_all(cells.str.replace_many(list(_DOTS), list(_DOTS.values())))
                names = names.str.replace_all(_BLANKS, " ")
                untidy = names.str.contains("[ .]")
                if untidy.any():
                    names = names.replace({text: _tidy(text) for text in names.filter(untidy).unique()})
            wrong = (names != "") & ~names.str.contains(_NAME)
            return Parsed(
                {field: names},
                [Faults(wrong, "not_a_name"), Faults(names.str.len_chars() > 60, "too_long", "60")],
            )

        return read


def _tidy(name: str) -> str:
    return _FULL_STOP.sub("·", _HAN_SPACE.sub("", re.sub(" +", " ", name)))
