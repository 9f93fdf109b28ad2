"""Secrets at rest: AES-256-GCM, bound to what they belong to. The first of SEAL_KEYS seals, each of them opens."""

import base64
import os
import zlib
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12


class Unsealable(Exception):
    """The text was sealed with a key that is gone, for something else, or was altered."""


def seal(text: str, belongs_to: str) -> str:
    """`text` as base64 that only `unseal` with the same `belongs_to` reads."""
    return _sealed(text.encode(), belongs_to)


def seal_packed(text: str, belongs_to: str) -> str:
    """The same in less room, for a text that holds no secret beside what others chose: lengths tell of it."""
    return _sealed(zlib.compress(text.encode(), 9), belongs_to)


def opened_packed(sealed: str, belongs_to: str) -> str:
    """What `seal_packed` gave; empty where it cannot be opened."""
    try:
        return zlib.decompress(_opened(sealed, belongs_to)[0]).decode()
    except Unsealable:
        return ""


def unseal(sealed: str, belongs_to: str) -> str:
    """Raises Unsealable."""
    return _opened(sealed, belongs_to)[0].decode()


def opened(sealed: str, belongs_to: str) -> str:
    """The same for what is worth little and made anew if need be: empty where it cannot be opened."""
    try:
        return unseal(sealed, belongs_to)
    except Unsealable:
        return ""


def renewed(sealed: str, belongs_to: str) -> str:
    """The same text under the newest key; what is under it already comes back as it is. Raises Unsealable."""
    raw, key = _opened(sealed, belongs_to)
    return sealed if key == 0 else _sealed(raw, belongs_to)


def _sealed(raw: bytes, belongs_to: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return base64.b64encode(nonce + _ciphers()[0].encrypt(nonce, raw, belongs_to.encode())).decode()


def _opened(sealed: str, belongs_to: str) -> tuple[bytes, int]:
    """What was sealed, and which of the keys it was under."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError:
        raise Unsealable from None
    for key, cipher in enumerate(_ciphers()):
        # What is too short to hold a tag is a ValueError to the cipher.
        with suppress(InvalidTag, ValueError):
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], belongs_to.encode()), key
    raise Unsealable


def _ciphers() -> list[AESGCM]:
    return [
        AESGCM(HKDF(SHA256(), length=32, salt=None, info=b"numberadmin seal").derive(key.encode()))
        for key in settings.SEAL_KEYS
    ]
