"""FTP and FTPS by ftplib. FTPS encrypts names and contents and knows the server by its certificate; FTP does neither
and is there for bureaus that have nothing else, inside a closed network."""

import ftplib
import ssl
from typing import Any

from django.utils.translation import gettext as _

from exchanges.channels.base import TIMEOUT_SECONDS, Channel, ChannelError, Entry, told

# ftplib refuses a line break in a command by a ValueError.
_ERRORS = (*ftplib.all_errors, ValueError)
_BLOCK_BYTES = 256 * 1024


class _Ftps(ftplib.FTP_TLS):
    """FTP_TLS that continues the session on data connections, as most servers ask for."""

    def ntransfercmd(self, cmd: str, rest: Any = None) -> tuple[Any, Any]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=self.sock.session)
        return connection, size


def _context(certificate: str) -> ssl.SSLContext:
    """Trusts public authorities, or the one certificate that is pinned, whatever name is in it."""
    if not certificate.strip():
        return ssl.create_default_context()
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False
    return context


class FtpChannel(Channel):
    def __init__(
        self, *, host: str, port: int, user: str, secret: str, certificate: str, folder: str, encrypted: bool
    ) -> None:
        self._address = f"{'ftps' if encrypted else 'ftp'}://{host}:{port}"
        with told(self._address, *_ERRORS):
            self._client = (
                _Ftps(context=_context(certificate), timeout=TIMEOUT_SECONDS, encoding="utf-8")
                if encrypted
                else ftplib.FTP(timeout=TIMEOUT_SECONDS, encoding="utf-8")
            )
            self._client.connect(host, port)
        try:
            with told(self._address, *_ERRORS):
                self._client.login(user, secret)
                if encrypted:
                    self._client.prot_p()
                if folder:
                    self._client.cwd(folder)
        except BaseException:
            self.close()
            raise

    def entries(self) -> list[Entry]:
        with told(self._address, *_ERRORS):
            try:
                found = list(self._client.mlsd(facts=["type", "size"]))
            except ftplib.error_perm:
                return self._entries_of_old_servers()
            return [Entry(name, int(facts.get("size", 0))) for name, facts in found if facts.get("type") == "file"]

    def _entries_of_old_servers(self) -> list[Entry]:
        self._client.voidcmd("TYPE I")
        found = []
        for name in self._client.nlst():
            try:
                found.append(Entry(name, self._client.size(name) or 0))
            except ftplib.error_perm:
                continue  # a folder has no size
        return found

    def read(self, name: str, sink: Any) -> None:
        with told(self._address, *_ERRORS):
            self._client.voidcmd("TYPE I")
            size, got = self._size(name), 0

            def take(block: bytes) -> None:
                nonlocal got
                got += len(block)
                sink.write(block)

            self._client.retrbinary(f"RETR {name}", take, _BLOCK_BYTES)
            if got != size:
                raise ChannelError(
                    _("%(address)s: the connection broke off after %(got)s of %(size)s bytes.")
                    % {"address": self._address, "got": got, "size": size}
                )

    def _size(self, name: str) -> int:
        try:
            return self._client.size(name) or 0
        except ftplib.error_perm as error:
            raise FileNotFoundError(name) from error

    def write(self, name: str, source: Any) -> None:
        with told(self._address, *_ERRORS):
            self._client.storbinary(f"STOR {name}", source, _BLOCK_BYTES)

    def rename(self, name: str, new: str) -> None:
        with told(self._address, *_ERRORS):
            self._client.voidcmd("TYPE I")
            self._size(name)
            try:
                self._client.rename(name, new)
            except ftplib.error_perm:
                # Some servers do not rename over a file that is there.
                self._client.delete(new)
                self._client.rename(name, new)

    def make_folder(self, name: str) -> None:
        with told(self._address, *_ERRORS):
            try:
                self._client.mkd(name)
            except ftplib.error_perm:
                here = self._client.pwd()
                self._client.cwd(name)
                self._client.cwd(here)

    def close(self) -> None:
        self._client.close()
