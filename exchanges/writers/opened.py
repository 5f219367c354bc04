"""A writer is opened, and closed or given up; the sink tells the hash of what went to it."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from exchanges.writers.csv_file import CsvWriter
from exchanges.writers.heading import Heading
from exchanges.writers.xlsx_file import XlsxWriter

FORMATS = {"xlsx": XlsxWriter, "csv": CsvWriter}


class HashedSink:
    """Passes bytes on to a sink and hashes them."""

    def __init__(self, sink: Any) -> None:
        self._sink, self._hash = sink, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._sink.write(data)

    def flush(self) -> None:
        self._sink.flush()

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        return self._hash.hexdigest()


@contextmanager
def opened(
    format: str, sink: Any, heading: Heading, columns: Sequence[Any], *, encoding: str = "utf-8"
) -> Iterator[CsvWriter | XlsxWriter]:
    """A writer of the format (a key of FORMATS), whose file is complete at the end. Where it breaks off, nothing of it
    is left open."""
    writer = FORMATS[format](sink, heading, columns, encoding=encoding)
    try:
        yield writer
        writer.close()
    except BaseException:
        writer.abandon()
        raise
