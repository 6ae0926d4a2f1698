"""Slack's request signature, checked over the raw bytes before anything is parsed.

Source: docs.slack.dev, "Verifying requests from Slack". `v0=` + HMAC-SHA256 of
`v0:timestamp:body` with the signing secret; five minutes either way.
"""

import hashlib
import hmac
import time

from core.kernel.secret import Secret

WINDOW_SECONDS = 300
_MAX_DIGITS = 12


class SignatureVerifier:
    """Says yes or no. Never raises, whatever the headers hold."""

    def __init__(self, signing_secret: Secret) -> None:
        if not signing_secret:
            raise ValueError("an empty signing secret would let everybody in")
        self._keyed = hmac.new(signing_secret.reveal().encode(), digestmod=hashlib.sha256)

    def accepts(
        self, body: bytes, timestamp: str, signature: str, now: float | None = None
    ) -> bool:
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > _MAX_DIGITS:
            return False
        instant = time.time() if now is None else now
        if abs(instant - int(timestamp)) > WINDOW_SECONDS:
            return False
        digest = self._keyed.copy()
        digest.update(b"v0:" + timestamp.encode() + b":" + body)
        expected = "v0=" + digest.hexdigest()
        # Compared as bytes: compare_digest refuses non-ASCII text with an exception.
        return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
