"""A model vendor that speaks HTTP/2 over TLS, with a certificate that only a test trusts."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived, StreamEnded


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "vendor.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@dataclass
class Http2Vendor:
    """Answers every request with *body*, in the order in which requests are whole."""

    body: bytes
    url: str = ""
    connections: int = 0
    asked: list[dict[bytes, bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        h2 = H2Connection(H2Configuration(client_side=False))
        h2.initiate_connection()
        writer.write(h2.data_to_send())
        while data := await reader.read(65_536):
            for event in h2.receive_data(data):
                if isinstance(event, RequestReceived):
                    self.asked.append(dict(event.headers))
                if isinstance(event, StreamEnded):
                    head = [(":status", "200"), ("content-type", "text/event-stream")]
                    h2.send_headers(event.stream_id, head)
                    h2.send_data(event.stream_id, self.body, end_stream=True)
            writer.write(h2.data_to_send())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def http2_vendor(body: bytes, certificate: Path) -> AsyncIterator[Http2Vendor]:
    vendor = Http2Vendor(body)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0, ssl=context)
    vendor.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield vendor
    finally:
        server.close()
