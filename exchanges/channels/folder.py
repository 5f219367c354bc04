"""A folder on this machine, below DROP_FOLDERS: nothing else of the disk is within reach."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.trouble import words_for
from exchanges.channels.base import Channel, ChannelError, Entry, told


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return _(
            "A link lies where a folder or a file of the box belongs. Nothing was read or written; please remove it."
        )
    if isinstance(error, PermissionError):
        return _("The service may not read and write there. Please give its user the right to the folder.")
    return words_for(error) or str(error)


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
        with told(self._address, OSError, words=_words), os.scandir(self._path) as found:
            # A link may lead anywhere, so it is neither file nor folder here.
            return [
                Entry(item.name, None if item.is_dir(follow_symlinks=False) else item.stat().st_size)
                for item in found
                if item.is_file(follow_symlinks=False) or item.is_dir(follow_symlinks=False)
            ]

    @contextmanager
    def _place(self, name: str) -> Iterator[tuple[int, str]]:
        """The folder of a name, opened, and the name in it. Whoever may write to the box may lay a link in it; none is
        followed, so that nothing is read or written elsewhere."""
        folder, _slash, last = name.rpartition("/")
        with told(self._address, OSError, words=_words):
            descriptor = os.open(self._path / folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                yield descriptor, last
            finally:
                os.close(descriptor)

    def read(self, name: str, sink: Any) -> None:
        with self._place(name) as (folder, last):
            # Without waiting: what the sender has put there in place of a file may be a pipe that nobody writes to.
            descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            with open(descriptor, "rb") as source:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise ChannelError(_("“%(name)s” is no file.") % {"name": last})
                shutil.copyfileobj(source, sink)

    def write(self, name: str, source: Any) -> None:
        with self._place(name) as (folder, last):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with open(os.open(last, flags, 0o666, dir_fd=folder), "wb") as sink:
                shutil.copyfileobj(source, sink)
                sink.flush()
                os.fsync(sink.fileno())

    def rename(self, name: str, new: str) -> None:
        with self._place(name) as (folder, last), self._place(new) as (new_folder, new_last):
            os.replace(last, new_last, src_dir_fd=folder, dst_dir_fd=new_folder)

    def make_folder(self, name: str) -> None:
        with self._place(name) as (folder, last), suppress(FileExistsError):
            os.mkdir(last, dir_fd=folder)
        with self._place(f"{name}/"):
            pass

    def close(self) -> None:
        """Nothing is held open."""
