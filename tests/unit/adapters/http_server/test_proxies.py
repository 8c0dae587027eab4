"""Whom we believe when he says for whom he asks."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from openesim.adapters.http_server.proxies import Proxies, certificate_from

OURS = Proxies.of(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32", "unix"])


def forwarded(text: str) -> dict[bytes, bytes]:
    """Returns headers with what a proxy says."""
    return {b"x-forwarded-for": text.encode("latin-1")}


@pytest.mark.parametrize(
    ("peer", "is_trusted"),
    [("127.0.0.1", True), ("10.1.2.3", True), ("2001:db8::1", True), ("", True), ("127.0.0.2", False), ("::1", False)],
)  # fmt: skip
def test_only_those_that_were_named_are_believed(peer: str, is_trusted: bool) -> None:
    assert OURS.trust(peer) is is_trusted


def test_by_default_nobody_is_believed() -> None:
    assert not any(Proxies().trust(peer) for peer in ("127.0.0.1", "::1", ""))
    assert not Proxies.of(["127.0.0.1"]).trust("")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[2001:db9::1]", "2001:db9::1"),
        ("203.0.113.7, unknown", "127.0.0.1"),
        ("203.0.113.7, unknown, 10.0.0.9", "10.0.0.9"),
        ("", "127.0.0.1"),
        ("\xff\x00", "127.0.0.1"),
    ],
)  # fmt: skip
def test_the_client_is_the_last_who_is_no_proxy_of_ours(said: str, address: str) -> None:
    assert OURS.client_address("127.0.0.1", forwarded(said)) == address


def test_a_certificate_is_read_as_nginx_writes_it() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMAMC\nAQE=\n-----END CERTIFICATE-----\n"
    assert certificate_from({b"x-client-certificate": quote(pem).encode()}) == bytes.fromhex("3003020101")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MAMCAQE=",
        "-----BEGIN CERTIFICATE-----\nMAMCAQE\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n" * 2,
        "-----BEGIN CERTIFICATE-----\nMA=CAQE=\n-----END CERTIFICATE-----",
        "%zz\xff",
    ],
)
def test_what_is_no_certificate_is_none(text: str) -> None:
    assert not certificate_from({b"x-client-certificate": text.encode("latin-1")})
