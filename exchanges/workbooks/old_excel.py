"""An xls: what can be told of it before it is parsed."""

import re

from exchanges.workbooks.refusal import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams in a compound file, and in an xls the record that announces encryption behind the first one.
_PACKAGE, _MACROS, _BOOK, _BOOK_OF_95 = (
    name.encode("utf-16-le") for name in ("EncryptedPackage", "_VBA_PROJECT", "Workbook", "Book\0")
)
_ENCRYPTED = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)


def look_at(content: bytes) -> None:
    """Raises Refused for a password, macros, and a format older than that of Excel 97."""
    if _PACKAGE in content or _ENCRYPTED.search(content):
        raise Refused("password")
    if _MACROS in content:
        raise Refused("macros")
    if _BOOK_OF_95 in content and _BOOK not in content:
        raise Refused("excel_95")
