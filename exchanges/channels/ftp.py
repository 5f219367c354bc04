"""FTP and FTPS by ftplib. FTPS encrypts names and contents and knows the server by its certificate; FTP does neither
and is there for bureaus that have nothing else, inside a closed network."""

import binascii
import ftplib
import re
import ssl
from contextlib import AbstractContextManager
from typing import Any

from django.utils.translation import gettext as _

from exchanges.channels.base import (
    TIMEOUT_SECONDS,
    Channel,
    ChannelError,
    Entry,
    decoded,
    no_folder,
    told,
    wrong_password,
)

# ftplib refuses a line break in a command by a ValueError.
_ERRORS = (*ftplib.all_errors, ValueError)
_BLOCK_BYTES = 256 * 1024


def _words(error: Exception) -> str:
    """The replies of servers (RFC 959, 4.2.1) and of TLS in words of our own."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _(
            "The server shows another certificate than the one entered for it, or one that no authority has signed. "
            "Nothing was sent; ask the bureau for its certificate."
        )
    if isinstance(error, ssl.SSLError):
        return _no_encryption()
    reply = _code(error)
    if reply in {"430", "530", "532"}:
        return wrong_password()
    if reply in {"552", "452"}:
        return _("The disk of the server is full. Please ask the bureau to make room.")
    if reply in {"550", "553"}:
        return _("The server does not allow that: the user needs the right to read, write and rename in the folder.")
    return decoded(str(error).encode("latin-1", "replace")).encode("utf-8", "replace").decode()


def _no_encryption() -> str:
    return _("No encrypted connection comes about. Please ask the bureau whether its server speaks FTPS.")


def _code(error: Exception) -> str:
    return str(error)[:3] if isinstance(error, ftplib.Error) else ""


def _on_the_wire(name: str) -> str:
    """Names go as UTF-8. The client speaks Latin-1, in which any byte of a server's reply can be read."""
    return name.encode("utf-8", "surrogateescape").decode("latin-1")


class _Ftps(ftplib.FTP_TLS):
    """FTP_TLS that continues the session on data connections, as most servers ask for."""

    def ntransfercmd(self, cmd: str, rest: Any = None) -> tuple[Any, Any]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=self.sock.session)
        return connection, size


def _context(pinned: str, *, by_name: bool) -> ssl.SSLContext:
    """Trusts public authorities, or the certificates that are pinned: the server's own, whatever name is in it, or that
    of an authority, whose certificate must then be in the server's name."""
    if not pinned.strip():
        return ssl.create_default_context()
    context = ssl.create_default_context(cadata=pinned)
    # A server's own certificate need not be signed by itself to be the one that is trusted.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = by_name
    return context


def parse_certificates(text: str) -> list[bytes]:
    """The certificates (PEM) of a text, in DER. Raises ValueError."""
    found = re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", text, re.DOTALL)
    if not found:
        raise ValueError("a certificate of the form “-----BEGIN CERTIFICATE-----…” was expected")
    try:
        ssl.create_default_context(cadata="\n".join(found))
        return [ssl.PEM_cert_to_DER_cert(each) for each in found]
    except (ssl.SSLError, binascii.Error) as error:
        raise ValueError("the certificate cannot be read") from error


