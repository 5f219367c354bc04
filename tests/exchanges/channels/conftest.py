"""A bureau with a drop box of each kind, on real servers."""

import json
import logging
from datetime import timedelta
from functools import partial

import pytest
import trustme

from accounts.models import Bureau, BureauKind
from accounts.queries import system_staff
from exchanges.channels.models import DropBox
from exchanges.channels.services import look_into
from exchanges.services import run_next
from tests.deliveries import HEADERS, csv_bytes
from tests.exchanges.channels.servers import PASSWORD, USER, FtpServer, SftpServer
from tests.exchanges.outbound.conftest import line, registered, tax  # noqa: F401  fixtures
from tests.factories import PINGLI, make_id_number

# Where a bureau's server is not of the usual kind, beside the channel by which it is reached.
SERVERS = {
    "sftp": ("sftp", SftpServer),
    "ftp": ("ftp", FtpServer),
    "old ftp": ("ftp", partial(FtpServer, without=("MLSD", "MLST"))),
    "ftps": ("ftps", lambda root: FtpServer(root, certificate=trustme.CA().issue_cert("ftp.example"))),
}
CHANNELS = ("folder", *SERVERS)


class Box:
    """The bureau's side of a drop box: `root` is the folder as the bureau sees it."""

    def __init__(self, row, root, server) -> None:
        self.row, self.root, self.server = row, root, server

    def look(self, *, stable=timedelta(0)):
        """One look; without patience a file is complete at the second one."""
        self.row.refresh_from_db()
        return look_into(box=self.row, by=system_staff(), stable=stable)

    def leave(self, name, data, **manifest):
        """The bureau leaves a file, with a manifest if one is given."""
        (self.root / name).write_bytes(data)
        if manifest:
            (self.root / f"{name}.manifest.json").write_text(json.dumps({"size": len(data), **manifest}))

    def collect(self):
        """What a schedule does in time: looks, works off, looks again."""
        for _round in range(2):
            self.look()
        while run_next():
            pass
        return self.look()

    def names(self, folder=""):
        return sorted(path.name for path in (self.root / folder).iterdir() if path.is_file())

    def receipts(self, folder):
        return [
            json.loads((self.root / folder / n).read_text()) for n in self.names(folder) if n.endswith(".receipt.json")
        ]


@pytest.fixture
def make_box(tree, settings, tmp_path):
    settings.MEDIA_ROOT, settings.DROP_FOLDERS = tmp_path / "media", tmp_path
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    servers = []

    def make(name, *, server=None, kind=BureauKind.POLICE, direction="in", **more):
        top = tmp_path / f"server{len(servers)}"
        root = top / "box"
        root.mkdir(parents=True)
        channel, usual = SERVERS.get(name, (name, lambda root: None))
        server = (server or usual)(top)
        servers.append(server)
        bureau, _new = Bureau.objects.get_or_create(name=f"县{kind}", kind=kind, region_id=PINGLI)
        row = DropBox.objects.create(
            bureau=bureau,
            direction=direction,
            channel=channel,
            folder=f"{top.name}/box" if server is None else "/box",
            **({"address": "127.0.0.1", "port": server.port, "user": USER, "secret": PASSWORD} if server else {}),
            **{"host_key": server.host_key if server else "", **more},
        )
        return Box(row, root, server)

    yield make
    for server in servers:
        if server is not None:
            server.stop()


@pytest.fixture(params=CHANNELS)
def box(request, make_box):
    """A box of the police for their population lists, once of each channel."""
    return make_box(request.param)


def population(*numbers):
    """A population list of so many synthetic people, as csv."""
    people = [["王小明", number, "610926102200", "", "", "", ""] for number in numbers or (make_id_number(),)]
    return csv_bytes([HEADERS["population"], *people])


NAME = f"population_{PINGLI}_2022.csv"
