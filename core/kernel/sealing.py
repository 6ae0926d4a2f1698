"""Envelope encryption: AES-256-GCM, a data key per tenant, wrapped by the master key.

A sealed value is `version ‖ nonce(12) ‖ ciphertext+tag` (NIST SP 800-38D). What it belongs to
(tenant, person, provider, row) is bound as associated data: moved elsewhere, it does not open.
"""

import base64
import hashlib
import os

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
    """Seals and opens with one 256-bit key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key is {KEY_BYTES} bytes")
        self._aead = AESGCM(key)
        self.key_id = hashlib.sha256(b"aegis key id" + key).hexdigest()[:16]

    def seal(self, value: bytes, *belongs_to: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._aead.encrypt(nonce, value, _associated(belongs_to))

    def open(self, sealed: bytes, *belongs_to: str) -> bytes:
        """Raises CannotOpen."""
        if sealed[:1] != VERSION or len(sealed) < len(VERSION) + NONCE_BYTES + TAG_BYTES:
            raise CannotOpen("not sealed by this version")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, body, _associated(belongs_to))
        except InvalidTag:
            raise CannotOpen("wrong key, wrong row, or altered") from None


def master_sealer(encoded: Secret) -> Sealer:
    """The master key from its base64 form (44 characters). Raises ValueError."""
    return Sealer(base64.b64decode(encoded.reveal(), validate=True))


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def _associated(belongs_to: tuple[str, ...]) -> bytes:
    # Each part carries its length, so ("ab", "c") and ("a", "bc") differ.
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in belongs_to)
