import tempfile
from collections.abc import Iterator

from privacy import keyring

_FRAME_BYTES = 1024 * 1024


class SealedSpool:
    """A file on its way out, kept on disk until it is sent: sealed frame by frame, gone when it is closed.

    A ledger is written here first, so that its hash and its rows stand in the audit trail before the first byte leaves,
    and so that a slow line holds neither a worker's memory nor a reader of the database.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by close()
        self._waiting = bytearray()
        self._frames: list[int] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        """Takes bytes, at the end only."""
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) >= _FRAME_BYTES:
            self._seal(bytes(self._waiting[:_FRAME_BYTES]))
            del self._waiting[:_FRAME_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing to do: what is not a full frame stays in memory."""

    def chunks(self) -> Iterator[bytes]:
        """The plain bytes from the first to the last, once; the file is gone afterwards."""
        try:
            self._file.seek(0)
            for position, length in enumerate(self._frames):
                yield keyring.decrypt(self._file.read(length), purpose=f"spool:{position}")
            if self._waiting:
                yield bytes(self._waiting)
        finally:
            self.close()

    def close(self) -> None:
        self._file.close()
        self._waiting.clear()

    def _seal(self, frame: bytes) -> None:
        sealed = keyring.encrypt(frame, purpose=f"spool:{len(self._frames)}")
        self._file.write(sealed)
        self._frames.append(len(sealed))
