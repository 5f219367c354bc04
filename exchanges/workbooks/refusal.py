"""Why a workbook is not read."""


class Refused(Exception):
    """The workbook is not opened: a code that the parent says in words, and its detail."""


class Uncut(Exception):
    """The XML is not written as spreadsheets do, row by row or text by text: it cannot be cut into slices."""


def refuse_declarations(xml: bytes) -> None:
    """Raises Refused for XML that declares a type or entities, which no spreadsheet does."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Refused("entities")
