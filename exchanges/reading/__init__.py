"""From a file of any department to blocks of text cells: format, encoding, header, total rows, row numbers."""

from exchanges.reading.header import Header, find_header
from exchanges.reading.layout import Block, FileRefused, Layout
from exchanges.reading.source import Source, open_source
from exchanges.reading.workbook import ReaderKilled

__all__ = ["Block", "FileRefused", "Header", "Layout", "ReaderKilled", "Source", "find_header", "open_source"]
