"""A folder on this machine, below DROP_FOLDERS: nothing else of the disk is within reach."""

import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from exchanges.channels.base import Channel, ChannelError, Entry, told


class FolderChannel(Channel):
    def __init__(self, folder: str) -> None:
        top = Path(settings.DROP_FOLDERS).resolve()
        self._path = (top / folder.lstrip("/")).resolve()
        self._address = folder
        if top not in (self._path, *self._path.parents):
            raise ChannelError(_("The folder “%(folder)s” lies outside DROP_FOLDERS.") % {"folder": folder})
        if not self._path.is_dir():
            raise ChannelError(_("There is no folder “%(folder)s” in DROP_FOLDERS.") % {"folder": folder})

    def entries(self) -> list[Entry]:
        with told(self._address, OSError), os.scandir(self._path) as found:
            # A link may lead anywhere, so it is no file of this folder.
            return [
                Entry(item.name, item.stat(follow_symlinks=False).st_size)
                for item in found
                if item.is_file(follow_symlinks=False)
            ]

    def read(self, name: str, sink: Any) -> None:
        with told(self._address, OSError):
            descriptor = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW)
            with open(descriptor, "rb") as source:
                shutil.copyfileobj(source, sink)

    def write(self, name: str, source: Any) -> None:
        with told(self._address, OSError), (self._path / name).open("wb") as sink:
            shutil.copyfileobj(source, sink)
            sink.flush()
            os.fsync(sink.fileno())

    def rename(self, name: str, new: str) -> None:
        with told(self._address, OSError):
            (self._path / name).replace(self._path / new)

    def make_folder(self, name: str) -> None:
        with told(self._address, OSError):
            (self._path / name).mkdir(exist_ok=True)

    def close(self) -> None:
        """Nothing is held open."""
