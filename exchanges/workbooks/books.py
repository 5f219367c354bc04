"""A workbook as the reader goes through it: in slices of its sheets, or whole where it cannot be cut."""

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

from python_calamine import CalamineWorkbook

from exchanges.workbooks import old_excel, texts
from exchanges.workbooks.archive import TEXTS, Archive
from exchanges.workbooks.formulas import spelled_out
from exchanges.workbooks.refusal import Uncut
from exchanges.workbooks.sheet import SLICE_BYTES, SheetXml


class Book(Protocol):
    """What is asked of a workbook. `from_1904`: its numbers of days count from 1904, as those of old Macs do."""

    from_1904: bool

    def head(self) -> CalamineWorkbook:
        """With all sheets, of each at least the first rows and what is merged."""

    def texts(self) -> Iterator[list[str]]:
        """The texts that its cells only name, where they are many."""

    def size(self, place: int) -> int:
        """What `slices` counts up to for a sheet; 0 where it counts rows."""

    def slices(self, place: int) -> Iterator[tuple[CalamineWorkbook, int]]:
        """Workbooks with the next rows of a sheet, and how much has been read with each; rows keep their numbers."""


def opened(content: bytes, mark: bytes) -> Book:
    """The workbook; raises Refused for what is none, or none that a list comes in."""
    if content.startswith(old_excel.MAGIC):
        old_excel.look_at(content)
        return Whole(content)
    archive = Archive(content)
    with suppress(Uncut):
        return Sliced(archive, mark)
    return Whole(content, from_1904=archive.from_1904)


class Whole:
    """A workbook that the parser holds in full: an xls, or an xlsx that is not written as spreadsheets do."""

    def __init__(self, content: bytes, *, from_1904: bool = False) -> None:
        self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        self.from_1904 = from_1904

    def texts(self) -> Iterator[list[str]]:
        return iter(())

    def head(self) -> CalamineWorkbook:
        return self._book

    def size(self, place: int) -> int:
        return 0

    def slices(self, place: int) -> Iterator[tuple[CalamineWorkbook, int]]:
        yield self._book, 0


class Sliced:
    """An xlsx of which the parser gets some rows at a time. Raises Uncut where that cannot be."""

    def __init__(
        self,
        archive: Archive,
        mark: bytes,
        *,
        slice_bytes: int = SLICE_BYTES,
        texts_in_a_slice: int = texts.MOST_IN_A_SLICE,
        piece_bytes: int = texts.PIECE_BYTES,
    ) -> None:
        self._archive, self._slice_bytes, self._piece_bytes = archive, slice_bytes, piece_bytes
        self.from_1904 = archive.from_1904
        self._sheets = {name: SheetXml(lambda name=name: archive.open(name)) for name in archive.worksheets()}
        self._heads = {name: sheet.head() for name, sheet in self._sheets.items()}
        # Many texts are sent once, and the cells name them; few are in each slice.
        self._mark = mark if archive.size(TEXTS) > texts_in_a_slice else b""
        self._with_each = {TEXTS: archive.read(TEXTS)} if archive.size(TEXTS) and not self._mark else {}
        if self._mark:
            texts.check(archive.open(TEXTS), piece_bytes)

    def head(self) -> CalamineWorkbook:
        return self._made(self._heads)

    def texts(self) -> Iterator[list[str]]:
        return texts.all_of(self._archive.open(TEXTS), self._piece_bytes) if self._mark else iter(())

    def size(self, place: int) -> int:
        return self._archive.size(self._archive.sheets[place])

    def slices(self, place: int) -> Iterator[tuple[CalamineWorkbook, int]]:
        name = self._archive.sheets[place]
        others = {other: sheet.empty() for other, sheet in self._sheets.items() if other != name}
        for xml, read in self._sheets[name].slices(self._slice_bytes):
            yield self._made({**others, name: xml}), read

    def _made(self, sheets: dict[str, bytes]) -> CalamineWorkbook:
        sheets = {name: spelled_out(xml) for name, xml in sheets.items()}
        if self._mark:
            sheets = {name: texts.marked(xml, self._mark) for name, xml in sheets.items()}
        return self._archive.with_parts({**sheets, **self._with_each})
