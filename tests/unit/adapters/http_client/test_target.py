"""Where a request goes, and under which name."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.adapters.http_client.target import HttpOptions, Target, find_target
from openesim.kernel.errors import ConfigError, PeerError

ELSEWHERE = {"smdp.example.com": ("127.0.0.1", 8443)}


@pytest.mark.parametrize(
    ("address", "options", "expected"),
    [
        ("smdp.example.com", {}, ("smdp.example.com", "smdp.example.com", 443)),
        ("SMDP.Example.com.", {}, ("smdp.example.com", "smdp.example.com", 443)),
        ("smdp.example.com:8443", {}, ("smdp.example.com:8443", "smdp.example.com", 8443)),
        ("smdp.example.com", {"is_plain": True}, ("smdp.example.com", "smdp.example.com", 80)),
        ("smdp.example.com", {"resolve": ELSEWHERE}, ("smdp.example.com", "127.0.0.1", 8443)),
        ("smdp.example.com:99", {"resolve": ELSEWHERE}, ("smdp.example.com:99", "127.0.0.1", 8443)),
        ("other.example.com", {"resolve": ELSEWHERE}, ("other.example.com", "other.example.com", 443)),
        ("smdp.example.com", {"base_url": "http://[::1]:8080"}, ("smdp.example.com", "::1", 8080)),
        ("smdp.example.com", {"base_url": "http://127.0.0.1"}, ("smdp.example.com", "127.0.0.1", 80)),
        ("smdp.example.com", {"base_url": "https://proxy/"}, ("smdp.example.com", "proxy", 443)),
    ],
)
def test_the_place_may_change_the_name_never(
    address: str, options: dict[str, Any], expected: tuple[str, str, int]
) -> None:
    target = find_target(address, HttpOptions(**options))
    assert (target.authority, target.host, target.port) == expected
    assert target.name == expected[0].partition(":")[0]


def test_a_base_url_says_whether_there_is_tls() -> None:
    plain = find_target("a.example", HttpOptions(base_url="http://h:1"))
    assert plain == Target("a.example", "a.example", "h", 1, is_plain=True)
    assert not find_target("a.example", HttpOptions(base_url="https://h:1", is_plain=True)).is_plain


@pytest.mark.parametrize("url", ["ftp://h", "h:80", "http://", ""])
def test_a_base_url_that_is_none_is_a_matter_of_configuration(url: str) -> None:
    with pytest.raises(ConfigError):
        find_target("a.example", HttpOptions(base_url=url))


@pytest.mark.parametrize("address", ["", " ", "a b", "a/b", "a@b", "a:x", "a:0", "[::1]", "ä.example"])
def test_an_address_that_is_none_reaches_nobody(address: str) -> None:
    with pytest.raises(PeerError):
        find_target(address, HttpOptions())