class FtpChannel(Channel):
    def __init__(
        self, *, host: str, port: int, user: str, secret: str, certificate: str, folder: str, encrypted: bool
    ) -> None:
        self._address = f"{'ftps' if encrypted else 'ftp'}://{host}:{port}"
        with self._told():
            self._client = self._secured(host, port, certificate) if encrypted else self._plain(host, port)
        try:
            with self._told():
                self._client.login(_on_the_wire(user), _on_the_wire(secret))
                if isinstance(self._client, _Ftps):
                    self._client.prot_p()
            if folder:
                self._enter(folder)
        except BaseException:
            self.close()
            raise

    def _told(self) -> AbstractContextManager[None]:
        return told(self._address, *_ERRORS, words=_words)

    @staticmethod
    def _plain(host: str, port: int) -> ftplib.FTP:
        client = ftplib.FTP(timeout=TIMEOUT_SECONDS, encoding="latin-1")
        client.connect(host, port)
        return client

    @staticmethod
    def _secured(host: str, port: int, pinned: str) -> _Ftps:
        """Connected and encrypted; the password was not said yet."""
        own = parse_certificates(pinned) if pinned.strip() else []
        for by_name in (False, True):
            client = _Ftps(context=_context(pinned, by_name=by_name), timeout=TIMEOUT_SECONDS, encoding="latin-1")
            client.connect(host, port)
            try:
                client.auth()
                # One that an authority we trust has signed must also be in the server's name.
                if not own or by_name or client.sock.getpeercert(binary_form=True) in own:
                    return client
            except ftplib.error_perm as error:
                client.close()
                raise ChannelError(f"ftps://{host}:{port}: {_no_encryption()}") from error
            except BaseException:
                client.close()
                raise
            client.close()
        raise AssertionError("unreachable")

    def _enter(self, folder: str) -> None:
        try:
            with self._told():
                self._client.cwd(_on_the_wire(folder))
        except ChannelError as error:
            if _code(error.__cause__) != "550":
                raise
            raise no_folder(self._address, folder) from error

    def entries(self) -> list[Entry]:
        with self._told():
            try:
                found = list(self._client.mlsd(facts=["type", "size"]))
            except ftplib.error_perm:
                return self._entries_of_old_servers()
            return [
                Entry(_read(name), None if facts["type"] == "dir" else int(facts.get("size", 0)))
                for name, facts in found
                if facts.get("type") in {"file", "dir"}
            ]

    def _entries_of_old_servers(self) -> list[Entry]:
        found = []
        try:
            names = self._client.nlst()
        except ftplib.error_perm as error:
            # Many servers say so of an empty folder.
            if _code(error) == "550":
                return []
            raise
        # The list has set the type to text, of which there are no sizes.
        self._client.voidcmd("TYPE I")
        for name in names:
            try:
                found.append(Entry(_read(name), self._client.size(name) or 0))
            except ftplib.error_perm as error:
                if _code(error) != "550":
                    raise
                found.append(Entry(_read(name), None))
        return found

    def read(self, name: str, sink: Any) -> None:
        with self._told():
            self._client.voidcmd("TYPE I")
            size, got = self._size(name), 0

            def take(block: bytes) -> None:
                nonlocal got
                got += len(block)
                sink.write(block)

            self._client.retrbinary(f"RETR {_on_the_wire(name)}", take, _BLOCK_BYTES)
            if got != size:
                raise ChannelError(
                    _("%(address)s: the connection broke off after %(got)s of %(size)s bytes.")
                    % {"address": self._address, "got": got, "size": size}
                )

    def _size(self, name: str) -> int:
        try:
            return self._client.size(_on_the_wire(name)) or 0
        except ftplib.error_perm as error:
            if _code(error) != "550":
                raise
            raise FileNotFoundError(name) from error

    def write(self, name: str, source: Any) -> None:
        with self._told():
            self._client.storbinary(f"STOR {_on_the_wire(name)}", source, _BLOCK_BYTES)

    def rename(self, name: str, new: str) -> None:
        with self._told():
            self._client.voidcmd("TYPE I")
            self._size(name)
            old, new = _on_the_wire(name), _on_the_wire(new)
            try:
                self._client.rename(old, new)
            except ftplib.error_perm:
                # Some servers do not rename over a file that is there.
                self._client.delete(new)
                self._client.rename(old, new)

    def make_folder(self, name: str) -> None:
        with self._told():
            try:
                self._client.mkd(_on_the_wire(name))
            except ftplib.error_perm:
                here = self._client.pwd()
                self._client.cwd(_on_the_wire(name))
                self._client.cwd(here)

    def close(self) -> None:
        self._client.close()


def _read(name: str) -> str:
    return decoded(name.encode("latin-1"))
