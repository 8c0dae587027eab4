"""An ID token holds only if everything about it holds."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from openesim.adapters.http_client.id_token import (
    Expected,
    UnknownKeyError,
    read_keys,
    verify_id_token,
    verify_signature,
)
from openesim.kernel.errors import VerificationError
from openesim.kernel.secret import Secret
from tests.support.verifying import NOW

ISSUER, CLIENT, NONCE = "https://bank.example.com", "openesim", "n-0S6_WzA2Mj"
AT = Secret("an-access-token")

EXPECTED = Expected(
    issuer=ISSUER,
    client_id=CLIENT,
    nonce=Secret(NONCE),
    begun_at=NOW - timedelta(minutes=2),
    now=NOW,
    access_token=AT,
)


@cache
def key_of(kind: str) -> Any:
    """A private key; making one takes a while."""
    if kind == "RSA":
        return RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    return ECKey.generate_key("P-256", {"kid": kind, "use": "sig"})


def shown(*keys: Any, **more: Any) -> list[dict[str, Any]]:
    return [key.as_dict(private=False) | more for key in keys]


@cache
def keys() -> Any:
    return tuple(read_keys({"keys": shown(key_of("RSA"), key_of("EC"))}))


def claims(**changed: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    told = {"iss": ISSUER, "sub": "u1", "aud": CLIENT, "exp": now + 300, "iat": now - 5, "nonce": NONCE}
    return {name: value for name, value in (told | changed).items() if value is not ...}


def base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def part(value: Any) -> str:
    return base64url(json.dumps(value).encode())


def token(told: dict[str, Any], alg: str = "ES256", kid: str | None = "EC", key: Any = None) -> str:
    header = {"alg": alg} | ({} if kid is None else {"kid": kid})
    return jwt.encode(header, told, key or key_of("EC"), algorithms=[alg])


def test_a_token_that_holds_gives_its_claims() -> None:
    assert verify_id_token(token(claims(extra=1)), keys(), EXPECTED)["extra"] == 1


@pytest.mark.parametrize(("alg", "kid"), [("RS256", "rsa"), ("PS256", "rsa"), ("ES256", "EC")])
def test_three_algorithms_are_ours(alg: str, kid: str) -> None:
    made = token(claims(), alg, kid, key_of("RSA" if kid == "rsa" else "EC"))
    assert verify_id_token(made, keys(), EXPECTED)["sub"] == "u1"


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS512"])
def test_others_are_not(alg: str) -> None:
    with pytest.raises(VerificationError, match="not allowed"):
        verify_id_token(token(claims(), alg, "rsa", key_of("RSA")), keys(), EXPECTED)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
def test_a_token_that_is_not_signed_is_none(alg: str) -> None:
    for signature in ("", "AAAA"):
        made = f"{part({'alg': alg, 'kid': 'EC'})}.{part(claims())}.{signature}"
        with pytest.raises(VerificationError):
            verify_id_token(made, keys(), EXPECTED)


def test_a_public_key_is_no_shared_secret() -> None:
    """HS256 under the octets of a public key: the oldest trick, made by hand since the library will not."""
    for octets in (key_of("RSA").as_pem(private=False), key_of("EC").as_pem(private=False)):
        signed = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(claims())}"
        mac = hmac.digest(octets, signed.encode(), "sha256")
        with pytest.raises(VerificationError, match="not allowed"):
            verify_id_token(f"{signed}.{base64url(mac)}", keys(), EXPECTED)


def test_a_shared_secret_among_the_keys_is_passed_over() -> None:
    listed = [{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "s"}]
    assert read_keys({"keys": listed}) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example.com"},
        {"iss": ISSUER + "/"},
        {"iss": ...},
        {"aud": "somebody-else"},
        {"aud": []},
        {"aud": ...},
        {"aud": [CLIENT, "somebody-else"]},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": ...},
        {"exp": "2036-01-01"},
        {"exp": True},
        {"iat": int(NOW.timestamp()) + 61},
        {"iat": int(NOW.timestamp()) - 200},
        {"iat": ...},
        {"nbf": int(NOW.timestamp()) + 61},
        {"nonce": "another"},
        {"nonce": ...},
        {"nonce": None},
        {"nonce": [NONCE]},
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "AAAA"},
        {"at_hash": 1},
    ],
)
def test_one_claim_that_does_not_hold_is_enough(changed: dict[str, Any]) -> None:
    with pytest.raises(VerificationError) as refused:
        verify_id_token(token(claims(**changed)), keys(), EXPECTED)
    assert "somebody-else" not in str(refused.value)


def test_several_audiences_need_the_authorised_party() -> None:
    made = token(claims(aud=[CLIENT, "somebody-else"], azp=CLIENT))
    assert verify_id_token(made, keys(), EXPECTED)


def test_clocks_may_be_a_minute_apart() -> None:
    made = token(claims(exp=int(NOW.timestamp()) - 59, iat=int(NOW.timestamp()) - 179))
    assert verify_id_token(made, keys(), EXPECTED)


def test_the_hash_of_the_access_token_binds_both() -> None:
    half = hashlib.sha256(AT.reveal().encode()).digest()[:16]
    made = token(claims(at_hash=urlsafe_b64encode(half).rstrip(b"=").decode()))
    assert verify_id_token(made, keys(), EXPECTED)
    with pytest.raises(VerificationError, match="at_hash"):
        verify_id_token(made, keys(), replace(EXPECTED, access_token=Secret("another")))


def test_a_key_that_nobody_shows_is_unknown() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "stranger"})
    with pytest.raises(UnknownKeyError):
        verify_id_token(token(claims(), kid="stranger", key=stranger), keys(), EXPECTED)


def test_the_name_of_a_key_does_not_make_it_the_providers() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "EC"})
    with pytest.raises(VerificationError, match="signature"):
        verify_id_token(token(claims(), kid="EC", key=stranger), keys(), EXPECTED)


def test_a_token_without_kid_is_verified_where_one_key_is_possible() -> None:
    assert verify_id_token(token(claims(), kid=None), keys(), EXPECTED)
    two = read_keys({"keys": shown(key_of("EC"), key_of("EC2"))})
    with pytest.raises(UnknownKeyError):
        verify_id_token(token(claims(), kid=None), two, EXPECTED)


def test_a_key_is_used_for_its_own_algorithm_only() -> None:
    one = read_keys({"keys": shown(key_of("RSA"), alg="PS256")})
    assert verify_id_token(token(claims(), "PS256", "rsa", key_of("RSA")), one, EXPECTED)
    with pytest.raises(UnknownKeyError):
        verify_id_token(token(claims(), "RS256", "rsa", key_of("RSA")), one, EXPECTED)


def test_keys_for_something_else_are_passed_over() -> None:
    assert read_keys({"keys": shown(key_of("EC"), use="enc")}) == []
    assert read_keys({"keys": [OKPKey.generate_key("Ed25519").as_dict(private=False)]}) == []


def test_short_rsa_keys_are_passed_over() -> None:
    modulus = urlsafe_b64encode(b"\xff" * 128).rstrip(b"=").decode()
    assert read_keys({"keys": [{"kty": "RSA", "n": modulus, "e": "AQAB"}]}) == []
    huge = urlsafe_b64encode(b"\xff" * 4096).rstrip(b"=").decode()
    assert read_keys({"keys": [{"kty": "RSA", "n": huge, "e": "AQAB"}]}) == []


def test_a_private_key_that_is_shown_is_taken_for_its_public_half() -> None:
    (key,) = read_keys({"keys": [key_of("EC").as_dict(private=True)]})
    assert not key.is_private


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": None},
        {"keys": {}},
        {"keys": [1, None, "x", []]},
        {
            "keys": [
                {"kty": []},
                {"kty": {}},
                {"kty": "RSA"},
                {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            ]
        },
        {"keys": [{"kty": "RSA", "n": "A" * 400, "e": 3}, {"kty": "EC", "crv": [], "x": 1, "y": None}]},
        {"keys": [{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}]},
    ],
)
def test_a_broken_key_is_no_key(jwks: dict[str, Any]) -> None:
    assert read_keys(jwks) == []


def test_of_a_thousand_keys_a_few_are_looked_at() -> None:
    assert len(read_keys({"keys": shown(key_of("EC")) * 1000})) == 64


def test_a_critical_header_that_nobody_knows_is_refused() -> None:
    made = jws.serialize_compact(
        {"alg": "ES256", "kid": "EC"}, json.dumps(claims()).encode(), key_of("EC"), algorithms=["ES256"]
    )
    header = urlsafe_b64encode(b'{"alg":"ES256","kid":"EC","crit":["exp"],"exp":1}').rstrip(b"=").decode()
    with pytest.raises(VerificationError):
        verify_signature(f"{header}.{made.split('.', 1)[1]}", keys())


def test_claims_have_to_be_an_object() -> None:
    made = jws.serialize_compact({"alg": "ES256", "kid": "EC"}, b"[1]", key_of("EC"), algorithms=["ES256"])
    with pytest.raises(VerificationError, match="no claims"):
        verify_signature(made, keys())


def test_a_token_of_a_megabyte_is_none() -> None:
    with pytest.raises(VerificationError):
        verify_signature("a." * 1_000_000, keys())


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}"))
def test_whatever_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        verify_signature(text, keys())


@given(st.data())
def test_a_token_with_one_letter_changed_does_not_hold(data: Any) -> None:
    made = token(claims())
    body = made.rsplit(".", 1)[0]
    at = data.draw(st.integers(0, len(body) - 1))
    letter = data.draw(st.sampled_from("ABCDEFabcdef0123-_."))
    if made[at] == letter:
        return
    with pytest.raises(VerificationError):
        verify_signature(made[:at] + letter + made[at + 1 :], keys())
