"""The same over TLS, as it is in earnest."""

import ipaddress
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from numberadmin.sinch import NotSent, Unanswered
from tests.sinch.servers import INSTANCE, answer, drip, serving


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(hours=1))
    signed = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "own.pem"
    file.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))


def test_a_certificate_that_nobody_vouches_for_means_not_sent(tls: ssl.SSLContext) -> None:
    with serving(answer(204), tls=tls) as server, pytest.raises(NotSent) as caught:
        server.client().check_out(INSTANCE, "1", ["r"])
    assert caught.value.message.startswith("127.0.0.1 could not prove who it is: its certificate was not accepted.")
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_reads_keep_their_connection_and_a_write_gets_its_own(tls: ssl.SSLContext) -> None:
    with serving(answer(200, []), answer(200, []), answer(204), tls=tls) as server:
        client = server.client()
        assert not client.numbers(INSTANCE, "1").damaged
        assert not client.numbers(INSTANCE, "1").damaged
        client.check_out(INSTANCE, "1", ["r"])
    assert (server.connections, len(server.requests)) == (2, 3)


@pytest.mark.usefixtures("trusted")
def test_the_deadline_cuts_a_dripping_answer(tls: ssl.SSLContext) -> None:
    started = time.monotonic()
    dripping = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n[")
    with serving(dripping, tls=tls) as server, pytest.raises(Unanswered, match="within"):
        server.client(timeout=0.4).groups(INSTANCE, "1")
    assert time.monotonic() - started < 5
