"""Envelope encryption: AES-256-GCM, a data key per tenant, wrapped by the master key.

A sealed value is `version ‖ nonce(12) ‖ ciphertext+tag` (NIST SP 800-38D). What it belongs to
(tenant, person, provider, row) is bound as associated data: moved elsewhere, it does not open.
"""

import base64
import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.kernel.errors import DomainError
from core.kernel.secret import Secret

log = logging.getLogger(__name__)

ALGORITHM = "AES-256-GCM"  # as it is stored beside what was sealed

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
VERSION = b"\x01"


class CannotOpen(Exception):
    """The value was sealed with another key, for another row, or was altered."""


class Sealer:
    """Seals with one 256-bit key; opens with that one, and with older ones while they last."""

    def __init__(self, key: bytes, *older: bytes) -> None:
        self._aeads = _ring((key, *older))

    @property
    def key_id(self) -> str:
        """Of the key that seals; stored beside what it sealed."""
        return self.key_ids[0]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Of every key that opens."""
        return tuple(self._aeads)

    def knows(self, key_id: str) -> bool:
        """Whether what that key sealed can be opened."""
        return key_id in self._aeads

    def reload(self) -> None:
        """Take the keys as they are now, where they can change under a running process."""

    def seal(self, value: bytes, *belongs_to: str) -> bytes:
        """*belongs_to* must be given again to open."""
        nonce = os.urandom(NONCE_BYTES)
        aead = self._aeads[self.key_id]
        return VERSION + nonce + aead.encrypt(nonce, value, _associated(belongs_to))

    def open(self, sealed: bytes, *belongs_to: str) -> bytes:
        """Raises CannotOpen."""
        if sealed[:1] != VERSION or len(sealed) < len(VERSION) + NONCE_BYTES + TAG_BYTES:
            raise CannotOpen("not sealed by this version")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for aead in self._aeads.values():
            with suppress(InvalidTag):
                return aead.decrypt(nonce, body, _associated(belongs_to))
        raise CannotOpen("wrong key, wrong row, or altered")


class ReloadingSealer(Sealer):
    """A sealer whose keys are changed by another process, so they are looked up when it matters:
    before sealing, and when something does not open.

    A key once known opens for as long as the process lives: what was fetched a moment before a
    rotation ended is opened a moment after.
    """

    def __init__(self, load: Callable[[], Sequence[Secret]]) -> None:
        """*load* gives the keys in base64, the one that seals first."""
        self._load = load
        super().__init__(*_decoded(load()))

    def seal(self, value: bytes, *belongs_to: str) -> bytes:
        self.reload()
        return super().seal(value, *belongs_to)

    def open(self, sealed: bytes, *belongs_to: str) -> bytes:
        with suppress(CannotOpen):
            return super().open(sealed, *belongs_to)
        self.reload()
        return super().open(sealed, *belongs_to)

    def knows(self, key_id: str) -> bool:
        if not super().knows(key_id):
            self.reload()
        return super().knows(key_id)

    def reload(self) -> None:
        try:
            found = _ring(_decoded(self._load()))
        except DomainError as error:
            # What is known still opens; what is not will say so.
            log.error("the master key cannot be read again: %s", error)
            return
        self._aeads = found | {
            name: aead for name, aead in self._aeads.items() if name not in found
        }


def master_sealer(encoded: Secret, *older: Secret) -> Sealer:
    """The master key, and those it replaces, from base64 (44 characters). Raises ValueError."""
    return Sealer(*_decoded((encoded, *older)))


def _decoded(keys: Sequence[Secret]) -> list[bytes]:
    return [base64.b64decode(key.reveal(), validate=True) for key in keys]


def _ring(keys: Sequence[bytes]) -> dict[str, AESGCM]:
    """By key id, in order; a key that stands twice is one. Raises ValueError."""
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"a key is {KEY_BYTES} bytes")
    return {key_id_of(key): AESGCM(key) for key in keys}


def key_id_of(key: bytes) -> str:
    """Names a key without telling anything of it: 16 hex characters of a SHA-256."""
    return hashlib.sha256(b"aegis key id" + key).hexdigest()[:16]


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def _associated(belongs_to: tuple[str, ...]) -> bytes:
    # Each part carries its length, so ("ab", "c") and ("a", "bc") differ.
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in belongs_to)
