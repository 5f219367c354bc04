import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from privacy import keyring


def key(byte: int) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()


def test_round_trip_and_key_id():
    sealed = keyring.encrypt("张三".encode(), purpose="a")
    assert keyring.decrypt(sealed, purpose="a").decode() == "张三"
    assert keyring.key_id_of(sealed) == keyring.current_key_id()


def test_the_same_text_is_never_the_same_bytes():
    assert keyring.encrypt(b"x", purpose="a") != keyring.encrypt(b"x", purpose="a")


def test_after_rotation_the_old_key_still_reads_and_the_new_one_writes(settings):
    settings.FIELD_KEYS = f"1:{key(1)}"
    old = keyring.encrypt(b"x", purpose="a")
    settings.FIELD_KEYS = f"2:{key(2)},1:{key(1)}"
    assert keyring.decrypt(old, purpose="a") == b"x"
    assert keyring.key_id_of(keyring.encrypt(b"x", purpose="a")) == 2
    settings.FIELD_KEYS = f"2:{key(2)}"
    with pytest.raises(keyring.CannotDecrypt, match="no key 1"):
        keyring.decrypt(old, purpose="a")
    with pytest.raises(keyring.CannotDecrypt, match="no key 1"):
        keyring.decrypt_many([old], purpose="a")


def test_a_value_belongs_to_its_column():
    sealed = keyring.encrypt(b"x", purpose="person.phone")
    with pytest.raises(keyring.CannotDecrypt):
        keyring.decrypt(sealed, purpose="person.id_number")


@pytest.mark.parametrize("position", [0, 1, 12, 13, -1])
def test_changed_bytes_are_refused(position):
    sealed = bytearray(keyring.encrypt(b"610926198001010011", purpose="a"))
    sealed[position] ^= 1
    with pytest.raises(keyring.CannotDecrypt):
        keyring.decrypt(bytes(sealed), purpose="a")


@pytest.mark.parametrize("length", [0, 1, 5, 13, 20])
def test_cut_off_bytes_are_refused(length):
    sealed = keyring.encrypt(b"610926198001010011", purpose="a")
    with pytest.raises(keyring.CannotDecrypt):
        keyring.decrypt(sealed[:length], purpose="a")


def test_many_are_as_one():
    texts = ["a", "", "张三", "b" * 5000]
    sealed = keyring.encrypt_many(texts, purpose="a")
    assert [keyring.decrypt(value, purpose="a").decode() for value in sealed] == texts
    assert keyring.decrypt_many(sealed, purpose="a") == texts
    assert len({value[1:13] for value in sealed}) == len(texts)
    assert keyring.blind_index_many(texts, purpose="n") == [keyring.blind_index(text, purpose="n") for text in texts]


def test_the_index_is_keyed_and_bound_to_its_purpose(settings):
    first = keyring.blind_index("610926198001010011", purpose="id_number")
    assert len(first) == keyring.INDEX_BYTES
    assert first == keyring.blind_index("610926198001010011", purpose="id_number")
    assert first != keyring.blind_index("610926198001010011", purpose="phone")
    settings.INDEX_KEY = key(9)
    assert first != keyring.blind_index("610926198001010011", purpose="id_number")


@pytest.mark.parametrize(
    "keys",
    ["", "1", "x:" + key(1), "0:" + key(1), "256:" + key(1), "1:short", "1:" + base64.b64encode(b"short").decode()],
)
def test_keys_that_are_none_are_named(settings, keys):
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        keyring.encrypt(b"x", purpose="a")


def test_an_id_stands_for_one_key(settings):
    settings.FIELD_KEYS = f"1:{key(1)},1:{key(2)}"
    with pytest.raises(ImproperlyConfigured, match="twice"):
        keyring.encrypt(b"x", purpose="a")
