"""Data keys: unwrapped once, fresh nonces, nothing without what wraps them."""

from __future__ import annotations

import pytest

from openesim.adapters.db.data_keys import DataKeys
from openesim.kernel.errors import ConfigError
from openesim.kernel.secret import Secret
from tests.support.database import WRAPPING


class CountingWrapping:
    """Counts how often it is asked, as an HSM would feel it."""

    def __init__(self) -> None:
        self.unwrapped = 0

    def begin(self) -> None:
        raise AssertionError("there is one")

    def wrap(self, data_key: Secret[bytes]) -> bytes:
        return WRAPPING.wrap(data_key)

    def unwrap(self, wrapped: bytes) -> Secret[bytes]:
        self.unwrapped += 1
        return WRAPPING.unwrap(wrapped)


def test_a_data_key_is_unwrapped_once() -> None:
    wrapping = CountingWrapping()
    keys = DataKeys(wrapping)
    wrapped = keys.new()
    sealed = [keys.seal(wrapped, b"record", b"row") for _ in range(3)]
    assert len(set(sealed)) == 3, "no nonce comes twice"
    assert {keys.open(wrapped, each, b"row") for each in sealed} == {b"record"}
    assert wrapping.unwrapped == 1


def test_nothing_is_made_or_opened_without_a_key_encryption_key() -> None:
    keys = DataKeys(None)
    with pytest.raises(ConfigError):
        keys.new()
    with pytest.raises(ConfigError):
        keys.seal(b"w", b"r", b"a")
    with pytest.raises(ConfigError):
        keys.open(b"w", b"s", b"a")
    assert not keys.can_seal
