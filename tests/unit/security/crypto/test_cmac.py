"""AES-CMAC in one call; the published figures are in tests/vectors."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.crypto.cmac import aes_cmac


def test_the_mac_of_nothing_is_the_published_one() -> None:
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    assert aes_cmac(key, b"").hex() == "bb1d6929e95937287fa37d129b756746"


@pytest.mark.parametrize("octets", [0, 8, 15, 17, 33])
def test_a_key_of_another_length_is_refused(octets: int) -> None:
    with pytest.raises(DecodeError):
        aes_cmac(bytes(octets), b"message")
