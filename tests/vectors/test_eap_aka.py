"""Published figures of EAP-SIM, EAP-AKA and EAP-AKA' (folder eap_aka)."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.security.aka.eap_aka import (
    EapKeys,
    derive_ck_ik_prime,
    derive_eap_aka_keys,
    derive_eap_aka_prime_keys,
    derive_eap_sim_keys,
    rederive_eap_aka_prime_keys,
    rederive_eap_keys,
)
from openesim.security.crypto.fips186_2 import fips186_2_prf
from tests.vectors.figures import count, octets, rows


def test_no_figure_of_the_folder_is_passed_over() -> None:
    assert count("eap_aka") == {
        "eap-aka-prime-reauth.json": {"cases": 1},
        "eap-aka-rfc4187-kdf.json": {"full_authentication": 1},
        "fips186-2-prf.json": {"cases": 1},
        "rfc4186-eap-sim-kdf.json": {"full_authentication": 1, "fast_reauthentication": 1},
        "rfc5448-eap-aka-prime.json": {"cases": 4},
    }


@pytest.mark.parametrize("row", rows("eap_aka/fips186-2-prf.json", "cases"))
def test_the_generator_gives_the_published_octets(row: dict[str, Any]) -> None:
    assert int(row["xseed"], 16) == 0
    assert fips186_2_prf(bytes.fromhex(row["xkey"]), len(row["output"]) // 2).hex() == row["output"]


def check_keys(keys: EapKeys, row: dict[str, Any]) -> None:
    """Compare all keys of a full authentication."""
    assert keys.mk.hex() == row.get("mk", row.get("mk_computed"))
    assert keys.k_encr.hex() == row["k_encr"]
    assert keys.k_aut.hex() == row["k_aut"]
    assert keys.msk.hex() == row["msk"]
    assert keys.emsk.hex() == row["emsk"]


@pytest.mark.parametrize("row", rows("eap_aka/eap-aka-rfc4187-kdf.json", "full_authentication"))
def test_eap_aka_keys_are_the_published_ones(row: dict[str, Any]) -> None:
    check_keys(derive_eap_aka_keys(row["identity"].encode(), *octets(row, "ck", "ik")), row)


@pytest.mark.parametrize("row", rows("eap_aka/rfc4186-eap-sim-kdf.json", "full_authentication"))
def test_eap_sim_keys_are_the_published_ones(row: dict[str, Any]) -> None:
    kcs = [bytes.fromhex(triplet["kc"]) for triplet in row["triplets"]]
    values = octets(row, "nonce_mt", "version_list", "selected_version")
    check_keys(derive_eap_sim_keys(row["identity"].encode(), kcs, *values), row)


@pytest.mark.parametrize("row", rows("eap_aka/rfc4186-eap-sim-kdf.json", "fast_reauthentication"))
def test_keys_after_a_fast_re_authentication_are_the_published_ones(row: dict[str, Any]) -> None:
    mk, nonce_s = octets(row, "mk", "nonce_s")
    keys = rederive_eap_keys(mk, row["identity"].encode(), row["counter"], nonce_s)
    assert (keys.msk.hex(), keys.emsk.hex()) == (row["msk"], row["emsk"])
    assert fips186_2_prf(bytes.fromhex(row["xkey_computed"]), 128) == keys.msk + keys.emsk


@pytest.mark.parametrize("row", rows("eap_aka/rfc5448-eap-aka-prime.json", "cases"))
def test_eap_aka_prime_keys_are_the_published_ones(row: dict[str, Any]) -> None:
    ck, ik, autn = octets(row, "ck", "ik", "autn")
    ck_prime, ik_prime = derive_ck_ik_prime(ck, ik, row["network_name"].encode(), autn)
    assert (ck_prime.hex(), ik_prime.hex()) == (row["ck_prime"], row["ik_prime"])
    keys = derive_eap_aka_prime_keys(row["identity"].encode(), ck_prime, ik_prime)
    for name in ("k_encr", "k_aut", "k_re", "msk", "emsk"):
        assert getattr(keys, name).hex() == row[name], name


@pytest.mark.parametrize("row", rows("eap_aka/eap-aka-prime-reauth.json", "cases"))
def test_keys_after_a_fast_re_authentication_by_eap_aka_prime_are_the_published_ones(
    row: dict[str, Any],
) -> None:
    k_re, nonce_s = octets(row, "k_re", "nonce_s")
    keys = rederive_eap_aka_prime_keys(k_re, row["identity"].encode(), row["counter"], nonce_s)
    assert (keys.msk.hex(), keys.emsk.hex()) == (row["msk"], row["emsk"])
