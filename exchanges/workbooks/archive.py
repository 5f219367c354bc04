"""An xlsx as the archive that it is: looked at before anything is parsed, put together anew from some of its parts."""

import io
import posixpath
import zipfile
from collections.abc import Mapping
from typing import IO
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

from exchanges.workbooks.refusal import Refused, refuse_declarations

MEGABYTE = 1024 * 1024
MOST_UNPACKED, MOST_UNPACKED_ASIDE = 1024 * MEGABYTE, 64 * MEGABYTE
# Sheets are text with much repetition; a list has been seen to pack to a twentieth, a bomb to a thousandth.
MOST_PACKED, _PACKED_FROM = 200, 32 * MEGABYTE
MOST_PARTS = 2_000
_BOOK, _RELATIONS, TEXTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml"
_SHEETS = "xl/worksheets/"
_PARSED = (".xml", ".rels")


class Archive:
    """The parts of a workbook by their names, which count without regard to case and kind of slash.

    Raises Refused for what is no plain workbook, BadZipFile and the like for a damaged one.
    """

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._parts = {_name(part): part for part in self._zip.infolist()}
        _look_at(self._parts)
        self._aside = {name: self.read(name) for name in self._parts if _is_aside(name)}
        if b"macroEnabled" in self._aside.get("[content_types].xml", b""):
            raise Refused("macros")
        book = ElementTree.fromstring(self._aside[_BOOK])
        # The part of each sheet, in the order in which the workbook names them.
        self.sheets = self._named_sheets(book)
        said = book.find("{*}workbookPr")
        self.from_1904 = said is not None and said.get("date1904") in ("1", "true", "on")

    def worksheets(self) -> set[str]:
        """The parts that are tables; the others are charts and dialogues."""
        return {name for name in self.sheets if name.startswith(_SHEETS)}

    def _named_sheets(self, book: ElementTree.Element) -> list[str]:
        relations = ElementTree.fromstring(self._aside[_RELATIONS])
        targets = {each.get("Id"): each.get("Target", "") for each in relations}
        ids = [
            next((value for key, value in sheet.items() if key.endswith("}id")), "")
            for sheet in book.iterfind("{*}sheets/{*}sheet")
        ]
        return [posixpath.normpath(posixpath.join("/xl", targets.get(id, "")))[1:].lower() for id in ids]

    def size(self, name: str) -> int:
        """The bytes that a part unpacks to; 0 where there is none."""
        return self._parts[name].file_size if name in self._parts else 0

    def open(self, name: str) -> IO[bytes]:
        """The unpacked part. Raises BadZipFile where there is none."""
        if name not in self._parts:
            raise zipfile.BadZipFile(name)
        return self._zip.open(self._parts[name])

    def read(self, name: str) -> bytes:
        """The unpacked part, nothing where there is none. Raises Refused where it declares entities."""
        if name not in self._parts:
            return b""
        xml = self._zip.read(self._parts[name])
        refuse_declarations(xml)
        return xml

    def with_parts(self, parts: Mapping[str, bytes]) -> CalamineWorkbook:
        """The workbook with these sheets and texts, and whatever there is beside them."""
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w") as made:
            for name, xml in {**self._aside, **parts}.items():
                if name.startswith(("xl/", "_rels/")):
                    made.writestr(name, xml)
        memory.seek(0)
        return CalamineWorkbook.from_filelike(memory)


def _name(part: zipfile.ZipInfo) -> str:
    return part.filename.replace("\\", "/").lower()


def _is_aside(name: str) -> bool:
    return name.endswith(_PARSED) and not name.startswith(_SHEETS) and name != TEXTS


def _look_at(parts: Mapping[str, zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts.values())
    packed = sum(part.compress_size for part in parts.values()) or 1
    aside = sum(part.file_size for name, part in parts.items() if _is_aside(name))
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or aside > MOST_UNPACKED_ASIDE:
        raise Refused("bomb")
    if unpacked > _PACKED_FROM and unpacked / packed > MOST_PACKED:
        raise Refused("bomb")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in parts):
        raise Refused("macros")
    if _BOOK not in parts or _RELATIONS not in parts:
        raise Refused("no_workbook")
    if any(part.flag_bits & 1 for part in parts.values()):
        raise Refused("password")
