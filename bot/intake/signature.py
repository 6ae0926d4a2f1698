"""Slack's request signature, checked over the raw bytes before anything is parsed.

Source: docs.slack.dev, "Verifying requests from Slack". `v0=` + HMAC-SHA256 of
`v0:timestamp:body` with the signing secret; five minutes either way.
"""

import hashlib
import hmac
import logging
import re
import time

from core.kernel.secret import Secret

log = logging.getLogger(__name__)

WINDOW_SECONDS = 300
ALARM_SECONDS = 60.0  # one line a minute: whoever replays decides how often
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class SignatureVerifier:
    """Says yes or no. Never raises, whatever the headers hold."""

    def __init__(self, signing_secret: Secret) -> None:
        if not signing_secret:
            raise ValueError("an empty signing secret would let everybody in")
        self._keyed = hmac.new(signing_secret.reveal().encode(), digestmod=hashlib.sha256)
        self._alarm_at = 0.0

    @staticmethod
    def is_of_the_form(timestamp: str, signature: str) -> bool:
        """Whether the two headers look like Slack's. What does not needs no body to be refused."""
        return bool(_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature))

    @staticmethod
    def is_of_now(timestamp: str) -> bool:
        """Whether a timestamp of the right form lies in the window."""
        return abs(time.time() - int(timestamp)) <= WINDOW_SECONDS

    def accepts(
        self, body: bytes, timestamp: str, signature: str, now: float | None = None
    ) -> bool:
        """True for what Slack signed a moment ago. What it signed at another time is an alarm."""
        if not self._is_signed(body, timestamp, signature):
            return False
        age = (time.time() if now is None else now) - int(timestamp)
        if abs(age) > WINDOW_SECONDS:
            self._alarm(age)
            return False
        return True

    def _is_signed(self, body: bytes, timestamp: str, signature: str) -> bool:
        if not _TIMESTAMP.fullmatch(timestamp):
            return False
        digest = self._keyed.copy()
        digest.update(b"v0:" + timestamp.encode() + b":" + body)
        expected = "v0=" + digest.hexdigest()
        # Compared as bytes: compare_digest refuses non-ASCII text with an exception.
        return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))

    def _alarm(self, age_seconds: float) -> None:
        if time.monotonic() < self._alarm_at:
            return
        self._alarm_at = time.monotonic() + ALARM_SECONDS
        log.error(
            "a rightly signed request of another time was refused: this machine's clock is wrong, "
            "or somebody replays what Slack once sent",
            extra={"age_seconds": round(age_seconds)},
        )
