"""Certificates from files, however they are written."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import pytest

from openesim.adapters.http_client.trust import make_context, make_unverified_context, read_certificates
from openesim.kernel.errors import ConfigError
from tests.support.rig import world_of

CI = world_of()["ci"].certificate.octets
TLS = world_of()["dptls"].certificate.octets


def pem(*certificates: bytes) -> str:
    return "".join(
        "Subject: for people\n-----BEGIN CERTIFICATE-----\n"
        + base64.encodebytes(one).decode()
        + "-----END CERTIFICATE-----\n"
        for one in certificates
    )


def test_pem_and_der_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "ci.pem").write_text(pem(CI))
    (tmp_path / "ci.der").write_bytes(CI)
    assert read_certificates(tmp_path / "ci.pem") == read_certificates(tmp_path / "ci.der") == (CI,)


def test_a_file_may_hold_several_and_other_things_between_them(tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    (tmp_path / "bundle.pem").write_text(pem(CI) + key + pem(TLS))
    assert read_certificates(tmp_path / "bundle.pem") == (CI, TLS)


def test_a_folder_gives_all_its_certificates_and_passes_over_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text(pem(CI))
    (tmp_path / "b.cer").write_bytes(TLS)
    (tmp_path / "b.key").write_text("secret")
    assert read_certificates(tmp_path) == (CI, TLS)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"hello",
        b"\x30\x03\x02\x01\xff",
        b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        CI + b"\0",
    ],
)
def test_a_file_without_a_certificate_is_a_matter_of_configuration(tmp_path: Path, octets: bytes) -> None:
    file = tmp_path / "x.pem"
    file.write_bytes(octets)
    with pytest.raises(ConfigError, match=r"x\.pem"):
        read_certificates(file)


def test_nothing_to_read_is_a_matter_of_configuration(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing.pem"):
        with pytest.raises(ConfigError):
            read_certificates(place)


def test_a_context_verifies_names_and_certificates_unless_asked_not_to() -> None:
    strict = make_context([CI], uses_system_roots=False)
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert strict.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert strict.get_ca_certs(binary_form=True) == [CI]
    assert make_context().verify_mode is ssl.CERT_REQUIRED
    loose = make_unverified_context()
    assert (loose.verify_mode, loose.check_hostname) == (ssl.CERT_NONE, False)
