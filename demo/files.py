"""Writes the rows of a delivery as the file that a department would send."""

import csv
import io

from django.core.files.base import ContentFile
from xlsxwriter import Workbook

from demo.season import Delivery


def as_file(delivery: Delivery) -> ContentFile:
    """The file: xlsx or csv by its name; csv in GB18030, as the bureaus' systems write it; a title row above."""
    writer = _xlsx if delivery.name.endswith(".xlsx") else _csv
    return ContentFile(writer(delivery), name=delivery.name)


def _csv(delivery: Delivery) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([delivery.title])
    writer.writerows(delivery.rows)
    return text.getvalue().encode("gb18030")


def _xlsx(delivery: Delivery) -> bytes:
    memory = io.BytesIO()
    with Workbook(memory, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, delivery.title)
        for position, row in enumerate(delivery.rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(position, column, cell)
    return memory.getvalue()
