import re
from collections.abc import Callable, Mapping
from typing import Any

from exchanges.columns.base import Context, OneByOne, Refused, Type
from exchanges.columns.cells import narrow

_WHOLE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.0+)?", re.ASCII)
_YEAR = re.compile(r"(\d{4})(?:\.0+)?(?:年|年度)?", re.ASCII)


class Choice(OneByOne):
    """One of a few words. `words` maps what may be written to what is meant; `listed` names them in an error.

    `allowed` may refuse a value for the batch: it gets the value and the context, and raises Refused.
    """

    def __init__(
        self,
        words: Mapping[str, Any],
        *,
        type: Type = Type.TEXT,
        listed: str = "",
        allowed: Callable[[Any, Context], None] | None = None,
    ) -> None:
        self.words = {word.lower(): value for word, value in words.items()}
        self.listed = listed or "、".join(words)
        self.type, self.allowed = type, allowed

    def read(self, text: str, context: Context) -> Any:
        word = "".join(narrow(text).split()).lower().removesuffix(".0")
        if word not in self.words:
            raise Refused("not_a_choice", text[:20])
        value = self.words[word]
        if self.allowed:
            self.allowed(value, context)
        return value


class Whole(OneByOne):
    """A whole number, not negative; its unit may stand behind it."""

    type = Type.INTEGER

    def __init__(self, unit: str = "") -> None:
        self.unit = unit

    def read(self, text: str, context: Context) -> int:
        match = _WHOLE.fullmatch(narrow(text).removesuffix(self.unit).rstrip())
        if not match:
            raise Refused("not_a_number", text[:20])
        return int(match[1].replace(",", ""))


class Year(OneByOne):
    """The coverage year of the row, which is that of the batch."""

    type = Type.INTEGER

    def read(self, text: str, context: Context) -> int:
        match = _YEAR.fullmatch(narrow(text))
        if not match:
            raise Refused("not_a_number", text[:20])
        if int(match[1]) != context.coverage_year:
            raise Refused("other_year", match[1])
        return int(match[1])
