"""The keys of personal data: several for encryption (the first writes, all read), one for the blind index."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_BYTES = 16


class CannotDecrypt(Exception):
    """The stored bytes were written with a key that is not in FIELD_KEYS, or were changed."""


def _key(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(f"{where}: not valid base64") from error
    if len(key) != 32:
        raise ImproperlyConfigured(f"{where}: {len(key)} bytes, 32 are needed")
    return key


@cache
def _ciphers() -> dict[int, AESGCM]:
    """Key id → cipher, in the order of FIELD_KEYS; the first one encrypts."""
    ciphers: dict[int, AESGCM] = {}
    for entry in settings.FIELD_KEYS.split(","):
        number, _, text = entry.strip().partition(":")
        if not number.isdigit() or not 0 < int(number) < 256:
            raise ImproperlyConfigured("FIELD_KEYS: each entry is id:base64key, the id from 1 to 255")
        if int(number) in ciphers:
            raise ImproperlyConfigured(f"FIELD_KEYS: key {number} stands there twice")
        ciphers[int(number)] = AESGCM(_key(text, f"FIELD_KEYS, key {number}"))
    return ciphers


@cache
def _index_key() -> bytes:
    return _key(settings.INDEX_KEY, "INDEX_KEY")


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: object) -> None:
    if setting in {"FIELD_KEYS", "INDEX_KEY"}:
        _ciphers.cache_clear()
        _index_key.cache_clear()


def current_key_id() -> int:
    """Id of the key that encrypts now."""
    return next(iter(_ciphers()))


def key_id_of(sealed: bytes) -> int:
    """Id of the key that wrote these bytes."""
    return sealed[0]


def encrypt(plain: bytes, *, purpose: str) -> bytes:
    """Key id (1 byte), nonce (12), ciphertext and tag. `purpose` is bound in: a value moved to another column does
    not decrypt."""
    number = current_key_id()
    nonce = os.urandom(NONCE_BYTES)
    return bytes((number,)) + nonce + _ciphers()[number].encrypt(nonce, plain, purpose.encode())


def decrypt(sealed: bytes, *, purpose: str) -> bytes:
    """The plain bytes; raises CannotDecrypt."""
    cipher = _ciphers().get(sealed[0]) if sealed else None
    if cipher is None:
        raise CannotDecrypt(f"no key {sealed[0] if sealed else '?'} in FIELD_KEYS")
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotDecrypt("the stored value does not fit its key or its column") from error


def decrypt_many(values: Iterable[bytes], *, purpose: str) -> list[str]:
    """As `decrypt` for a column of texts."""
    ciphers, bound, start = _ciphers(), purpose.encode(), 1 + NONCE_BYTES
    try:
        return [ciphers[sealed[0]].decrypt(sealed[1:start], sealed[start:], bound).decode() for sealed in values]
    except KeyError as error:
        raise CannotDecrypt(f"no key {error.args[0]} in FIELD_KEYS") from error
    except (InvalidTag, IndexError, ValueError) as error:
        raise CannotDecrypt("a stored value does not fit its key or its column") from error


def encrypt_many(values: Iterable[str], *, purpose: str) -> list[bytes]:
    """As `encrypt` for a column of texts, with the random bytes drawn once."""
    texts = values if isinstance(values, list) else list(values)
    number = current_key_id()
    head, seal, bound = bytes((number,)), _ciphers()[number].encrypt, purpose.encode()
    noise = os.urandom(NONCE_BYTES * len(texts))
    sealed = []
    for position, text in enumerate(texts):
        nonce = noise[position * NONCE_BYTES : (position + 1) * NONCE_BYTES]
        sealed.append(head + nonce + seal(nonce, text.encode(), bound))
    return sealed


def blind_index(text: str, *, purpose: str) -> bytes:
    """16 bytes by which an encrypted value can be looked up and joined: HMAC-SHA256, truncated."""
    return hmac.digest(_index_key(), f"{purpose}\0{text}".encode(), hashlib.sha256)[:INDEX_BYTES]


def blind_index_many(values: Iterable[str], *, purpose: str) -> list[bytes]:
    """As `blind_index` for a column of texts."""
    key, prefix, digest = _index_key(), f"{purpose}\0", hmac.digest
    return [digest(key, (prefix + text).encode(), "sha256")[:INDEX_BYTES] for text in values]
