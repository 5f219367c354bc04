"""Reads of the tree of divisions: by code and part of the tree (`tree`), by what people write (`lookup`)."""

from regions.queries.lookup import lookup, lookup_many
from regions.queries.tree import (
    PREFIX_DIGITS,
    AmbiguousRegion,
    RegionNotFound,
    ancestors,
    by_code,
    children,
    code_ranges,
    own_range,
    within_ranges,
)

__all__ = [
    "PREFIX_DIGITS",
    "AmbiguousRegion",
    "RegionNotFound",
    "ancestors",
    "by_code",
    "children",
    "code_ranges",
    "lookup",
    "lookup_many",
    "own_range",
    "within_ranges",
]
