"""What every channel can do, in one box folder. Names are plain file names; `done/name` lies one folder deeper."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

TIMEOUT_SECONDS = 20
PART = ".part"


class ChannelError(Exception):
    """The box cannot be reached or does not do what was asked; the message says what and why."""


class UnknownHostKey(ChannelError):
    """The server shows another key than the one that is pinned: nothing was sent to it, no password either."""


class Entry(NamedTuple):
    """A file that lies in the box, with its size in bytes."""

    name: str
    size: int


def is_plain(name: str) -> bool:
    """Whether a name is a file name and nothing else: no path, no line break or other sign that cannot be seen, no dot
    in front, at most 150 characters."""
    seen = all(unicodedata.category(sign)[0] != "C" for sign in name)
    return bool(name.strip()) and seen and not name.startswith(".") and len(name) <= 150 and not {"/", "\\"} & set(name)


class Channel(ABC):
    """One folder of a drop box. Every method raises ChannelError."""

    @abstractmethod
    def entries(self) -> list[Entry]:
        """The files of the folder itself, names as the other side gives them."""

    @abstractmethod
    def read(self, name: str, sink: Any) -> None:
        """Copies a file to a sink (anything with `write(bytes)`). Raises FileNotFoundError where it is not there."""

    @abstractmethod
    def write(self, name: str, source: Any) -> None:
        """Writes a file from a source (anything with `read(size)`), over one of that name."""

    @abstractmethod
    def rename(self, name: str, new: str) -> None:
        """Gives a file another name in one step. Raises FileNotFoundError where it is not there."""

    @abstractmethod
    def make_folder(self, name: str) -> None:
        """Makes a folder below the box, unless it is there."""

    @abstractmethod
    def close(self) -> None:
        """Ends the connection."""

    def put(self, name: str, source: Any) -> None:
        """Writes a file under a name that nobody looks for, then renames it: it is there whole or not at all."""
        folder, _slash, last = name.rpartition("/")
        draft = f"{folder}/.{last}{PART}" if folder else f".{last}{PART}"
        self.write(draft, source)
        self.rename(draft, name)


@contextmanager
def told(address: str, *errors: type[Exception]) -> Iterator[None]:
    """Turns the errors of a library into ChannelError; a missing file stays FileNotFoundError."""
    try:
        yield
    except (FileNotFoundError, ChannelError):
        raise
    except errors as error:
        reason = str(error) or type(error).__name__
        raise ChannelError(_("%(address)s: %(reason)s") % {"address": address, "reason": reason[:200]}) from error
