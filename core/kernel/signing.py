"""Ed25519 signatures (RFC 8032) over documents that others keep: checkpoints, exports, certificates.

A document is a JSON object with a `kind`, written canonically: keys sorted, no spaces, UTF-8. What
is signed is that text, so it can be checked with openssl and the public key alone.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.kernel.secret import Secret


class BadSignature(Exception):
    """The document was altered, or signed by another key."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A document's exact text, its signature in base64, and which key made it."""

    text: str
    signature: str
    key_id: str


class Signer:
    """The deployment's signing key. Its public half may be given to anybody."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.key_id = key_id_of(self.public_key)

    def sign(self, document: Mapping[str, Any]) -> Signed:
        """Raises ValueError for a document that does not say its `kind`, or that is not JSON (NaN)."""
        if not document.get("kind"):
            raise ValueError("a signed document says what kind it is")
        text = canonical(document)
        signature = self._key.sign(text.encode())
        return Signed(text, base64.b64encode(signature).decode(), self.key_id)

    def public_pem(self) -> bytes:
        return pem_of(self.public_key)


def canonical(document: Mapping[str, Any]) -> str:
    """The one text of a document: what is kept as columns is put together again to be verified."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def signer_of(encoded: Secret) -> Signer:
    """The signer from the base64 form of its 32-byte seed. Raises ValueError."""
    return Signer(base64.b64decode(encoded.reveal(), validate=True))


def verify(signed: Signed, public_key: bytes, kind: str) -> dict[str, Any]:
    """The document, if *public_key* signed exactly this text and it is of this *kind*.

    Raises BadSignature.
    """
    try:
        signature = base64.b64decode(signed.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed.text.encode())
        document = json.loads(signed.text)
    except (InvalidSignature, ValueError):
        raise BadSignature("the signature does not fit") from None
    if not isinstance(document, dict) or document.get("kind") != kind:
        raise BadSignature("signed, but for another purpose")
    return document


def key_id_of(public_key: bytes) -> str:
    """The first 16 hex characters of the SHA-256 of `aegis signing key` and the key's 32 bytes."""
    return hashlib.sha256(b"aegis signing key" + public_key).hexdigest()[:16]


def pem_of(public_key: bytes) -> bytes:
    """SubjectPublicKeyInfo in PEM (RFC 8410), as openssl reads it."""
    return Ed25519PublicKey.from_public_bytes(public_key).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
