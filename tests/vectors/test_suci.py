"""Published figures of the concealed identity (folder suci)."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Plmn
from openesim.security.aka.ecies import EciesProfile, decipher, encipher, public_key, split_output
from openesim.security.aka.suci import Scheme, Suci, conceal, reveal
from openesim.security.aka.suci_nai import NaiSuci
from openesim.security.crypto import x25519
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.crypto.kdf import x963_kdf
from openesim.security.crypto.keys import PrivateKey, PublicKey
from tests.vectors.figures import count, octets, rows

ECIES = rows("suci/ts33501-annex-c4.json", "ecies")
NULL = rows("suci/ts33501-annex-c4.json", "null_scheme")
STRINGS = rows("suci/suci-strings.json", "strings")


def test_no_figure_of_the_folder_is_passed_over() -> None:
    assert count("suci") == {
        "suci-strings.json": {"strings": 6},
        "ts33501-annex-c4.json": {"null_scheme": 2, "ecies": 4},
    }


def output_of(row: dict[str, Any]) -> bytes:
    """Return the scheme output of a row as octets, whichever form it is printed in."""
    return bytes.fromhex(row["eph_public_key"] + row["ciphertext"] + row["mac_tag"])


@pytest.mark.parametrize("row", ECIES)
def test_scheme_output_is_made_and_read_as_published(row: dict[str, Any]) -> None:
    profile = EciesProfile[row["profile"]]
    home_private, home_public, ephemeral, plaintext = octets(
        row, "hn_private_key", "hn_public_key", "eph_private_key", "plaintext"
    )
    scheme_output = encipher(profile, home_public, plaintext, ephemeral)
    assert scheme_output == output_of(row)
    assert [part.hex() for part in split_output(profile, scheme_output)] == [
        row["eph_public_key"],
        row["ciphertext"],
        row["mac_tag"],
    ]
    assert public_key(profile, home_private) == home_public
    assert decipher(profile, home_private, scheme_output) == plaintext


@pytest.mark.parametrize("row", [row for row in ECIES if row.values[0]["profile"] == "A"])
def test_each_step_of_profile_a_gives_the_published_figure(row: dict[str, Any]) -> None:
    home_private, home_public, ephemeral, sent = octets(
        row, "hn_private_key", "hn_public_key", "eph_private_key", "eph_public_key"
    )
    assert x25519.public_key(home_private) == home_public
    assert x25519.public_key(ephemeral) == sent
    shared = x25519.agree(ephemeral, home_public)
    assert shared.hex() == row["shared_key"] == x25519.agree(home_private, sent).hex()
    check_derivation(row, shared, sent)


@pytest.mark.parametrize("row", [row for row in ECIES if row.values[0]["profile"] == "B"])
def test_each_step_of_profile_b_gives_the_published_figure(row: dict[str, Any]) -> None:
    home_private, home_public, ephemeral, sent = octets(
        row, "hn_private_key", "hn_public_key", "eph_private_key", "eph_public_key"
    )
    home = PrivateKey.from_scalar(Curve.P256, home_private).public_key
    own = PrivateKey.from_scalar(Curve.P256, ephemeral).public_key
    assert home == PublicKey.decompress(Curve.P256, home_public)
    assert home.compressed == home_public
    assert own.compressed == sent
    assert home.point.hex() == row.get("hn_public_key_uncompressed", home.point.hex())
    assert own.point.hex() == row.get("eph_public_key_uncompressed", own.point.hex())
    shared = OneTimeKey.from_scalar(Curve.P256, ephemeral).agree(home.point)
    assert shared.hex() == row["shared_key"]
    check_derivation(row, shared, sent)


def check_derivation(row: dict[str, Any], shared: bytes, sent: bytes) -> None:
    """Compare what is derived from the shared key with the figures."""
    keys = x963_kdf(shared, sent, 64)
    assert keys[:16].hex() == row["enc_key"]
    assert keys[16:32].hex() == row.get("icb", row.get("icb_computed"))
    assert keys[32:].hex() == row["mac_key"]


@pytest.mark.parametrize("row", [row for row in ECIES + NULL if row.values[0]["supi_type"] == "imsi"])
def test_an_msin_is_concealed_and_revealed_as_published(row: dict[str, Any]) -> None:
    scheme = Scheme(EciesProfile[row["profile"]]) if "profile" in row else Scheme.NULL
    keys = [
        bytes.fromhex(row.get(name, "")) for name in ("hn_public_key", "eph_private_key", "hn_private_key")
    ]
    scheme_output = conceal(scheme, keys[0], row["msin"], keys[1])
    assert scheme_output.hex() == row["scheme_output"]
    assert reveal(scheme, keys[2], scheme_output) == row["msin"]
    suci = Suci(Plmn(row["mcc"] + row["mnc"]), "0", scheme, 0 if scheme is Scheme.NULL else 1, scheme_output)
    assert Suci.decode(suci.encode()) == suci == Suci.parse(suci.format())


@pytest.mark.parametrize("row", [row for row in ECIES + NULL if row.values[0]["supi_type"] == "nsi"])
def test_a_user_name_is_concealed_as_published(row: dict[str, Any]) -> None:
    user, realm = row["supi"].split("@")
    scheme = Scheme(EciesProfile[row["profile"]]) if "profile" in row else Scheme.NULL
    octets_of_it = output_of(row) if "profile" in row else bytes.fromhex(row["scheme_input"])
    assert user.encode().hex() == row.get("plaintext", row.get("scheme_input"))
    suci = NaiSuci(realm, "678", scheme, 27 if "profile" in row else 0, octets_of_it)
    key = "hnkey27." if "profile" in row else ""
    assert suci.format() == f"type1.rid678.schid{scheme:d}.{key}{row['scheme_output']}@{realm}"
    assert NaiSuci.parse(suci.format()) == suci == NaiSuci.decode(suci.encode())


@pytest.mark.parametrize("row", STRINGS)
def test_strings_of_network_functions_lead_to_the_published_imsi(row: dict[str, Any]) -> None:
    suci = Suci.parse(row["suci"])
    key = bytes.fromhex(row["hn_private_key"] or "")
    assert suci.format() == row["suci"]
    if row["valid"]:
        assert suci.plmn + reveal(suci.scheme, key, suci.scheme_output) == row["imsi"]
    else:
        with pytest.raises(VerificationError, match="not a point"):
            reveal(suci.scheme, key, suci.scheme_output)
