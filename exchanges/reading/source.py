"""Opens a file by what it is, not by what it is called."""

from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

from exchanges.reading import text, workbook
from exchanges.reading.layout import Block, FileRefused, Layout, Passed

if TYPE_CHECKING:
    from exchanges.kinds import FileKind

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"RIFF": "WebP",
    b"BM": "BMP",
    b"%PDF": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
}
# Markup of any sort, a saved web page, a document: Excel opens all of them.
_OPENED_BY_EXCEL = (b"<", b"mime-version:", b"{\\rtf")


class Source:
    """A file of which the header was found. `blocks()` yields the rows below it; `passed` says how far it has come."""

    def __init__(self, layout: Layout, blocks: Callable[[], Iterator[Block]], passed: Passed) -> None:
        self.layout, self.blocks, self.passed = layout, blocks, passed


def open_source(opened: Callable[[], IO[bytes]], kind: "FileKind") -> Source:
    """The file that `opened` opens (more than once), laid out as a list of the kind. Raises FileRefused."""
    with opened() as stream:
        head = stream.read(512)
    if not head.strip():
        raise FileRefused(_("The file is empty. Please send the list with its header."))
    if head.startswith(_ZIP):
        return Source(*workbook.open_workbook(opened, kind, "xlsx"))
    if head.startswith(_OLE):
        return Source(*workbook.open_workbook(opened, kind, "xls"))
    for magic, name in _PICTURES.items():
        # A title may begin with the letters BM; a picture has four reserved bytes behind its size.
        if head.startswith(magic) and (magic != b"BM" or head[6:10] == bytes(4)):
            raise FileRefused(
                _("This is a %(format)s file, not a table. Please send xlsx, xls or csv.") % {"format": name}
            )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_OPENED_BY_EXCEL):
        raise FileRefused(
            _(
                "This is a web page or document with the name of a table. Open it in Excel or WPS, save it as xlsx, "
                "send that."
            )
        )
    return Source(*text.open_text(opened, kind))
