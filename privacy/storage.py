"""Files at rest are encrypted frame by frame, so that a file of any size is written and read in constant memory."""

import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from privacy import keyring

FRAME_BYTES = 1024 * 1024
_LENGTH = struct.Struct(">I")
_OVERHEAD_BYTES = _LENGTH.size + 1 + keyring.NONCE_BYTES + keyring.TAG_BYTES


def _purpose(position: int, last: bool) -> str:
    # Position and end are bound in, so that frames cannot be reordered, dropped or cut off unnoticed.
    return f"file:{position}:{'last' if last else 'more'}"


def seal_frames(source: IO[bytes]) -> Iterator[bytes]:
    """Encrypted frames of `source`: length (4 bytes), then the sealed bytes."""
    position, block = 0, source.read(FRAME_BYTES)
    while True:
        following = source.read(FRAME_BYTES) if block else b""
        sealed = keyring.encrypt(block, purpose=_purpose(position, not following))
        yield _LENGTH.pack(len(sealed)) + sealed
        if not following:
            return
        position, block = position + 1, following


class SealedReader(io.RawIOBase):
    """Reads the plain bytes of a sealed file forward; raises keyring.CannotDecrypt for a file that was changed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._position, self._rest, self._ended = stream, 0, b"", False

    def readable(self) -> bool:
        return True

    def _next_frame(self) -> bytes:
        head = self._stream.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            raise keyring.CannotDecrypt("the stored file is cut off")
        sealed = self._stream.read(_LENGTH.unpack(head)[0])
        here = self._stream.tell()
        self._ended = not self._stream.read(1)
        self._stream.seek(here)
        block = keyring.decrypt(sealed, purpose=_purpose(self._position, self._ended))
        self._position += 1
        return block

    def readinto(self, buffer: Any) -> int:
        while not self._rest and not self._ended:
            self._rest = self._next_frame()
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


@deconstructible
class EncryptedFileSystemStorage(FileSystemStorage):
    """FileSystemStorage whose files are sealed; it has no URL: files go out through views that check the scope."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """A name that no other file ever has: what is left half under it can be removed without looking."""
        root, ending = os.path.splitext(name)
        return super().get_available_name(self.get_alternative_name(root, ending), max_length)

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        try:
            return super()._save(name, _SealedContent(content))
        except BaseException:
            # A full disk, or a source that breaks off: no half file stays to take up room.
            self.delete(name)
            raise

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("sealed files are opened for reading only")
        opened = File(io.BufferedReader(SealedReader(io.BufferedReader(io.FileIO(self.path(name)))), FRAME_BYTES), name)
        opened.size = self.size(name)
        return opened

    def size(self, name: str) -> int:
        """Bytes of the plain content."""
        sealed = super().size(name)
        frames = -(-sealed // (FRAME_BYTES + _OVERHEAD_BYTES))
        return sealed - frames * _OVERHEAD_BYTES

    def key_id_of(self, name: str) -> int:
        """Id of the key that sealed the file."""
        with open(self.path(name), "rb") as stream:
            return keyring.key_id_of(stream.read(_LENGTH.size + 1)[_LENGTH.size :])

    def reseal(self, name: str) -> None:
        """Writes the file anew with the current key; a crash leaves the old file whole."""
        target = Path(self.path(name))
        fresh = target.with_name(f".{target.name}.resealed")
        with self.open(name) as plain, fresh.open("wb") as sealed:
            sealed.writelines(seal_frames(plain))
            sealed.flush()
            os.fsync(sealed.fileno())
        fresh.chmod(target.stat().st_mode & 0o777)
        fresh.replace(target)

    def url(self, name: str | None) -> str:
        raise ValueError("personal data has no URL")


class _SealedContent(ContentFile):
    """Content whose chunks are the sealed frames of another file."""

    def __init__(self, source: File) -> None:
        super().__init__(b"", name=source.name)
        self._source = source

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from seal_frames(self._source)
