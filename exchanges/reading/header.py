"""Finds the header among the first rows of a file: by the names of the columns, in any order, in one line or in two."""

import re
from collections.abc import Collection
from typing import NamedTuple

from django.utils.translation import gettext as _

from exchanges.columns.cells import narrow, trim
from exchanges.kinds import FileKind, kinds
from exchanges.reading.layout import WIDEST, FileRefused

LOOKED_THROUGH = 40
# Columns that an error file adds; they are no part of the list when it comes back mended.
ROW_NUMBER, REASONS = "行号", "错误原因"
_BRACKETS = str.maketrans("（【［[〔〖）】］]〕〗", "(((((())))))")
# What is written beside a name without being part of it: signs, a number in front, and in brackets whether it must be
# filled in, its unit and its format. Anything else in brackets may change what the column means.
_NOTE = (
    r"(?:必填项?|必须填写|选填项?|非必填项?|必选|可选|(?:单位:?)?(?:人民币)?[元岁人年](?:/[人年])?|1[258]位(?:代码|数字|号码)?"
    r"|(?:设为)?文本(?:格式|型)?|日期(?:格式)?|yyyy[-./]?mm[-./]?dd|与?(?:居民)?身份证(?:上)?一致)"
)
_MARKS = re.compile(rf"[\s*:：★☆●◆▲△※#“”\"']|^\d{{1,2}}[.、](?!\d)|\({_NOTE}(?:[,，、;；]{_NOTE})*\)", re.IGNORECASE)
# Groups of columns that are about the person of the row, and about somebody beside that person.
_WHAT_OF_THEM = r"(?:人员|人|对象)?(?:基本|身份|个人)?(?:信息|情况|资料)?"
_OWN = re.compile(rf"(?:参保|参保登记|被保险|缴费|本人|个人|人员|学生|救助|保障){_WHAT_OF_THEM}")
_OTHERS = re.compile(
    r"(?:法定)?(?:监护|户主|代办|经办|联系|紧急联系|家长|父亲|母亲|父母|配偶|子女|抚养|赡养|代理|负责|填报|填表|帮扶)"
    rf"{_WHAT_OF_THEM}"
)
# Rows and columns that are merged, from 0: first row, first column, last row, last column.
Merged = Collection[tuple[int, int, int, int]]


class Header(NamedTuple):
    """Index of the (last) header row, the column of each field that was found, and the cells of that row."""

    row: int
    columns: dict[str, int]
    cells: list[str]


class _Line(NamedTuple):
    """A header that may stand in the rows up to `row`: the name of each column and the group above it."""

    row: int
    names: list[str]
    groups: list[str]

    def shown(self, place: int) -> str:
        """The name of a column, with its group in front: 监护人｜姓名."""
        group = self.groups[place]
        return f"{group}｜{self.names[place]}" if group else self.names[place]


class _Found(NamedTuple):
    line: _Line
    columns: dict[str, int]
    doubled: list[str]


def plain(header: str) -> str:
    """A header as it is compared: without spaces, line breaks, asterisks, “(必填)”, units and formats."""
    return _MARKS.sub("", re.sub(r"\s", "", narrow(trim(header)).translate(_BRACKETS)))


def find_header(rows: list[list[str]], kind: FileKind, merged: Merged = ()) -> Header:
    """The header of a list of that kind. Raises FileRefused: no header, columns missing, or two for one field.

    A header in two lines has groups of columns in the first and their names in the second; a column without a group
    has its name in either. Names below a group that is about somebody else (监护人) are no columns of the list.
    """
    best: _Found | None = None
    for number in range(min(len(rows), LOOKED_THROUGH)):
        found = _best_at(rows, number, kind, merged)
        if found.columns and (best is None or len(found.columns) > len(best.columns)):
            best = found
    if best is None or (len(best.columns) == 1 and len(kind.columns) > 1 and kind.key not in best.columns):
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
    line, columns, doubled = best
    if doubled:
        raise FileRefused(
            _("Several columns mean the same: %(columns)s. Please leave only the right one.")
            % {"columns": "；".join(doubled)}
        )
    missing = [column.header for column in kind.columns if column.required and column.field not in columns]
    if missing:
        raise FileRefused(
            _("The header in row %(row)s lacks %(missing)s. Found: %(seen)s. Please add the columns and send it again.")
            % {
                "row": line.row + 1,
                "missing": "、".join(missing),
                "seen": "、".join(line.shown(place) for place, name in enumerate(line.names) if name)[:200],
            }
        )
    _refuse_other_kind(line, columns, kind)
    last = rows[line.row]
    return Header(line.row, columns, last + [""] * (len(line.names) - len(last)))


