"""The signature is checked over raw bytes, and nothing a stranger sends makes it raise."""

import hashlib
import hmac

import pytest

from bot.intake.signature import SignatureVerifier
from core.kernel.secret import Secret

NOW = 1_800_000_000.0
BODY = b'{"type":"event_callback"}'


def signed(body: bytes, timestamp: str, secret: str = "s3cret") -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@pytest.fixture
def verifier():
    return SignatureVerifier(Secret("s3cret"))


def test_what_slack_signed_is_accepted(verifier):
    stamp = str(int(NOW))
    assert verifier.accepts(BODY, stamp, signed(BODY, stamp), NOW)


@pytest.mark.parametrize(
    ("age", "accepted"), [(-301, False), (-299, True), (299, True), (301, False)]
)
def test_five_minutes_either_way(verifier, age, accepted):
    stamp = str(int(NOW) + age)
    assert verifier.accepts(BODY, stamp, signed(BODY, stamp), NOW) is accepted


@pytest.mark.parametrize(
    ("body", "secret", "shift"),
    [(BODY + b" ", "s3cret", 0), (BODY, "other", 0), (BODY, "s3cret", 1)],
    ids=["one byte of the body", "another secret", "another timestamp"],
)
def test_one_changed_thing_is_refused(verifier, body, secret, shift):
    stamp = str(int(NOW))
    signature = signed(BODY, str(int(NOW) + shift), secret)
    assert not verifier.accepts(body, stamp, signature, NOW)


@pytest.mark.parametrize(
    "stamp", ["", "x", "1e9", "-1", "٣٣٣", "9" * 400, "1800000000.5", " 1", "²"]
)
def test_a_timestamp_that_is_no_number_is_refused(verifier, stamp):
    assert not verifier.accepts(BODY, stamp, "v0=0", NOW)


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0=ünïcode", "v1=" + "0" * 64, "\udcff", "0" * 9999]
)
def test_a_signature_of_any_form_is_refused_quietly(verifier, signature):
    assert not verifier.accepts(BODY, str(int(NOW)), signature, NOW)


def test_an_empty_secret_is_not_a_secret():
    with pytest.raises(ValueError, match="everybody"):
        SignatureVerifier(Secret(""))
