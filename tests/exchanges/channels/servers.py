"""Real servers on loopback: SFTP by asyncssh, FTP by pyftpdlib, each in a thread of its own."""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

import asyncssh
import trustme
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "bureau", "not-a-secret"


class _Door(asyncssh.SSHServer):
    """Lets one user in and counts the passwords that it is shown."""

    shown: list[str]

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.shown.append(password)
        return (username, password) == (USER, PASSWORD)


class _Files(asyncssh.SFTPServer):
    """Cuts the connection in the midst of a file while `server.breaking` is set."""

    def __init__(self, channel: Any, server: "SftpServer") -> None:
        super().__init__(channel, chroot=str(server.root))
        self._server = server

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        if self._server.breaking:
            self.channel.get_connection().abort()
        return super().read(file_obj, offset, min(size, 16) if self._server.breaking else size)


class SftpServer:
    """An SFTP server over a folder; `host_key` is the line to pin."""

    def __init__(self, root: Path) -> None:
        self.root, self.passwords, self.breaking = root, [], False
        key = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = key.export_public_key().decode().strip()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        door = type("Door", (_Door,), {"shown": self.passwords})

        async def listen() -> asyncssh.SSHAcceptor:
            return await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[key],
                server_factory=door,
                sftp_factory=lambda channel: _Files(channel, self),
            )

        self._server = asyncio.run_coroutine_threadsafe(listen(), self._loop).result()
        self.port = self._server.get_port()

    def _end_tasks(self) -> None:
        async def end() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()

    def stop(self) -> None:
        if self._loop.is_closed():
            return

        async def close() -> None:
            self._server.close()
            await self._server.wait_closed()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result()
        self._end_tasks()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Doorkeeper(DummyAuthorizer):
    """Counts the passwords that it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def validate_authentication(self, username: str, password: str, handler: Any) -> None:
        self.shown.append(password)
        super().validate_authentication(username, password, handler)


class _Disk(AbstractedFS):
    """A disk that breaks off in the midst of a file while `server.breaking` is set."""

    server: "FtpServer"

    def open(self, filename: str, mode: str) -> Any:
        file = super().open(filename, mode)
        if self.server.breaking and "r" in mode:
            file.read(1)
            file.read = _no_more
        return file


def _no_more(size: int = -1) -> bytes:
    raise OSError("the disk of the server")


class FtpServer:
    """An FTP server over a folder; with a certificate, FTPS. `without` are commands that it does not know."""

    def __init__(
        self, root: Path, *, certificate: trustme.LeafCert | None = None, without: tuple[str, ...] = ()
    ) -> None:
        self.root, self.breaking = root, False
        authorizer = _Doorkeeper()
        self.passwords = authorizer.shown
        authorizer.add_user(USER, PASSWORD, str(root), perm="elradfmwMT")
        known = {name: about for name, about in FTPHandler.proto_cmds.items() if name not in without}
        parts: dict[str, Any] = {
            "authorizer": authorizer,
            "abstracted_fs": type("Disk", (_Disk,), {"server": self}),
            "unicode_errors": "surrogateescape",
            "auth_failed_timeout": 0,
        }
        base: type = FTPHandler
        if certificate is not None:
            base, known = TLS_FTPHandler, {**TLS_FTPHandler.proto_cmds, **known}
            file = root.parent / f"{root.name}.pem"
            certificate.private_key_and_cert_chain_pem.write_to_path(str(file))
            parts |= {"certfile": str(file), "tls_control_required": True, "tls_data_required": True}
        handler = type("Handler", (base,), {**parts, "proto_cmds": known})
        logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
        self.host_key = certificate.cert_chain_pems[0].bytes().decode() if certificate else ""
        self._server = FTPServer(("127.0.0.1", 0), handler, ioloop=IOLoop())
        self.port = self._server.address[1]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._ending.is_set():
            self._server.serve_forever(timeout=0.05, blocking=False)
        self._server.close_all()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()
