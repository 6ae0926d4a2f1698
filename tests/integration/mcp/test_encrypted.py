"""Over TLS: the connection goes to the address that was looked at, and the certificate is the name's."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.connections.mcp.place import list_offered
from core.kernel.errors import Unavailable
from tests.integration.mcp.servers import WireServer, near, tool


def certified(folder, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's own certificate for *name*, and what a client needs to believe it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(pem + secret)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(folder / "server.pem")
    return serving, ssl.create_default_context(cadata=pem.decode())


async def test_the_certificate_is_that_of_the_name_and_not_of_the_address(tmp_path):
    serving, believing = certified(tmp_path, "mcp.test")
    asked_for = []
    serving.sni_callback = lambda connection, name, context: asked_for.append(name)
    server = WireServer(tool())
    async with server.serving(serving) as url:
        [offered] = await list_offered(near(believing).place(url, None))

    assert offered.name == "echo"
    assert set(asked_for) == {"mcp.test"}


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1"])
async def test_the_certificate_of_another_name_is_not_believed(tmp_path, name):
    serving, believing = certified(tmp_path, name)
    server = WireServer(tool())
    async with server.serving(serving) as url:
        with pytest.raises(Unavailable):
            await list_offered(near(believing).place(url, None))

    assert not server.requests


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(tmp_path):
    serving, _ = certified(tmp_path, "mcp.test")
    server = WireServer(tool())
    async with server.serving(serving) as url:
        with pytest.raises(Unavailable):
            await list_offered(near().place(url, None))

    assert not server.requests
