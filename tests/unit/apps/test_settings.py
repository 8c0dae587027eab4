"""Where to listen, as people write it."""

from __future__ import annotations

import pytest

from openesim.apps.settings import Address
from openesim.kernel.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8443", "127.0.0.1", 8443),
        ("localhost:0", "localhost", 0),
        ("[::1]:65535", "::1", 65535),
        ("[::]:443", "::", 443),
    ],
)
def test_a_place_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1",
        ":8443",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:²",
        "127.0.0.1:٣",
        "::1:8443",
        "[::1:8443",
        "::1]:8443",
        "[]:8443",
        "a b:1",
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="such as"):
        Address.parse(text)
