"""Tables as files, streamed in constant memory: csv and xlsx.

A writer gets a sink (anything with `write(bytes)`, never read back or rewound), the heading and the columns, then
blocks of rows whose cells are text: "" for nothing, dates ISO, money in yuan, numbers plain (`cells.Formatter`).
"""

from exchanges.writers.cells import Formatter
from exchanges.writers.csv_file import CsvWriter
from exchanges.writers.heading import Heading
from exchanges.writers.opened import FORMATS, HashedSink, opened
from exchanges.writers.spool import SealedSpool
from exchanges.writers.xlsx_file import XlsxWriter

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset={encoding}",
}

__all__ = [
    "CONTENT_TYPES",
    "FORMATS",
    "CsvWriter",
    "Formatter",
    "HashedSink",
    "Heading",
    "SealedSpool",
    "XlsxWriter",
    "opened",
]
