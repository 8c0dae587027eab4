"""TLS material in a real handshake, in memory."""

import os
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.adapters.keystore.pem import certificate_pem
from openesim.adapters.keystore.tls import TlsMaterial
from openesim.security.crypto.curves import Curve
from openesim.security.pki import world
from openesim.security.pki.certificate import Certificate


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> bytes | None:
    """Let two contexts shake hands; returns the client's certificate as the server sees it."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = set(ends)
    for _ in range(10):
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.discard(end)
            except ssl.SSLWantReadError:
                continue
    assert not waiting
    return ends[1].getpeercert(binary_form=True)


def contexts(ci: Certificate, material: TlsMaterial) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    material.load_into(server)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=certificate_pem(ci).decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    if ci.public_key.curve is Curve.BRAINPOOL_P256R1:
        # Only a client that offers the curve takes such a leaf, and only in TLS 1.2: usual clients do not.
        client.set_ecdh_curve("brainpoolP256r1")
        client.maximum_version = ssl.TLSVersion.TLSv1_2
    return server, client


@pytest.mark.parametrize("curve", list(Curve))
@pytest.mark.parametrize("host", ["smdp.example.org", "127.0.0.1"])
def test_a_strict_client_that_trusts_the_ci_takes_a_fresh_leaf(curve: Curve, host: str) -> None:
    now = datetime.now(UTC)
    ci = world.make_world(curve, os.urandom, now)["ci"]
    material = TlsMaterial(world.issue_tls_leaf(ci, (host,), os.urandom, now), is_fresh=True)
    server, client = contexts(ci.certificate, material)
    shake_hands(server, client, host)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, client, "other.example.org")


def test_a_client_that_trusts_another_ci_refuses(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    folder = init_pki(tmp_path / "pki", os.urandom, now)
    material = folder.tls_material("smdp.example.org", os.urandom, now)
    stranger = world.make_world(Curve.P256, os.urandom, now)["ci"].certificate
    server, client = contexts(stranger, material)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, client, "smdp.example.org")


def test_an_operator_is_known_by_the_certificate_it_shows(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    folder = init_pki(tmp_path / "pki", os.urandom, now)
    ci = folder.trust.anchors[0]
    server, client = contexts(ci, folder.tls_material("smdp.example.org", os.urandom, now))
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(cadata=certificate_pem(ci).decode())
    TlsMaterial(folder.read_operator("operator")).load_into(client)
    assert shake_hands(server, client, "smdp.example.org") == folder.operators["operator"].octets


def test_files_for_servers_that_want_them_are_private(made: Path, tmp_path: Path, now: datetime) -> None:
    material = PkiFolder(made, now).tls_material("smdpplus.example.com", os.urandom, now)
    certificate, key = material.write(tmp_path)
    assert key.stat().st_mode & 0o777 == 0o600
    assert certificate.read_bytes() == material.certificate_pem == (made / "nist/dptls.pem").read_bytes()
    assert "<secret>" in repr(material)
