"""Secrets at rest: AES-256-GCM, bound to what they belong to. The first of SEAL_KEYS seals, each of them opens."""

import base64
import os

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
    nonce = os.urandom(NONCE_BYTES)
    sealed = _ciphers()[0].encrypt(nonce, text.encode(), belongs_to.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, belongs_to: str) -> str:
    raw = base64.b64decode(sealed)
    for cipher in _ciphers():
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], belongs_to.encode()).decode()
        except InvalidTag:
            continue
    raise Unsealable


def _ciphers() -> list[AESGCM]:
    return [
        AESGCM(HKDF(SHA256(), length=32, salt=None, info=b"numberadmin seal").derive(key.encode()))
        for key in settings.SEAL_KEYS
    ]
