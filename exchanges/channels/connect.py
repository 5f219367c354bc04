"""A drop box is opened by the channel that its row names."""

from collections.abc import Iterator
from contextlib import contextmanager

from exchanges.channels.base import Channel
from exchanges.channels.folder import FolderChannel
from exchanges.channels.ftp import FtpChannel
from exchanges.channels.models import DropBox
from exchanges.channels.sftp import SftpChannel

_PORTS = {DropBox.Channel.SFTP: 22, DropBox.Channel.FTP: 21, DropBox.Channel.FTPS: 21}


@contextmanager
def opened(box: DropBox) -> Iterator[Channel]:
    """The channel of a box, closed afterwards. Raises ChannelError."""
    channel = _open(box)
    try:
        yield channel
    finally:
        channel.close()


def _open(box: DropBox) -> Channel:
    if box.channel == DropBox.Channel.FOLDER:
        return FolderChannel(box.folder)
    server = {
        "host": box.address,
        "port": box.port or _PORTS[DropBox.Channel(box.channel)],
        "user": box.user,
        "secret": box.secret or "",
        "folder": box.folder,
    }
    if box.channel == DropBox.Channel.SFTP:
        return SftpChannel(**server, host_key=box.host_key)
    return FtpChannel(**server, certificate=box.host_key, encrypted=box.channel == DropBox.Channel.FTPS)
