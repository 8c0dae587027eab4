"""Names of servers."""

import dataclasses

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.extensions import AlternativeNames
from openesim.security.pki.hosts import is_address, is_for_host, normalize_host
from openesim.security.pki.world import Issued


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("SMDP.Example.COM", "smdp.example.com"),
        ("smdp.example.com.", "smdp.example.com"),
        ("localhost", "localhost"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
    ],
)
def test_hosts_have_one_form(text: str, host: str) -> None:
    assert normalize_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "a b",
        "-a.example",
        "a-.example",
        "x" * 64 + ".example",
        "a." * 127 + "ab",
        "a/b",
        "a:1",
    ],
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        normalize_host(text)


def named(p256: dict[str, Issued], *dns_names: str, addresses: tuple[bytes, ...] = ()) -> Certificate:
    leaf = p256["dptls"].certificate
    names = AlternativeNames(dns_names=dns_names, ip_addresses=addresses)
    return dataclasses.replace(leaf, extensions=dataclasses.replace(leaf.extensions, alternative_names=names))


def test_a_certificate_is_for_the_hosts_it_names(p256: dict[str, Issued]) -> None:
    leaf = named(p256, "SMDP.example.com", "*.op.example", addresses=(bytes((127, 0, 0, 1)),))
    for host in ("smdp.example.com", "es9.op.example", "127.0.0.1"):
        assert is_for_host(leaf, host)
    for host in ("example.com", "x.smdp.example.com", "op.example", "a.b.op.example", "127.0.0.2", "::1"):
        assert not is_for_host(leaf, host)


def test_the_common_name_counts_for_nothing(p256: dict[str, Issued]) -> None:
    leaf = p256["dptls"].certificate
    assert is_for_host(leaf, "smdpplus.example.com")
    assert leaf.subject.common_name == "smdpplus.example.com"
    assert not is_for_host(named(p256), "smdpplus.example.com")


def test_addresses_are_told_from_names() -> None:
    assert is_address("127.0.0.1")
    assert is_address("::1")
    assert not is_address("localhost")
