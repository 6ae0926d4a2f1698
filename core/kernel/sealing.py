"""Envelope encryption: AES-256-GCM, a data key per tenant, wrapped by the master key.

A sealed value is `version ‖ nonce(12) ‖ ciphertext+tag` (NIST SP 800-38D). What it belongs to
(tenant, person, provider, row) is bound as associated data: moved elsewhere, it does not open.
"""

import base64
import hashlib
import os
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.kernel.secret import Secret

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
VERSION = b"\x01"


class CannotOpen(Exception):
    """The value was sealed with another key, for another row, or was altered."""


class Sealer:
    """Seals with one 256-bit key; opens with that one, and with older ones while they last."""

    def __init__(self, key: bytes, *older: bytes) -> None:
        keys = (key, *older)
        if any(len(one) != KEY_BYTES for one in keys):
            raise ValueError(f"a key is {KEY_BYTES} bytes")
        self._aeads = [AESGCM(one) for one in keys]
        self.key_ids = tuple(key_id_of(one) for one in keys)

    @property
    def key_id(self) -> str:
        """Of the key that seals; stored beside what it sealed."""
        return self.key_ids[0]

    def seal(self, value: bytes, *belongs_to: str) -> bytes:
        """*belongs_to* must be given again to open."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._aeads[0].encrypt(nonce, value, _associated(belongs_to))

    def open(self, sealed: bytes, *belongs_to: str) -> bytes:
        """Raises CannotOpen."""
        if sealed[:1] != VERSION or len(sealed) < len(VERSION) + NONCE_BYTES + TAG_BYTES:
            raise CannotOpen("not sealed by this version")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for aead in self._aeads:
            with suppress(InvalidTag):
                return aead.decrypt(nonce, body, _associated(belongs_to))
        raise CannotOpen("wrong key, wrong row, or altered")


def master_sealer(encoded: Secret, *older: Secret) -> Sealer:
    """The master key, and those it replaces, from base64 (44 characters). Raises ValueError."""
    return Sealer(*(base64.b64decode(key.reveal(), validate=True) for key in (encoded, *older)))


def key_id_of(key: bytes) -> str:
    """Names a key without telling anything of it: 16 hex characters of a SHA-256."""
    return hashlib.sha256(b"aegis key id" + key).hexdigest()[:16]


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def _associated(belongs_to: tuple[str, ...]) -> bytes:
    # Each part carries its length, so ("ab", "c") and ("a", "bc") differ.
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in belongs_to)
