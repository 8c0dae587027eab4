"""PEM and DER in, PEM out, and refusals that people can use."""

import os
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from openesim.adapters.keystore.pem import (
    certificate_pem,
    read_certificate,
    read_certificates,
    read_crl,
    read_private_key,
    to_pem,
)
from openesim.kernel.errors import ConfigError
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki.build import Issuer
from openesim.security.pki.crl import build_crl
from openesim.security.pki.world import make_world


def test_pem_is_what_the_library_writes_and_reads(made: Path, tmp_path: Path) -> None:
    pem = (made / "nist/eum.pem").read_bytes()
    theirs = x509.load_pem_x509_certificate(pem)
    assert pem == theirs.public_bytes(Encoding.PEM)
    certificate = read_certificate(made / "nist/eum.pem")
    assert certificate_pem(certificate) == pem
    (tmp_path / "eum.der").write_bytes(certificate.octets)
    assert read_certificate(tmp_path / "eum.der") == certificate


def test_several_certificates_and_text_between_them_are_read(made: Path, tmp_path: Path) -> None:
    blocks = [(made / f"nist/{label}.pem").read_bytes() for label in ("ci", "eum")]
    (tmp_path / "both.pem").write_bytes(b"subject=CI\n" + blocks[0] + b"\r\nsubject=EUM\r\n" + blocks[1])
    found = read_certificates(tmp_path / "both.pem")
    assert [certificate_pem(each) for each in found] == blocks


@pytest.mark.parametrize("curve", list(Curve))
def test_keys_are_read_as_openssl_writes_them(tmp_path: Path, curve: Curve) -> None:
    key = PrivateKey.generate(curve, os.urandom)
    sec1 = key.primitive.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    parameters = to_pem("EC PARAMETERS", b"\x06" + bytes([len(curve.oid.octets)]) + curve.oid.octets)
    forms = {
        "pkcs8.pem": key.to_pem().reveal(),
        "sec1.pem": parameters + sec1,
        "sec1.der": key.primitive.private_bytes(
            Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        ),
    }
    for name, octets in forms.items():
        (tmp_path / name).write_bytes(octets)
        assert read_private_key(tmp_path / name).public_key == key.public_key


def test_a_list_is_read_from_pem_and_der(tmp_path: Path, now: datetime) -> None:
    ci = make_world(Curve.P256, os.urandom, now)["ci"]
    crl = build_crl(Issuer.of(ci.certificate, ci.credential.signer), [], 1, (now, now))
    (tmp_path / "a.crl").write_bytes(crl.octets)
    (tmp_path / "b.crl").write_bytes(to_pem("X509 CRL", crl.octets))
    assert read_crl(tmp_path / "a.crl") == read_crl(tmp_path / "b.crl") == crl


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN CERTIFICATE-----\nMIIB\n",
    ],
)
def test_a_broken_file_is_refused_by_name_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.pem"
    file.write_bytes(content)
    for read in (read_certificates, read_crl, read_private_key):
        with pytest.raises(ConfigError, match=r"broken\.pem") as refusal:
            read(file)
        assert refusal.value.explanation is not None
        assert refusal.value.explanation.next_step


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge.pem").open("wb") as file:
        file.truncate((1 << 24) + 1)
    for name in ("missing.pem", ".", "huge.pem"):
        with pytest.raises(ConfigError):
            read_certificate(tmp_path / name)


def test_a_refused_key_is_not_quoted(tmp_path: Path) -> None:
    key = PrivateKey.generate(Curve.P256, os.urandom).to_pem().reveal()
    body = key.splitlines()[1]
    (tmp_path / "cut.key").write_bytes(key.replace(body[-4:], b""))
    with pytest.raises(ConfigError) as refusal:
        read_private_key(tmp_path / "cut.key")
    assert body[:20].decode() not in f"{refusal.value}{refusal.value.explanation}"
