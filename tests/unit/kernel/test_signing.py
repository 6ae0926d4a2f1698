"""Signed documents: one exact text, one key, one purpose; anything else does not verify."""

import base64
import json
import math
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import BadSignature, Signed, Signer, signer_of, verify

SIGNER = Signer(b"s" * 32)
values = some.none() | some.booleans() | some.integers() | some.text(max_size=20)
documents = some.dictionaries(some.text(max_size=10), values, max_size=5)


@given(document=documents)
def test_what_was_signed_verifies_and_reads_the_same(document):
    document["kind"] = "test"

    assert verify(SIGNER.sign(document), SIGNER.public_key, "test") == document


@given(cut=some.integers(min_value=0, max_value=500), bit=some.integers(min_value=0, max_value=6))
def test_one_changed_bit_of_the_text_and_it_does_not_verify(cut, bit):
    signed = SIGNER.sign({"kind": "test", "tenant": "a" * 32, "seq": 7})
    text = bytearray(signed.text.encode())
    text[cut % len(text)] ^= 1 << bit

    with pytest.raises(BadSignature):
        verify(replace(signed, text=text.decode()), SIGNER.public_key, "test")


@pytest.mark.parametrize(
    "signature", ["", "AAAA", "no base64!", "A" * 88, "é", base64.b64encode(b"x" * 64).decode()]
)
def test_what_is_no_signature_does_not_verify(signature):
    signed = replace(SIGNER.sign({"kind": "test"}), signature=signature)

    with pytest.raises(BadSignature):
        verify(signed, SIGNER.public_key, "test")


@pytest.mark.parametrize(
    "public_key", [b"", b"x" * 31, b"x" * 33, Signer(b"another" + b"y" * 25).public_key]
)
def test_another_key_or_what_is_none_verifies_nothing(public_key):
    with pytest.raises(BadSignature):
        verify(SIGNER.sign({"kind": "test"}), public_key, "test")


def test_a_document_that_is_signed_for_one_purpose_is_refused_for_another():
    certificate = SIGNER.sign({"kind": "erasure-certificate", "tenant": "x"})

    with pytest.raises(BadSignature, match="another purpose"):
        verify(certificate, SIGNER.public_key, "audit-checkpoint")


@pytest.mark.parametrize("document", [{}, {"kind": ""}, {"tenant": "x"}])
def test_a_document_without_a_kind_is_not_signed(document):
    with pytest.raises(ValueError, match="kind"):
        SIGNER.sign(document)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_not_json_is_not_signed(number):
    with pytest.raises(ValueError, match="JSON compliant"):
        SIGNER.sign({"kind": "test", "number": number})


@pytest.mark.parametrize("text", ["[]", '"kind"', "null", "{}", '{"kind": ["test"]}'])
def test_a_signed_text_that_is_no_such_document_is_refused(text):
    signed = SIGNER.sign({"kind": "test"})
    forged = replace(
        signed, text=text, signature=base64.b64encode(SIGNER._key.sign(text.encode())).decode()
    )

    with pytest.raises(BadSignature):
        verify(forged, SIGNER.public_key, "test")


def test_the_same_document_has_the_same_text_whatever_the_order_of_its_keys():
    one = SIGNER.sign({"kind": "test", "a": 1, "b": "ö"})
    two = SIGNER.sign({"b": "ö", "a": 1, "kind": "test"})

    assert one == two
    assert one.text == '{"a":1,"b":"ö","kind":"test"}'


def test_the_key_id_is_of_the_public_half_and_no_text_form_shows_the_private_one():
    seed = new_key()
    signer = signer_of(Secret(base64.b64encode(seed).decode()))

    assert signer.key_id == Signer(seed).key_id != SIGNER.key_id
    assert SIGNER.sign({"kind": "test"}).key_id == SIGNER.key_id
    shown = f"{signer!r} {vars(signer)} {signer.public_pem().decode()}"
    assert repr(seed)[2:-1] not in shown
    assert base64.b64encode(seed).decode() not in shown


@pytest.mark.parametrize("seed", ["", "short", base64.b64encode(b"x" * 31).decode()])
def test_a_seed_has_32_bytes_in_base64(seed):
    with pytest.raises(ValueError, match=r"."):
        signer_of(Secret(seed))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_it_can_be_checked_with_openssl_and_the_public_key_alone(tmp_path):
    signed: Signed = SIGNER.sign({"kind": "test", "name": "Grüße"})
    (tmp_path / "text").write_text(signed.text, "utf-8")
    (tmp_path / "signature").write_bytes(base64.b64decode(signed.signature))
    (tmp_path / "key.pem").write_bytes(SIGNER.public_pem())
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin"]
    command += ["-in", "text", "-sigfile", "signature"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(signed.text)["name"] == "Grüße"
