"""Money: whole fen inside, yuan with two decimals outside. Never a float."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator

from policy.section import ELSEWHERE

FUNDS = ("medical_assistance", "central", "province", "city", "county", "department")
"""Where money comes from. `department` is the department responsible for the class."""

_YUAN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?\Z", re.ASCII)
_SHARE = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?%\Z", re.ASCII)
WHOLE = 10_000
"""100 % in hundredths of a percent."""


def parse_yuan(text: str) -> int:
    """Fen of a text such as `380`, `12.8` or `51.20`. Raises ValueError."""
    match = _YUAN.match(text)
    if not match:
        raise ValueError("an amount in yuan with at most two decimals was expected, as 380.00")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def parse_share(text: str) -> int:
    """Hundredths of a percent of a text such as `50%`. Raises ValueError."""
    match = _SHARE.match(text)
    share = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else WHOLE + 1
    if share > WHOLE:
        raise ValueError("a share from 0% to 100% was expected, as 50%")
    return share


@lru_cache(maxsize=4096)
def yuan(fen: int) -> str:
    """`38000` → `"380.00"`. Negative amounts keep their sign."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def take_share(fen: int, share: int) -> int:
    """A share (hundredths of a percent) of an amount, rounded half up to the fen."""
    return (fen * share + WHOLE // 2) // WHOLE


def split(fen: int, shares: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """An amount split by shares that add up to the whole; the last fund takes what rounding leaves, so that the parts
    add up.
    """
    parts, left = [], fen
    *first, last = shares
    for fund in first:
        part = min(take_share(fen, shares[fund]), left)
        parts.append((fund, part))
        left -= part
    parts.append((last, left))
    return tuple(parts)


def _fen(value: Any) -> Any:
    return parse_yuan(value) if isinstance(value, str) else value


def _fen_or_elsewhere(value: Any) -> Any:
    return None if value == ELSEWHERE else _fen(value)


def _share(value: Any) -> Any:
    return parse_share(value) if isinstance(value, str) else value


def _known_funds(value: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = [fund for fund in value if fund not in FUNDS]
    if unknown or not value:
        raise ValueError(f"funds out of {', '.join(FUNDS)} were expected, not {', '.join(unknown) or 'none'}")
    return MappingProxyType(dict(value))


@dataclass(frozen=True)
class FundPlan:
    """Who pays: by fixed `amounts` (fen), by `shares` (hundredths of a percent), or, with neither, as another
    document says.
    """

    amounts: Mapping[str, int] | None = None
    shares: Mapping[str, int] | None = None

    @property
    def total(self) -> int | None:
        """The sum of the amounts, None for a plan by shares or of another document."""
        return sum(self.amounts.values()) if self.amounts else None

    def split(self, fen: int) -> tuple[tuple[str, int], ...] | None:
        """An amount by fund; None where another document says. A plan by amounts splits its own total only."""
        if self.amounts:
            if fen != self.total:
                raise ValueError(f"the funds pay {self.total} fen and cannot be split for {fen}")
            return tuple(self.amounts.items())
        return split(fen, self.shares) if self.shares else None


def _fund_plan(value: Any) -> Any:
    if isinstance(value, FundPlan):
        return value
    if value == ELSEWHERE:
        return FundPlan()
    if isinstance(value, str):
        return FundPlan(shares=_known_funds({value: WHOLE}))
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for part in value.values()):
        raise ValueError("a fund, a mapping from funds to amounts or shares, or elsewhere was expected")
    by_share = all(part.endswith("%") for part in value.values())
    parts = _known_funds({fund: parse_share(part) if by_share else parse_yuan(part) for fund, part in value.items()})
    if not by_share:
        return FundPlan(amounts=parts)
    if sum(parts.values()) != WHOLE:
        raise ValueError(f"shares that add up to 100% were expected, not to {sum(parts.values()) / 100:g}%")
    return FundPlan(shares=parts)


Fen = Annotated[int, BeforeValidator(_fen)]
FenOrElsewhere = Annotated[int | None, BeforeValidator(_fen_or_elsewhere)]
Share = Annotated[int, BeforeValidator(_share)]
Funds = Annotated[Any, BeforeValidator(_fund_plan)]
"""A leaf that holds a FundPlan: `medical_assistance`, `{province: 45.00, city: 29.00}`, `{province: 50%, city: 50%}`,
`elsewhere`.
"""
