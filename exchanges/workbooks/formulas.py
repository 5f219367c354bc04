"""Cells that are computed. The parser makes nothing of an error, or of a formula that nobody has computed, as of an
empty cell; here such a cell says what stands in it, so that whoever reads it can refuse it."""

import re

_ERROR, _TEXT = b' t="e"', b' t="str"'
# What a cell ends in whose formula has no value; one that says it is a text was computed, and came to nothing.
_WITHOUT_VALUE = (b"</f></c>", b"</f><v/></c>", b"</f><v /></c>", b"</f><v></v></c>")
_UNCOMPUTED = re.compile(rb"<c ((?:(?! t=)[^<>])*)><f(?:[^<>]*[^<>/])?>([^<]*)</f>(?:<v ?/>|<v></v>)?</c>")


def spelled_out(sheet: bytes) -> bytes:
    """The XML of a sheet in which an error is the text “#N/A” and a formula without a value the text “=VLOOKUP(…)”."""
    sheet = sheet.replace(_ERROR, _TEXT)
    if any(end in sheet for end in _WITHOUT_VALUE):
        sheet = _UNCOMPUTED.sub(rb'<c \1 t="str"><v>=\2</v></c>', sheet)
    return sheet
