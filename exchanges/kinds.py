"""Kinds of list that departments send. The room that owns the rows declares its kinds and registers them in
`AppConfig.ready()`; exchanges itself knows none.

    register(FileKind("population", _("Population list"), columns=(...), senders=frozenset({"police"}), …))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchanges.columns import Parser, Staged
from exchanges.problems import ROW_PROBLEMS

if TYPE_CHECKING:
    from exchanges.comparing import Comparison
    from exchanges.staging import Chunk, Staging


@dataclass(frozen=True)
class Column:
    """A column of a list: its header in the law's words, the other headers it goes by, and who reads its cells."""

    field: str
    header: str
    parser: Parser
    required: bool = False
    synonyms: tuple[str, ...] = ()
    example: str = ""
    rule: str | Promise = ""


# Refuses rows by what the register and the rest of the file say of them.
Check = Callable[["Staging"], None]
# Brings a chunk of accepted rows into the register; returns how many rows changed something.
Merge = Callable[["Chunk"], int]
# (keys of lists) → of their rows: key of the list, day of the recognition, day it was told of, how many.
Recognised = Callable[[Sequence[int]], Iterable[tuple[int, date, date, int]]]


@dataclass(frozen=True)
class FileKind:
    """A kind of list: columns, who may send it, checks across rows, and how its rows come into the register.

    `consequences` follow the merge of each chunk, in the same transaction: what the rows mean for what stands.
    `compare` says what a list would add, change and end, before refused rows are taken out; kinds that have it may be
    sent as complete lists, and `end_missing` then ends what such a list does not name any more.
    `tables` are those that the merge fills. `phases` are SQL conditions on the staged rows (alias `s`); the rows of a
    phase are merged before those of the next, whatever their order in the file. `staged` are columns that checks fill.
    `adds_up`: each row is an event of its own (a receipt), so that the order of lists does not matter; the rows of all
    other kinds say what stands, and an older list never undoes a newer one.
    `recognised` counts the rows of lists by the days that a deadline for each recognition asks for (SL-6.2d).
    `codes_of_others` are the problems of rows that another department should have sent.
    `key` is the field by which a row of the list is told from a total: no document number, or the name of a region.
    """

    name: str
    label: str | Promise
    columns: tuple[Column, ...]
    senders: frozenset[str]
    merge: Merge
    tables: tuple[str, ...]
    consequences: tuple[Merge, ...] = ()
    compare: "Callable[[Staging], Comparison] | None" = None
    end_missing: "Callable[[Staging, Comparison], int] | None" = None
    checks: tuple[Check, ...] = ()
    phases: tuple[str, ...] = ("",)
    staged: tuple[Staged, ...] = ()
    key: str = "id_number"
    adds_up: bool = False
    recognised: Recognised | None = None
    problems: Mapping[str, str | Promise] = field(default_factory=dict)
    codes_of_others: frozenset[str] = frozenset()
    help: str | Promise = ""

    def staged_columns(self) -> list[Staged]:
        """The columns of the staging table that the parsers fill, then those that checks fill."""
        return [staged for column in self.columns for staged in column.parser.stages(column.field)] + [*self.staged]

    def column(self, name: str) -> Column | None:
        """The column of a field; None for a problem of the whole row."""
        return next((column for column in self.columns if column.field == name), None)

    def reason(self, name: str, code: str, detail: str) -> str:
        """One reason in words: “身份证号：…”."""
        column = self.column(name)
        words = {**ROW_PROBLEMS, **self.problems}.get(code, gettext_lazy("is not right"))
        choices = getattr(column.parser, "listed", "") if column else ""
        text = str(words) % {"detail": detail, "choices": choices}
        return _("%(header)s: %(reason)s") % {"header": column.header, "reason": text} if column else text


class UnknownKind(LookupError):
    """There is no kind of that name; the message lists those there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有名为“{name}”的名单种类；可用：{'、'.join(sorted(_kinds))}")


_kinds: dict[str, FileKind] = {}


def register(kind: FileKind) -> None:
    """Adds a kind. Raises ValueError when another one already has its name."""
    if _kinds.get(kind.name, kind) is not kind:
        raise ValueError(f"two kinds of list are called {kind.name!r}")
    _kinds[kind.name] = kind


def label_of(name: str) -> str:
    """What the kind of list is called; the name itself where no room takes it any more."""
    return str(_kinds[name].label) if name in _kinds else name


def kinds() -> list[FileKind]:
    """All kinds in the order of their registration."""
    return list(_kinds.values())


def by_name(name: str) -> FileKind:
    """The kind of that name; raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None
