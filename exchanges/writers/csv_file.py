import re
from collections.abc import Sequence
from typing import IO

from exchanges.ledgers.registry import Column, Kind
from exchanges.writers.cells import printable, starts_formula
from exchanges.writers.heading import Heading

_NUMERIC = (Kind.INTEGER, Kind.MONEY, Kind.RATE)
# A cell that holds one of these is quoted; ";" because it separates cells where the comma is the decimal mark.
_QUOTED = frozenset('",;')
# What sends a block to be looked at cell by cell. A comma stands in front of a cell, or the row before's line break.
# Coarse, because it is quick: \xe3 and \xef are the first bytes of the ideographic space and of the full-width signs.
_FORMULA = re.compile(rb"[,\n][=+@\- \xe3\xef]")
# Quotes, semicolons, control characters but for line ends, and the first bytes of U+0080 to U+00BF and of surrogates,
# among which are others that may not stay; _HIGHEST begins U+FFC0 to U+FFFF, where the last of them are.
_SUSPECT = b'";\x7f\xc2\xed' + bytes(code for code in range(0x20) if code not in b"\r\n")
_HIGHEST = b"\xef\xbf"


class CsvWriter:
    """RFC 4180, lines end in CR LF. `encoding` is "utf-8" (with BOM, so that Excel knows it) or "gb18030".

    A text cell that a spreadsheet might take for a formula gets an apostrophe in front; negative amounts stay numbers.
    """

    def __init__(
        self, sink: IO[bytes], heading: Heading, columns: Sequence[Column], *, encoding: str = "utf-8"
    ) -> None:
        self._sink, self._encoding = sink, encoding
        self._heading = heading
        self._numeric = [column.kind in _NUMERIC for column in columns]
        self._rows = 0
        if encoding == "utf-8":
            sink.write(b"\xef\xbb\xbf")
        self._text_row(heading.title)
        self._text_row(heading.line)
        self._send(self._careful([column.header for column in columns], [False] * len(columns)) + "\r\n")

    def write_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """One block of rows of text."""
        if not rows:
            return
        self._rows += len(rows)
        # The look at a whole block costs a fraction of a look at each cell, and most blocks pass it.
        block = ("\r\n" + "\r\n".join([",".join(cells) for cells in rows]) + "\r\n").encode(errors="surrogatepass")
        if not self._plain(block, len(rows)):
            self._send("".join(self._careful(cells, self._numeric) + "\r\n" for cells in rows))
        elif self._encoding == "utf-8":
            self._sink.write(block[2:])
        else:
            self._send(block[2:].decode())

    def close(self) -> None:
        """Writes the foot; the sink stays open."""
        self._text_row(self._heading.foot(self._rows))

    def abandon(self) -> None:
        """Gives up a file that broke off; nothing is left open."""

    def _plain(self, block: bytes, rows: int) -> bool:
        """Whether no cell needs quotes, an apostrophe or a blank in place of a control character."""
        return (
            block.count(b",") == rows * (len(self._numeric) - 1)
            and block.count(b"\n") == block.count(b"\r") == rows + 1
            and len(block.translate(None, _SUSPECT)) == len(block)
            and _HIGHEST not in block
            and not _FORMULA.search(block)
        )

    def _text_row(self, text: str) -> None:
        self._send(self._careful([text], [False]) + "\r\n")

    def _careful(self, cells: Sequence[str], numeric: Sequence[bool]) -> str:
        return ",".join(cell if is_number else _cell(cell) for cell, is_number in zip(cells, numeric, strict=True))

    def _send(self, text: str) -> None:
        self._sink.write(text.encode(self._encoding))


def _cell(text: str) -> str:
    if starts_formula(text):
        text = "'" + text
    text = printable(text)
    if _QUOTED.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'
