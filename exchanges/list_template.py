"""An empty workbook for a kind of list: its header, formatted as text, and a page that says what belongs in."""

import io

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from exchanges.kinds import FileKind


def empty_list(kind: FileKind) -> bytes:
    """The workbook. The first sheet is filled in and sent; the second explains."""
    memory = io.BytesIO()
    with Workbook(memory, {"in_memory": True, "strings_to_formulas": False}) as book:
        as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bg_color": "#EEF3F4"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(str(kind.label)[:31])
        # Text keeps every digit of a number that is typed in.
        sheet.set_column(0, len(kind.columns) - 1, 20, as_text)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(kind.columns):
            sheet.write_string(0, place, column.header, bold)
        notes = book.add_worksheet(_("Explanations"))
        notes.set_column(0, 1, 16)
        notes.set_column(2, 3, 50, wrapped)
        for place, title in enumerate((_("Column"), _("Required"), _("What belongs in"), _("Example"))):
            notes.write_string(0, place, title, bold)
        for line, column in enumerate(kind.columns, start=1):
            cells = (column.header, _("yes") if column.required else "", str(column.rule), column.example)
            for place, cell in enumerate(cells):
                notes.write_string(line, place, cell)
    return memory.getvalue()
