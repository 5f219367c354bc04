"""Workbooks of Excel 95 and 97 (xls): records of BIFF in a compound file, as [MS-XLS] and [MS-CFB] have them."""

import struct

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512
# A stream below this size would have to lie in the small sectors.
_SMALLEST = 4096


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams in its root."""
    contents = {
        name: content.ljust(max(_SMALLEST, -(-len(content) // _SECTOR) * _SECTOR), b"\0")
        for name, content in streams.items()
    }
    folder = -(-(len(contents) + 1) // 4)
    fat = [_FAT] + [place + 2 for place in range(folder - 1)] + [_END]
    starts, body = {}, b""
    for name, content in contents.items():
        starts[name] = len(fat)
        sectors = len(content) // _SECTOR
        fat += [len(fat) + place + 1 for place in range(sectors - 1)] + [_END]
        body += content
    assert len(fat) <= _SECTOR // 4, "one sector of the table is enough for tests"
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    names = list(contents)
    entries = _entry("Root Entry", 5, _END, 0, child=1 if names else _FREE)
    for place, name in enumerate(names):
        right = place + 2 if place + 1 < len(names) else _FREE
        entries += _entry(name, 2, starts[name], len(contents[name]), right=right)
    entries = entries.ljust(folder * _SECTOR, b"\0")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _SMALLEST, _END, 0, _END, 0)
    head += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    return head + struct.pack(f"<{len(fat)}I", *fat) + entries + body


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    return (
        written.ljust(64, b"\0")
        + struct.pack("<HBB", len(written), kind, 1)
        + struct.pack("<III", _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xls_bytes(rows: list[list[str]], *, biff: int = 8, password: bool = False, macros: bool = False) -> bytes:
    """Rows of text as a workbook with one sheet, of Excel 97 (`biff` 8) or 95 (5, in GBK)."""
    version = 0x0600 if biff == 8 else 0x0500
    begin = struct.pack("<HHHH", version, 5, 0x0DBB, 0x07CC) + bytes(8 if biff == 8 else 0)
    sheet = _record(0x0809, struct.pack("<H", version) + b"\x10\0" + begin[4:])
    sheet += _record(0x0200, _size(rows, biff))
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell:
                sheet += _record(0x0204, struct.pack("<HHH", line, place, 0) + _text(cell, biff))
    sheet += _record(0x000A)
    before = _record(0x0809, begin)
    if password:
        before += _record(0x002F, bytes(54))
    before += _record(0x0042, struct.pack("<H", 1200 if biff == 8 else 936))
    name = b"\x06\0Sheet1" if biff == 8 else b"\x06Sheet1"
    after = _record(0x000A)
    place = len(before) + 4 + 6 + len(name) + len(after)
    content = before + _record(0x0085, struct.pack("<IH", place, 0) + name) + after + sheet
    streams = {"Workbook" if biff == 8 else "Book": content}
    return compound(streams | ({"_VBA_PROJECT": bytes(8)} if macros else {}))


def _size(rows: list[list[str]], biff: int) -> bytes:
    widest = max(map(len, rows))
    rows_as = "<II" if biff == 8 else "<HH"
    return struct.pack(rows_as, 0, len(rows)) + struct.pack("<HHH", 0, widest, 0)


def _text(cell: str, biff: int) -> bytes:
    if biff == 8:
        return struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
    written = cell.encode("gbk")
    return struct.pack("<H", len(written)) + written
