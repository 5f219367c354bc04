import struct

import pytest
from django.core.files.base import ContentFile

from privacy import keyring
from privacy.storage import FRAME_BYTES, EncryptedFileSystemStorage
from tests.privacy.test_keyring import key


@pytest.fixture
def storage(tmp_path):
    return EncryptedFileSystemStorage(location=tmp_path)


def frames(path):
    data, cut = path.read_bytes(), []
    while data:
        length = 4 + struct.unpack(">I", data[:4])[0]
        cut.append(data[:length])
        data = data[length:]
    return cut


def read(storage, name):
    with storage.open(name) as stream:
        return stream.read()


@pytest.mark.parametrize(
    "size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES], ids=lambda size: f"{size} bytes"
)
def test_round_trip(storage, size):
    content = bytes(range(256)) * (size // 256 + 1)
    name = storage.save("list.xlsx", ContentFile(content[:size]))
    assert read(storage, name) == content[:size]
    assert storage.size(name) == size


def test_nothing_readable_is_on_disk(storage, tmp_path):
    name = storage.save("list.csv", ContentFile("张三,610926198001010011".encode()))
    assert b"610926198001010011" not in (tmp_path / name).read_bytes()


def test_frames_cannot_be_dropped_moved_or_cut(storage, tmp_path):
    content = b"a" * (2 * FRAME_BYTES + 5)
    path = tmp_path / storage.save("list.csv", ContentFile(content))
    first, second, last = frames(path)
    for changed in (
        first + second,
        second + first + last,
        first + last,
        first + second + last[:-1],
        first + second + last + first,
        b"",
        first[:2],
    ):
        path.write_bytes(changed)
        with pytest.raises(keyring.CannotDecrypt):
            read(storage, path.name)


def test_read_line_by_line_and_never_by_url(storage):
    name = storage.save("list.csv", ContentFile(b"a\nb\n"))
    with storage.open(name) as stream:
        assert list(stream) == [b"a\n", b"b\n"]
    with pytest.raises(ValueError):
        storage.open(name, "wb")
    with pytest.raises(ValueError):
        storage.url(name)


def test_resealing_with_a_new_key(storage, settings):
    settings.FIELD_KEYS = f"1:{key(1)}"
    name = storage.save("list.csv", ContentFile(b"a" * (FRAME_BYTES + 1)))
    settings.FIELD_KEYS = f"2:{key(2)},1:{key(1)}"
    assert storage.key_id_of(name) == 1
    storage.reseal(name)
    assert storage.key_id_of(name) == 2
    settings.FIELD_KEYS = f"2:{key(2)}"
    assert read(storage, name) == b"a" * (FRAME_BYTES + 1)
    assert storage.listdir("")[1] == [name]
