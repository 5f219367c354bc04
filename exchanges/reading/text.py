"""csv and txt: encoding, delimiter, then blocks read by polars; where quotes stand, by the csv module."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import IO, TYPE_CHECKING

import polars as pl
from django.utils.translation import gettext as _

from exchanges.reading.header import LOOKED_THROUGH, Header, find_header
from exchanges.reading.layout import LONGEST_LINE, ROWS_A_BLOCK, WIDEST, Block, FileRefused, Layout, Passed, nul_bytes

if TYPE_CHECKING:
    from exchanges.kinds import FileKind

Opened = Callable[[], IO[bytes]]
_BLOCK_BYTES = 4 * 1024 * 1024
_HEAD_BYTES = 128 * 1024
_DELIMITERS = (",", "\t", ";", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_text(opened: Opened, kind: "FileKind") -> tuple[Layout, Callable[[], Iterator[Block]], Passed]:
    """Layout and blocks of a text file, and how far they have been read. Raises FileRefused.

    The header is looked for first, so that what is no list is refused however long it is.
    """
    with opened() as stream:
        head = stream.read(_HEAD_BYTES)
    refused: FileRefused | None = None
    for encoding in _encodings(head):
        try:
            layout, width = _laid_out(_decoded(head, encoding), kind, encoding, cut_off=len(head) == _HEAD_BYTES)
        except UnicodeDecodeError:
            continue
        except FileRefused as error:
            refused = refused or error
            continue
        size = _size_in(opened, encoding)
        if size is not None:
            passed = Passed(size)
            return layout, partial(_blocks, opened, layout, width, passed), passed
    raise refused or _in_no_encoding(_encodings(head))


def _encodings(head: bytes) -> tuple[str, ...]:
    """Encodings that the text may be in, the likelier first, for a very short GBK text can be valid UTF-8."""
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    return (marked,) if marked else _unmarked(head)


def _unmarked(head: bytes) -> tuple[str, ...]:
    """Encodings of a text without a byte order mark. Digits and delimiters in UTF-16 have a NUL byte each, all of them
    behind or all of them before the other one; in no other text are there any."""
    behind, before = head[1::2].count(0), head[::2].count(0)
    if bool(behind) != bool(before) and (behind + before) * 10 > len(head):
        return ("utf-16-le",) if behind else ("utf-16-be",)
    return ("utf-8", "gb18030")


def _in_no_encoding(tried: tuple[str, ...]) -> FileRefused:
    if len(tried) == 1:
        return FileRefused(
            _("The file begins as text in %(encoding)s, but not all of it is. Was it cut off? Send it again.")
            % {"encoding": tried[0].removesuffix("-sig").upper()}
        )
    return FileRefused(
        _("The text is neither UTF-8 nor GB18030. Save it in Excel or WPS as xlsx, or as csv in UTF-8, and send that.")
    )


def _decoded(head: bytes, encoding: str) -> str:
    """The beginning of the text. Raises UnicodeDecodeError, FileRefused."""
    if b"\0" in head and not encoding.startswith("utf-16"):
        raise nul_bytes()
    text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    if "\0" in text:
        raise nul_bytes()
    return text


def _never_closed() -> FileRefused:
    return FileRefused(
        _(
            "A quotation mark is opened and never closed, so that rows stand in one cell. Please remove it, or export "
            "the list anew."
        )
    )


def _size_in(opened: Opened, encoding: str) -> int | None:
    """Bytes of the file, if all of it can be read in that encoding. Raises FileRefused."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    plain, size = encoding == "utf-8", 0
    try:
        with opened() as stream:
            while block := stream.read(_BLOCK_BYTES):
                size += len(block)
                if b"\0" in block and not encoding.startswith("utf-16"):
                    raise nul_bytes()
                plain = plain and block.isascii()
                if not plain and "\0" in decoder.decode(block):
                    raise nul_bytes()
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return size


