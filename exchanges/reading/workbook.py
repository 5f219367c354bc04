"""xlsx and xls: looked into before they are opened, parsed in a process of its own that has limits."""

import io
import marshal
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import polars as pl
from django.utils.translation import gettext as _

from exchanges.reading.header import LOOKED_THROUGH, Header, find_header
from exchanges.reading.layout import WIDEST, Block, FileRefused, Layout

if TYPE_CHECKING:
    from exchanges.kinds import FileKind

MOST_BYTES = 256 * 1024 * 1024
MOST_UNPACKED = 1024 * 1024 * 1024
# Sheets are text with much repetition; a list has been seen to pack to a twentieth, a bomb to a thousandth.
MOST_PACKED = 200
_PACKED_FROM = 32 * 1024 * 1024
_MOST_PARTS = 2_000
_SECONDS = 300
_CHILD = str(Path(__file__).with_name("workbook_child.py"))
_FRAME = struct.Struct(">Q")
_XML_HEAD = 64 * 1024


def open_workbook(
    opened: Callable[[], IO[bytes]], kind: "FileKind", format: str
) -> tuple[Layout, Callable[[], Iterator[Block]]]:
    """Layout and blocks of the one visible sheet that holds a list of the kind. Raises FileRefused."""
    with opened() as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileRefused(
            _("The workbook is larger than %(most)s MB. Please send it as csv.") % {"most": MOST_BYTES >> 20}
        )
    if format == "xlsx":
        _look_into(content)
    elif "EncryptedPackage".encode("utf-16-le") in content[: 1 << 20] or b"E\0n\0c\0r\0y\0p\0t\0e\0d" in content:
        raise FileRefused(_("The workbook is protected by a password. Please remove it and send the file again."))
    reading = _Child(content)
    try:
        place, sheet, header = _sheet_with(reading.sheets(), kind)
    except BaseException:
        reading.close()
        raise
    rows = sheet["rows"]
    layout = Layout(
        format,
        sheet=sheet["name"],
        header_row=header.row + 1,
        headers=[cell.strip() for cell in rows[header.row]],
        columns=header.columns,
        titles=rows[: header.row],
    )
    return layout, lambda: reading.blocks(place, layout.header_row)


def _look_into(content: bytes) -> None:
    """Refuses archives that are no plain workbook, before anything in them is opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename.lower() for part in parts}
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts) or 1
            if len(parts) > _MOST_PARTS or unpacked > MOST_UNPACKED:
                raise FileRefused(_("The workbook unpacks to more than any list needs; it was not opened."))
            if unpacked > _PACKED_FROM and unpacked / packed > MOST_PACKED:
                raise FileRefused(_("The workbook unpacks to more than any list needs; it was not opened."))
            if any(name.endswith("vbaproject.bin") for name in names):
                raise FileRefused(_("The workbook holds macros. Please save it as a plain xlsx and send that."))
            if "xl/workbook.xml" not in names:
                raise FileRefused(_("This archive is no Excel workbook. Please send xlsx, xls or csv, not packed."))
            if any(part.flag_bits & 1 for part in parts):
                raise FileRefused(
                    _("The workbook is protected by a password. Please remove it and send the file again.")
                )
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(part) as xml:
                        head = xml.read(_XML_HEAD)
                    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                        raise FileRefused(
                            _("The workbook declares XML entities, which no Excel writes; it was not opened.")
                        )
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise FileRefused(
            _("The workbook is damaged. Please open it in Excel or WPS, save it anew and send that.")
        ) from error


def _sheet_with(sheets: list[dict[str, Any]], kind: "FileKind") -> tuple[int, dict[str, Any], Header]:
    found, refused = [], None
    for place, sheet in enumerate(sheets):
        if sheet["width"] > WIDEST:
            refused = FileRefused(_("The file has more than %(most)s columns, so it is no list.") % {"most": WIDEST})
            continue
        try:
            found.append((place, sheet, find_header(sheet["rows"], kind)))
        except FileRefused as error:
            refused = refused or error
    if len(found) > 1:
        raise FileRefused(
            _("Several sheets hold a list: %(sheets)s. Please send one file for each of them.")
            % {"sheets": "、".join(sheet["name"] for _place, sheet, _header in found)}
        )
    if not found:
        raise refused or FileRefused(_("The workbook has no visible sheet with rows."))
    return found[0]


class _Child:
    """The process that parses the workbook. It gets the bytes on its standard input, so nothing lies on the disk."""

    def __init__(self, content: bytes) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", _CHILD, str(LOOKED_THROUGH), str(WIDEST)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._deadline = threading.Timer(_SECONDS, self._process.kill)
        self._deadline.daemon = True
        self._deadline.start()
        self._send(content)

    def _send(self, content: bytes) -> None:
        try:
            self._process.stdin.write(_FRAME.pack(len(content)))
            self._process.stdin.write(content)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._died() from error

    def _receive(self) -> Any:
        head = self._process.stdout.read(_FRAME.size)
        if len(head) < _FRAME.size:
            raise self._died()
        body = self._process.stdout.read(_FRAME.unpack(head)[0])
        answer = marshal.loads(body)
        if isinstance(answer, dict) and "error" in answer:
            self.close()
            raise FileRefused(_WORDS[answer["error"]]())
        return answer

    def _died(self) -> FileRefused:
        self.close()
        return FileRefused(
            _("The workbook needs more memory or time than any list does (cells far away from the table?). ")
            + _("Copy the list into a new workbook, or save it as csv, and send that.")
        )

    def sheets(self) -> list[dict[str, Any]]:
        """Name, width and first rows of each visible sheet that is not empty."""
        return self._receive()

    def blocks(self, place: int, header_row: int) -> Iterator[Block]:
        """The rows of one sheet below the header."""
        try:
            self._send(_FRAME.pack(place))
            first = 1
            while columns := self._receive():
                count = len(columns[0])
                numbers = pl.int_range(first, first + count, eager=True)
                frame = pl.DataFrame({f"c{c}": pl.Series(cells, dtype=pl.String) for c, cells in enumerate(columns)})
                first += count
                if first - 1 > header_row:
                    keep = numbers > header_row
                    yield Block(numbers.filter(keep), frame.filter(keep), pl.repeat(False, int(keep.sum()), eager=True))
        finally:
            self.close()

    def close(self) -> None:
        self._deadline.cancel()
        self._process.kill()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


_WORDS: dict[str, Callable[[], str]] = {
    "damaged": lambda: _("The workbook is damaged. Please open it in Excel or WPS, save it anew and send that."),
    "password": lambda: _("The workbook is protected by a password. Please remove it and send the file again."),
    "memory": lambda: _("The workbook needs more memory than any list does. Please send it as csv."),
}
