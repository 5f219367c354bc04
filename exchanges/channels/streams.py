"""Sources and sinks of channels: bytes that come piece by piece, sinks that take no more than they should."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from exchanges.channels.naming import NotUnderstood


class Source:
    """Bytes, or blocks of them, read piece by piece."""

    def __init__(self, blocks: Any) -> None:
        self._blocks, self._rest = iter([blocks] if isinstance(blocks, bytes) else blocks), b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block
        taken = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(taken) :]
        return taken


class Limited:
    """Keeps what is written, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.data, self._most = b"", most

    def write(self, block: bytes) -> int:
        if len(self.data) + len(block) > self._most:
            raise NotUnderstood(_("The file is larger than %(most)s KB.") % {"most": self._most >> 10})
        self.data += block
        return len(block)


class Hashing:
    """Passes bytes on, hashes them, and takes no more than a list may have."""

    def __init__(self, sink: Any, most: int) -> None:
        self._sink, self._left, self._most, self.hash = sink, most, most, hashlib.sha256()

    def write(self, block: bytes) -> int:
        self._left -= len(block)
        if self._left < 0:
            raise NotUnderstood(
                _("The file is larger than %(most)s MB. Please send it in parts.") % {"most": self._most >> 20}
            )
        self.hash.update(block)
        return self._sink.write(block)