def _laid_out(head: str, kind: "FileKind", encoding: str, *, cut_off: bool) -> tuple[Layout, int]:
    lines = list(io.StringIO(head, newline=""))
    if cut_off and len(lines) > 1:
        lines.pop()
    refused: FileRefused | None = None
    best: tuple[Header, list[list[str]], str] | None = None
    for delimiter in _DELIMITERS:
        try:
            rows = _some_rows(lines, delimiter)
            header = find_header(rows, kind)
        except FileRefused as error:
            # The refusal that knows the most columns is the one to tell; it is that of the delimiter that was used.
            if refused is None or head.count(delimiter) > head.count(","):
                refused = error
            continue
        if best is None or len(header.columns) > len(best[0].columns):
            best = header, rows, delimiter
    if best is None:
        raise refused
    header, rows, delimiter = best
    if len(header.cells) > WIDEST:
        raise FileRefused(_("The file has more than %(most)s columns, so it is no list.") % {"most": WIDEST})
    layout = Layout(
        "csv",
        encoding=encoding,
        delimiter=delimiter,
        header_row=header.row + 1,
        headers=[cell.strip() for cell in header.cells],
        columns=header.columns,
        titles=rows[: header.row],
    )
    return layout, len(header.cells)


def _some_rows(lines: list[str], delimiter: str) -> list[list[str]]:
    csv.field_size_limit(LONGEST_LINE)
    rows = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if len(rows) == LOOKED_THROUGH:
                break
    except csv.Error as error:
        raise _too_long() from error
    return rows


def _too_long() -> FileRefused:
    return FileRefused(
        _(
            "A line is longer than a megabyte, so this is no list; or a quotation mark is opened and never closed. "
            "Please export it anew."
        )
    )


def _utf8(opened: Opened, encoding: str, passed: Passed) -> Iterator[bytes]:
    """The content as blocks of UTF-8 without a byte order mark, line ends as \\n, each but the last ending a line."""
    carry = b""
    with opened() as stream:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        while True:
            raw = stream.read(_BLOCK_BYTES)
            passed.read += len(raw)
            block = carry + (raw if encoding == "utf-8" else decoder.decode(raw, final=not raw).encode())
            if not raw:
                break
            # A \r at the very end may be half of \r\n.
            cut = block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, -1) + 1
            carry = block[cut:]
            if len(carry) > LONGEST_LINE:
                raise _too_long()
            if cut:
                yield _line_ends(block[:cut])
    if len(block) > LONGEST_LINE:
        raise _too_long()
    if block:
        yield _line_ends(block)


def _line_ends(block: bytes) -> bytes:
    if b"\r" not in block:
        return block
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _blocks(opened: Opened, layout: Layout, width: int, passed: Passed) -> Iterator[Block]:
    """Rows below the header."""
    passed.read = passed.short_rows = 0
    stream = _utf8(opened, layout.encoding, passed)
    next_row = 1
    for block in stream:
        if b'"' in block:
            yield from _by_csv(_lines(block, stream), layout, width, next_row, passed)
            return
        for part in _of_few_lines(block):
            made = _by_polars(part, layout, width, next_row, passed)
            next_row += len(made.numbers)
            if next_row - 1 > layout.header_row:
                yield _below(made, layout.header_row)


def _of_few_lines(block: bytes) -> Iterator[bytes]:
    """A block of nothing but line ends has as many rows as bytes; a frame of them would not fit."""
    if block.count(b"\n") <= ROWS_A_BLOCK:
        yield block
        return
    lines = io.BytesIO(block)
    while part := b"".join(islice(lines, ROWS_A_BLOCK)):
        yield part


def _by_polars(block: bytes, layout: Layout, width: int, first: int, passed: Passed) -> Block:
    """A block without quotes: every line is a row."""
    mark = layout.delimiter.encode()
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    ragged: list[int] = []
    if block.count(mark) != lines * (width - 1) or b"\n\n" in block or block.startswith(b"\n"):
        ends = block.endswith(b"\n")
        block, ragged, short = _evened(block, mark, width)
        passed.short_rows += sum(first + place > layout.header_row for place in short)
        passed.breaks_off = not ends and bool(short) and short[-1] == lines - 1
    frame = pl.read_csv(
        block,
        has_header=False,
        separator=layout.delimiter,
        quote_char=None,
        schema={f"c{place}": pl.String for place in range(width)},
        empty_string_is_null=False,
    )
    rows = pl.int_range(len(frame), eager=True)
    return Block(rows + first, frame, rows.is_in(ragged) if ragged else pl.repeat(False, len(frame), eager=True))


