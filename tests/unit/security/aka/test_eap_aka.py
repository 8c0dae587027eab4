"""EAP keys: what is refused, and that none is printed (figures are in tests/vectors)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.aka.eap_aka import (
    derive_ck_ik_prime,
    derive_eap_aka_keys,
    derive_eap_aka_prime_keys,
    derive_eap_sim_keys,
    rederive_eap_aka_prime_keys,
    rederive_eap_keys,
)

K16, K20, K32 = bytes(16), bytes(20), bytes(32)


@pytest.mark.parametrize(
    "derive",
    [
        lambda: derive_eap_sim_keys(b"i", [bytes(7)], K16, b"\0\1", b"\0\1"),
        lambda: derive_eap_sim_keys(b"i", [bytes(8)], K20, b"\0\1", b"\0\1"),
        lambda: derive_eap_sim_keys(b"i", [bytes(8)], K16, b"\0\1", b"\1"),
        lambda: derive_eap_aka_keys(b"i", K32, K16),
        lambda: derive_eap_aka_keys(b"i", K16, b""),
        lambda: rederive_eap_keys(K16, b"i", 1, K16),
        lambda: rederive_eap_keys(K20, b"i", 1, K20),
        lambda: rederive_eap_keys(K20, b"i", 0, K16),
        lambda: rederive_eap_keys(K20, b"i", 1 << 16, K16),
        lambda: derive_ck_ik_prime(K32, K16, b"WLAN", K16),
        lambda: derive_ck_ik_prime(K16, K32, b"WLAN", K16),
        lambda: derive_ck_ik_prime(K16, K16, b"WLAN", bytes(14)),
        lambda: derive_eap_aka_prime_keys(b"i", K32, K16),
        lambda: derive_eap_aka_prime_keys(b"i", K16, K32),
        lambda: rederive_eap_aka_prime_keys(K16, b"i", 1, K16),
        lambda: rederive_eap_aka_prime_keys(K32, b"i", 1, K32),
        lambda: rederive_eap_aka_prime_keys(K32, b"i", -1, K16),
    ],
)
def test_a_value_of_another_length_or_out_of_range_is_refused(derive: Callable[[], object]) -> None:
    with pytest.raises(DecodeError):
        derive()


def test_keys_are_not_printed() -> None:
    assert repr(derive_eap_aka_keys(b"i", K16, K16)) == "EapKeys()"
    assert repr(derive_eap_aka_prime_keys(b"i", K16, K16)) == "EapAkaPrimeKeys()"
    assert repr(rederive_eap_keys(K20, b"i", 1, K16)) == "SessionKeys()"


def test_another_network_gets_other_keys_for_the_same_vector() -> None:
    assert derive_ck_ik_prime(K16, K16, b"WLAN", K16) != derive_ck_ik_prime(K16, K16, b"HRPD", K16)
