"""What all algorithms have in common: lengths, and errors that show no value."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.aka.algorithm import require_octets


def test_one_of_several_lengths_is_enough() -> None:
    require_octets("K", bytes(32), 16, 32)


def test_the_error_names_the_value_and_does_not_show_it() -> None:
    with pytest.raises(DecodeError) as raised:
        require_octets("K", b"\xab\xcd", 16, 32)
    assert str(raised.value) == "K must have 16 or 32 octets, not 2"