def _evened(block: bytes, mark: bytes, width: int) -> tuple[bytes, list[int], list[int]]:
    """The block with as many cells in each line as the header has; the places of lines that had more of them, and of
    those that had fewer."""
    lines = block.removesuffix(b"\n").split(b"\n")
    ragged, short = [], []
    for place, line in enumerate(lines):
        missing = width - 1 - line.count(mark)
        if missing > 0 and line:
            short.append(place)
        if missing > 0 or not line:
            # A frame of one column would leave out a line without anything in it.
            lines[place] = (line or b" ") + mark * missing
        elif missing < 0:
            cells = line.split(mark)
            lines[place] = mark.join(cells[:width])
            if b"".join(cells[width:]).strip():
                ragged.append(place)
    return b"\n".join(lines), ragged, short


def _lines(block: bytes, rest: Iterator[bytes]) -> Iterator[str]:
    yield from io.StringIO(block.decode(), newline="")
    for block in rest:
        yield from io.StringIO(block.decode(), newline="")


def _by_csv(lines: Iterator[str], layout: Layout, width: int, next_row: int, passed: Passed) -> Iterator[Block]:
    measured = _Measured(lines)
    reader = csv.reader(measured, delimiter=layout.delimiter)
    rows: list[list[str]] = []
    size = 0
    try:
        for row in reader:
            size += measured.row_ends()
            rows.append(row)
            if row and len(row) < width and next_row + len(rows) - 1 > layout.header_row:
                passed.short_rows += 1
                passed.breaks_off = not measured.last.endswith("\n")
            if len(rows) < ROWS_A_BLOCK and size < _BLOCK_BYTES:
                continue
            yield from _made(rows, width, layout.header_row, next_row)
            next_row += len(rows)
            rows, size = [], 0
    except csv.Error as error:
        raise _too_long() from error
    yield from _made(rows, width, layout.header_row, next_row)


def _made(rows: list[list[str]], width: int, header_row: int, next_row: int) -> Iterator[Block]:
    if next_row + len(rows) - 1 > header_row:
        yield _below(_from_rows(rows, width, next_row), header_row)


class _Measured:
    """Lines of which no row may take more than a megabyte: one quoted cell after the other can go on over lines
    without an end."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._size, self._count, self._quotes, self.last = lines, 0, 0, 0, ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._size, self._count, self.last = self._size + len(line), self._count + 1, line
            self._quotes += line.count('"')
            if self._size > LONGEST_LINE:
                raise _too_long()
            yield line
        # A row that ends with the file though a quotation mark of it is open has taken the rows below it for a cell.
        if self._count > 1 and self._quotes % 2:
            raise _never_closed()

    def row_ends(self) -> int:
        """Characters of the row that has ended."""
        size, self._size, self._count, self._quotes = self._size, 0, 0, 0
        return size


def _from_rows(rows: list[list[str]], width: int, first: int) -> Block:
    padding = [""] * width
    columns = zip(*((row + padding)[:width] for row in rows), strict=True) if rows else [[]] * width
    return Block(
        pl.int_range(first, first + len(rows), eager=True),
        pl.DataFrame(
            {f"c{place}": list(column) for place, column in enumerate(columns)},
            dict.fromkeys((f"c{place}" for place in range(width)), pl.String),
        ),
        pl.Series([any(cell.strip() for cell in row[width:]) for row in rows], dtype=pl.Boolean),
    )


def _below(block: Block, header_row: int) -> Block:
    keep = block.numbers > header_row
    if keep.all():
        return block
    return Block(block.numbers.filter(keep), block.cells.filter(keep), block.ragged.filter(keep))