def _refuse_other_kind(line: _Line, columns: dict[str, int], kind: FileKind) -> None:
    """A list of one kind handed in as another: identities hold everything that a population list needs, and would say
    of each person that nothing has befallen them."""
    for other in kinds():
        found = _match(line, other).columns
        complete = all(column.field in found for column in other.columns if column.required)
        if other is not kind and complete and len(found) > len(columns):
            raise FileRefused(
                _("The columns are those of the list “%(other)s”, not of “%(kind)s”. Please check the kind of list.")
                % {"other": other.label, "kind": kind.label}
            )


def _best_at(rows: list[list[str]], number: int, kind: FileKind, merged: Merged) -> _Found:
    """The row by itself, or with the one above it where that makes more of it, or says whose the columns are."""
    names = rows[number][: WIDEST + 1]
    alone = _match(_Line(number, names, [""] * len(names)), kind)
    if not number or not _may_hold_groups(rows[number - 1]):
        return alone
    both = _match(_two_lines(rows[number - 1], rows[number], number, merged), kind)
    says_whose = both.columns != alone.columns or both.doubled != alone.doubled
    return both if len(both.columns) > len(alone.columns) or (alone.columns and says_whose) else alone


def _may_hold_groups(cells: list[str]) -> bool:
    """A line with one cell is a title, unless the cell says whose the columns below it are."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 or any(_OWN.fullmatch(plain(cell)) or _OTHERS.fullmatch(plain(cell)) for cell in filled)


def _two_lines(upper: list[str], lower: list[str], number: int, merged: Merged) -> _Line:
    width = min(max(len(lower), len(upper)), WIDEST + 1)
    upper, lower = ([*row, *[""] * width][:width] for row in (upper, lower))
    spans = [(left, right) for top, left, _bottom, right in merged if top == number - 1]
    names, groups = [], []
    group = ""
    for place in range(width):
        span = next((span for span in spans if span[0] <= place <= span[1]), None)
        if span:
            group = upper[span[0]]
        elif spans or upper[place]:
            group = upper[place]
        if upper[place] and not lower[place]:
            # Merged downwards: the name of a column that belongs to no group.
            names.append(upper[place])
            groups.append("")
            group = ""
        else:
            names.append(lower[place])
            groups.append(group if lower[place] else "")
    return _Line(number, names, [_as_group(text) for text in groups])


def _as_group(text: str) -> str:
    """Titles stand above the header too; what has a colon in it, or is a whole sentence, is no group."""
    shown = trim(text)
    return "" if ":" in narrow(shown) or len(shown) > 20 else shown


def _match(line: _Line, kind: FileKind) -> _Found:
    """Columns of the fields by header, and the headers that two columns claim."""
    found: dict[str, int] = {}
    doubled = []
    whose = [plain(group) for group in line.groups]
    names = ["" if _OTHERS.fullmatch(group) else plain(name) for name, group in zip(line.names, whose, strict=True)]
    for column in kind.columns:
        own, synonyms = plain(column.header), {plain(word) for word in (*column.synonyms, column.field)}
        places = [place for place, name in enumerate(names) if name and (name == own or name in synonyms)]
        if len({whose[place] for place in places}) > 1:
            # Not even the list's own header goes before a synonym here: it may be that of somebody else.
            places = [place for place in places if _OWN.fullmatch(whose[place])] or places
        if len({whose[place] for place in places}) == 1:
            places = [place for place in places if names[place] == own] or places
        if len(places) > 1:
            doubled.append("、".join(line.shown(place) for place in places))
        if places:
            found[column.field] = places[0]
    return _Found(line, found, doubled)


def _needed(kind: FileKind) -> str:
    return "、".join(column.header for column in kind.columns if column.required)
