"""Published figures of key derivation, MAC and elliptic curves (folder kdf).

All 300 Wycheproof cases run. Of X9.63 the 20 cases of SHA-256 run, of RFC 7027 and RFC 6979 those of our curves and SHA-256: the
others are figures of functions that OpenESIM does not have.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto import x25519
from openesim.security.crypto.cmac import aes_cmac
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import SoftwareSigner, verify_der_signature, verify_signature
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.crypto.kdf import x963_kdf
from openesim.security.crypto.keys import PrivateKey, PublicKey
from tests.vectors.figures import count

FOLDER = Path(__file__).parent / "kdf"
CURVES = {"secp256r1": Curve.P256, "brainpoolP256r1": Curve.BRAINPOOL_P256R1}


def figures(name: str) -> dict[str, Any]:
    """Read one file of the folder."""
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def cases(*names: str, **wanted: str) -> list[Any]:
    """Return every case of the files as a parameter, with the curve of its file."""
    found = []
    for name in names:
        document = figures(name)
        for number, case in enumerate(document["cases"]):
            if all(case[key] == value for key, value in wanted.items()):
                case["curve"] = case.get("curve", document.get("curve"))
                found.append(pytest.param(case, id=f"{Path(name).stem}-{case.get('tc_id', number)}"))
    return found


def scalar_of(text: str) -> bytes:
    """Return a private scalar of the figures as 32 octets (they are integers of any length)."""
    return int(text, 16).to_bytes(32, "big")


def test_no_figure_of_the_folder_is_passed_over() -> None:
    counted = count("kdf")
    assert sum(table["cases"] for name, table in counted.items() if name.startswith("wycheproof")) == 300
    assert {name: table for name, table in counted.items() if not name.startswith("wycheproof")} == {
        "aes-cmac.json": {"cases": 12, "subkeys": 3},
        "rfc6979-p256-ecdsa.json": {"cases": 6},
        "rfc7027-brainpool-ecdh.json": {"cases": 3},
        "x963-kdf.json": {"cases": 26},
    }
    assert len(cases("x963-kdf.json", hash="sha256")) == 20
    assert len(cases("rfc6979-p256-ecdsa.json", hash="sha256")) == 2
    assert len(cases("rfc7027-brainpool-ecdh.json", curve="brainpoolP256r1")) == 1


@pytest.mark.parametrize("case", cases("x963-kdf.json", hash="sha256"))
def test_x963_derives_the_published_key(case: dict[str, Any]) -> None:
    secret, info = bytes.fromhex(case["shared_secret"]), bytes.fromhex(case["shared_info"])
    assert x963_kdf(secret, info, case["key_octets"]).hex() == case["key"]


@pytest.mark.parametrize("case", cases("aes-cmac.json"))
def test_cmac_gives_the_published_mac(case: dict[str, Any]) -> None:
    assert aes_cmac(bytes.fromhex(case["key"]), bytes.fromhex(case["message"])).hex() == case["mac"]


@pytest.mark.parametrize("case", cases("rfc7027-brainpool-ecdh.json", curve="brainpoolP256r1"))
def test_brainpool_key_agreement_gives_the_published_x_on_both_sides(case: dict[str, Any]) -> None:
    a = OneTimeKey.from_scalar(Curve.BRAINPOOL_P256R1, bytes.fromhex(case["d_a"]))
    b = OneTimeKey.from_scalar(Curve.BRAINPOOL_P256R1, bytes.fromhex(case["d_b"]))
    assert a.public_key.hex() == "04" + case["x_a"] + case["y_a"]
    assert b.public_key.hex() == "04" + case["x_b"] + case["y_b"]
    assert a.agree(b.public_key).hex() == b.agree(a.public_key).hex() == case["x_z"]


@pytest.mark.parametrize("case", cases("rfc6979-p256-ecdsa.json", hash="sha256"))
def test_signing_is_deterministic_and_gives_the_published_signature(case: dict[str, Any]) -> None:
    document = figures("rfc6979-p256-ecdsa.json")
    key = PrivateKey.from_scalar(Curve.P256, bytes.fromhex(document["private_key"]))
    assert key.point.hex() == "04" + document["public_x"] + document["public_y"]
    signature = SoftwareSigner(key).sign(case["message_text"].encode())
    assert signature.hex() == case["r"] + case["s"]


def verdict(case: dict[str, Any], *, raw: bool) -> bool:
    """Return what our verification says of a Wycheproof signature."""
    key = PublicKey(CURVES[case["curve"]], bytes.fromhex(case["public_key"]))
    verify = verify_signature if raw else verify_der_signature
    try:
        verify(key, bytes.fromhex(case["message"]), bytes.fromhex(case["signature"]))
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize(
    "case",
    cases("wycheproof-ecdsa-p256-sha256-der.json", "wycheproof-ecdsa-brainpoolp256r1-sha256-der.json"),
)
def test_wycheproof_judges_der_signatures_as_we_do(case: dict[str, Any]) -> None:
    assert verdict(case, raw=False) is case["valid"]


@pytest.mark.parametrize(
    "case",
    cases("wycheproof-ecdsa-p256-sha256-raw.json", "wycheproof-ecdsa-brainpoolp256r1-sha256-raw.json"),
)
def test_wycheproof_judges_raw_signatures_as_we_do(case: dict[str, Any]) -> None:
    assert verdict(case, raw=True) is case["valid"]


def agreed(case: dict[str, Any], point: bytes) -> str | None:
    """Return the shared secret of a Wycheproof agreement, None where we refuse it."""
    curve = CURVES[case["curve"]]
    try:
        return OneTimeKey.from_scalar(curve, scalar_of(case["private_key"])).agree(point).hex()
    except (VerificationError, DecodeError):
        return None


@pytest.mark.parametrize("case", cases("wycheproof-ecdh-p256.json"))
def test_wycheproof_judges_p256_points_as_we_do(case: dict[str, Any]) -> None:
    expected = case["shared"] if case["valid"] else None
    assert agreed(case, bytes.fromhex(case["public_key"])) == expected


@pytest.mark.parametrize("case", cases("wycheproof-ecdh-brainpoolp256r1.json"))
def test_wycheproof_judges_brainpool_public_key_infos_as_we_do(case: dict[str, Any]) -> None:
    try:
        key = PublicKey.decode(bytes.fromhex(case["public_key"]))
        point = key.point if key.curve is Curve.BRAINPOOL_P256R1 else b""
    except VerificationError:
        point = b""
    assert agreed(case, point) == (case["shared"] if case["valid"] else None)


@pytest.mark.parametrize("case", cases("wycheproof-x25519.json"))
def test_wycheproof_judges_x25519_keys_as_we_do(case: dict[str, Any]) -> None:
    """We refuse what leads to a secret of zeros, and take twist and non-canonical keys as RFC 7748 says."""
    try:
        shared = x25519.agree(bytes.fromhex(case["private_key"]), bytes.fromhex(case["public_key"])).hex()
    except VerificationError:
        shared = None
    assert shared == (None if "ZeroSharedSecret" in case["flags"] else case["shared"])
    assert case["result"] == "valid" or set(case["flags"]) & {"ZeroSharedSecret", "Twist"}


@pytest.mark.parametrize("row", figures("aes-cmac.json")["subkeys"], ids=["128", "192", "256"])
def test_cmac_of_nothing_comes_from_the_second_subkey(row: dict[str, Any]) -> None:
    """One block 80 00… xor K2, enciphered, is the MAC of the empty message."""
    key, k2 = bytes.fromhex(row["key"]), int(row["k2_computed"], 16)
    block = (k2 ^ 0x80 << 120).to_bytes(16, "big")
    encipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update
    assert encipher(bytes(16)).hex() == row["aes_of_zero_block_computed"]
    assert encipher(block) == aes_cmac(key, b"")
