"""SFTP by paramiko. The server's key is pinned: one with another key is refused before anything is said to it."""

import base64
import binascii
import io
import socket
import stat
from contextlib import AbstractContextManager
from typing import Any

import paramiko
from django.utils.translation import gettext as _

from exchanges.channels.base import (
    TIMEOUT_SECONDS,
    Channel,
    ChannelError,
    Entry,
    UnknownHostKey,
    decoded,
    no_folder,
    told,
    wrong_password,
)

_ERRORS = (OSError, EOFError, paramiko.SSHException)
_KEY_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def parse_host_keys(text: str) -> list[paramiko.PKey]:
    """The keys of a server, one a line: several while it changes over to another one. Raises ValueError."""
    keys = [_host_key(line) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not keys:
        raise ValueError("a public key was expected")
    return keys


def _host_key(line: str) -> paramiko.PKey:
    """The key of a line as `ssh-keyscan` or known_hosts give it."""
    words = line.split()
    kinds = [place for place, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))]
    if not kinds or len(words) <= kinds[0] + 1:
        raise ValueError("a public key of the form “ssh-ed25519 AAAA…” was expected")
    kind, data = words[kinds[0] : kinds[0] + 2]
    try:
        return paramiko.PKey.from_type_string(kind, base64.b64decode(data, validate=True))
    except (binascii.Error, paramiko.SSHException, paramiko.UnknownKeyType, ValueError, IndexError) as error:
        raise ValueError("the public key cannot be read") from error


def _private_key(text: str) -> paramiko.PKey | None:
    """The private key, where the secret is one and no password."""
    if not text.lstrip().startswith("-----BEGIN"):
        return None
    for kind in _KEY_KINDS:
        try:
            return kind.from_private_key(io.StringIO(text.strip() + "\n"))
        except paramiko.SSHException:
            continue
    raise ChannelError(_("The private key of the drop box cannot be read."))


def _words(error: Exception) -> str:
    if isinstance(error, paramiko.AuthenticationException):
        return wrong_password()
    if isinstance(error, PermissionError):
        return _("The server does not allow that: the user needs the right to read, write and rename in the folder.")
    return str(error)


class _Answer(paramiko.Message):
    def get_text(self) -> str:
        return decoded(self.get_string())


class _Client(paramiko.SFTPClient):
    """A client that one file name in another encoding does not keep from seeing the others."""

    def _request(self, *asked: Any) -> tuple[Any, Any]:
        kind, answer = super()._request(*asked)
        return kind, answer if answer is None else _Answer(answer.get_remainder())


class SftpChannel(Channel):
    def __init__(self, *, host: str, port: int, user: str, secret: str, host_key: str, folder: str) -> None:
        self._address = f"sftp://{host}:{port}"
        try:
            pinned = parse_host_keys(host_key)
        except ValueError as error:
            raise UnknownHostKey(_("The key of the server %(host)s is not entered.") % {"host": host}) from error
        with self._told():
            self._transport = paramiko.Transport(socket.create_connection((host, port), TIMEOUT_SECONDS))
        try:
            with self._told():
                self._shake_hands(pinned, host)
                key = _private_key(secret)
                if key is not None:
                    self._transport.auth_publickey(user, key)
                else:
                    self._transport.auth_password(user, secret)
                self._client = _Client.from_transport(self._transport)
                self._client.get_channel().settimeout(TIMEOUT_SECONDS)
                self._client.chdir(folder or ".")
        except FileNotFoundError as error:
            self.close()
            raise no_folder(self._address, folder) from error
        except BaseException:
            self.close()
            raise

    def _told(self) -> AbstractContextManager[None]:
        return told(self._address, *_ERRORS, words=_words)

    def _shake_hands(self, pinned: list[paramiko.PKey], host: str) -> None:
        words = _(
            "%(host)s shows another key than the one entered for it%(shown)s. Nothing was sent; ask the bureau by "
            "telephone whether its server has changed, and only then enter the new key."
        )
        names = {key.get_name() for key in pinned}
        kinds = names - {"ssh-rsa"} | ({"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in names else set())
        offered = self._transport.get_security_options()
        offered.key_types = [kind for kind in offered.key_types if kind in kinds] or offered.key_types
        try:
            self._transport.start_client(timeout=TIMEOUT_SECONDS)
        except paramiko.ssh_exception.IncompatiblePeer as error:
            raise UnknownHostKey(words % {"host": host, "shown": ""}) from error
        shown = self._transport.get_remote_server_key()
        if shown.asbytes() not in {key.asbytes() for key in pinned}:
            raise UnknownHostKey(words % {"host": host, "shown": f" ({shown.fingerprint})"})

    def entries(self) -> list[Entry]:
        with self._told():
            return [
                Entry(item.filename, None if stat.S_ISDIR(item.st_mode) else item.st_size or 0)
                for item in self._client.listdir_attr(".")
                if item.st_mode is not None and (stat.S_ISREG(item.st_mode) or stat.S_ISDIR(item.st_mode))
            ]

    def read(self, name: str, sink: Any) -> None:
        with self._told():
            self._client.getfo(name, sink, max_concurrent_prefetch_requests=64)

    def write(self, name: str, source: Any) -> None:
        with self._told():
            self._client.putfo(source, name, confirm=True)

    def rename(self, name: str, new: str) -> None:
        with self._told():
            self._client.posix_rename(name, new)

    def make_folder(self, name: str) -> None:
        with self._told():
            try:
                self._client.stat(name)
            except FileNotFoundError:
                self._client.mkdir(name)

    def close(self) -> None:
        self._transport.close()
