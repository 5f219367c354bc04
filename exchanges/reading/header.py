"""Finds the header among the first rows of a file: by the names of the columns, in any order."""

import re
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from exchanges.columns.cells import narrow, trim
from exchanges.reading.layout import FileRefused

if TYPE_CHECKING:
    from exchanges.kinds import FileKind

LOOKED_THROUGH = 40
# Columns that an error file adds; they are no part of the list when it comes back mended.
ROW_NUMBER, REASONS = "行号", "错误原因"
_MARKS = re.compile(r"[\s*:：]|\((?:必填|选填|必选|可选|元|岁|人)\)")


class Header(NamedTuple):
    """Index of the header row, and the column of each field that was found."""

    row: int
    columns: dict[str, int]


def plain(header: str) -> str:
    """A header as it is compared: without spaces, line breaks, asterisks and “(必填)”."""
    return _MARKS.sub("", narrow(trim(header)).replace("（", "(").replace("）", ")"))


def _match(cells: list[str], kind: "FileKind") -> tuple[dict[str, int], list[str]]:
    """Columns of the fields by header, and the headers that two columns claim."""
    found: dict[str, int] = {}
    doubled = []
    names = [plain(cell) for cell in cells]
    for column in kind.columns:
        for group in ((column.header,), column.synonyms):
            places = [place for place, name in enumerate(names) if name and name in {plain(word) for word in group}]
            if len(places) > 1:
                doubled.append("、".join(cells[place] for place in places))
            if places:
                found[column.field] = places[0]
                break
    return found, doubled


def find_header(rows: list[list[str]], kind: "FileKind") -> Header:
    """The header of a list of that kind. Raises FileRefused: no header, columns missing, or two for one field."""
    best: tuple[int, dict[str, int], list[str]] | None = None
    for number, cells in enumerate(rows[:LOOKED_THROUGH]):
        found, doubled = _match(cells, kind)
        if found and (best is None or len(found) > len(best[1])):
            best = number, found, doubled
    if best is None or (len(best[1]) == 1 and len(kind.columns) > 1 and kind.key not in best[1]):
        seen = next(("、".join(cell for cell in row if cell)[:80] for row in rows if any(row)), "")
        if not seen:
            raise FileRefused(_("The file is empty. Please send the list with its header."))
        raise FileRefused(
            _(
                "No header was found in the first %(rows)s rows. The list “%(kind)s” needs the columns %(needed)s; "
                "found: %(seen)s"
            )
            % {"rows": LOOKED_THROUGH, "kind": kind.label, "needed": _needed(kind), "seen": seen}
        )
    number, found, doubled = best
    missing = [column.header for column in kind.columns if column.required and column.field not in found]
    if missing:
        raise FileRefused(
            _("The header in row %(row)s lacks %(missing)s. Found: %(seen)s. Please add the columns and send it again.")
            % {
                "row": number + 1,
                "missing": "、".join(missing),
                "seen": "、".join(cell for cell in rows[number] if cell)[:200],
            }
        )
    if doubled:
        raise FileRefused(
            _("Several columns mean the same: %(columns)s. Please leave only the right one.")
            % {"columns": "；".join(doubled)}
        )
    return Header(number, found)


def _needed(kind: "FileKind") -> str:
    return "、".join(column.header for column in kind.columns if column.required)
