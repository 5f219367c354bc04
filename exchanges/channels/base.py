"""What every channel can do, in one box folder. Names are plain file names; `done/name` lies one folder deeper."""

import socket
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

TIMEOUT_SECONDS = 20
PART = ".part"
# File systems allow 255 bytes; our number in front and the endings of what stands beside it take the rest.
MOST_NAME_BYTES = 200


class ChannelError(Exception):
    """The box cannot be reached or does not do what was asked; the message says what and why."""


class UnknownHostKey(ChannelError):
    """The server shows another key than the one that is pinned: nothing was sent to it, no password either."""


class Entry(NamedTuple):
    """A file that lies in the box, with its size in bytes; a folder has none."""

    name: str
    size: int | None


def is_plain(name: str) -> bool:
    """Whether a name is a file name and nothing else: no path, no line break or other sign that cannot be seen, no dot
    in front."""
    seen = all(unicodedata.category(sign)[0] != "C" for sign in name)
    return bool(name.strip()) and seen and not name.startswith(".") and not {"/", "\\"} & set(name)


class Channel(ABC):
    """One folder of a drop box. Every method raises ChannelError."""

    @abstractmethod
    def entries(self) -> list[Entry]:
        """The files and folders in the folder itself, names as the other side gives them."""

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
def told(address: str, *errors: type[Exception], words: Callable[[Exception], str] = str) -> Iterator[None]:
    """Turns the errors of a library into ChannelError, in the words that the channel has for them or those for what
    happens on every network; a missing file stays FileNotFoundError."""
    try:
        yield
    except (FileNotFoundError, ChannelError):
        raise
    except errors as error:
        reason = _network_words(error) or words(error) or type(error).__name__
        raise ChannelError(_("%(address)s: %(reason)s") % {"address": address, "reason": reason[:200]}) from error


def _network_words(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return _("There is no server of this name. Please check the address.")
    if isinstance(error, ConnectionRefusedError):
        return _("The server takes no connection there. Please check the port, and ask the bureau whether it runs.")
    if isinstance(error, TimeoutError):
        return _("The server does not answer. Please check address and port, and the firewall on the way.")
    if isinstance(error, ConnectionError | EOFError):
        return _("The connection broke off. It is tried again at the next look.")
    return ""


def wrong_password() -> str:
    """For a server that does not let us in."""
    return _("User or password are not accepted. Please ask the bureau for them and enter them anew.")


def no_folder(address: str, folder: str) -> ChannelError:
    """For a server that has not the folder of the box."""
    return ChannelError(_("%(address)s has no folder “%(folder)s”.") % {"address": address, "folder": folder})


def decoded(name: bytes) -> str:
    """The name of a file on another machine; bytes that are no UTF-8 become signs that `is_plain` refuses."""
    return name.decode("utf-8", "surrogateescape")
