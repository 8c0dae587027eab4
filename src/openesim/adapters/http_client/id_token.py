"""ID tokens: signed by a key of the provider, for us, for this flow, and now.

The algorithm is chosen by us and never by the token: a list of three, and a key that is of the algorithm's kind. Shared
secrets and ``none`` are not in it.

Source: OpenID Connect Core 1.0 §2, §3.1.3.7; RFC 7515 §5.2; RFC 7517 §4, §5; RFC 8725 §3.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from openesim.kernel.errors import VerificationError
from openesim.kernel.secret import Secret

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
LEEWAY: Final = timedelta(seconds=60)
"""How far clocks may be apart."""

VerifyingKey = RSAKey | ECKey

_KINDS: Final[Mapping[str, type[VerifyingKey]]] = {"RS256": RSAKey, "PS256": RSAKey, "ES256": ECKey}
_MOST_KEYS: Final = 64
_MOST_TOKEN: Final = 128 << 10
_LEAST_BITS: Final = 2048
_MOST_BITS: Final = 8192
_REGISTRY: Final = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class UnknownKeyError(VerificationError):
    """No key that we have fits the token: the provider may have changed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token has to say.

    Attributes:
        issuer: whose it is.
        client_id: for whom.
        nonce: of the flow.
        begun_at: when the flow began.
        now: aware, in UTC.
        access_token: that came with it, if one did.
    """

    issuer: str
    client_id: str
    nonce: Secret[str]
    begun_at: datetime
    now: datetime
    access_token: Secret[str] | None = None


def read_keys(jwks: Mapping[str, Any]) -> list[VerifyingKey]:
    """Return the keys of a JWK set that can verify signatures; what is of no use, or hostile, is passed over."""
    listed = jwks.get("keys")
    found = [_read_key(each) for each in listed[:_MOST_KEYS]] if isinstance(listed, list) else []
    return [key for key in found if key is not None]


def verify_id_token(token: str, keys: Sequence[VerifyingKey], expected: Expected) -> dict[str, Any]:
    """Return the claims of an ID token.

    Raises:
        UnknownKeyError: no key fits; fresh ones may.
        VerificationError: something does not hold; the text says what, and nothing of its content.
    """
    claims = verify_signature(token, keys)
    _verify_parties(claims, expected)
    _verify_times(claims, expected)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not _same(nonce, expected.nonce.reveal()):
        raise VerificationError("ID token: the nonce is not that of the flow")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise VerificationError("ID token: sub is missing or too long")
    at_hash = claims.get("at_hash")
    if at_hash is not None and expected.access_token is not None:
        half = hashlib.sha256(expected.access_token.reveal().encode()).digest()[:16]
        if not isinstance(at_hash, str) or not _same(at_hash, _base64url(half)):
            raise VerificationError("ID token: at_hash is not that of the access token")
    return claims


def verify_signature(token: str, keys: Sequence[VerifyingKey]) -> dict[str, Any]:
    """Return the claims of a signed token; who may have signed what is the caller's to know.

    Raises:
        UnknownKeyError: no key fits.
        VerificationError: no token, an algorithm that is not ours, or a signature that does not hold.
    """
    try:
        if len(token) > _MOST_TOKEN or not token.isascii():
            raise ValueError
        header = jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise VerificationError("token: signed with an algorithm that is not allowed")
        key = _choose(keys, algorithm, kid)
        signed = jws.deserialize_compact(token, key, algorithms=ALGORITHMS, registry=_REGISTRY)
        claims = msgspec.json.decode(signed.payload)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # Texts of the library may quote the token.
        raise VerificationError("token: it is none, or its signature does not hold") from None
    if not isinstance(claims, dict):
        raise VerificationError("token: it holds no claims")
    return claims


def _choose(keys: Sequence[VerifyingKey], algorithm: str, kid: Any) -> VerifyingKey:
    """Return the one key that fits.

    Raises:
        UnknownKeyError: none does, or more than one.
    """
    fitting = [
        key
        for key in keys
        if isinstance(key, _KINDS[algorithm])
        and key.alg in (None, algorithm)
        and (kid is None or key.kid == kid)
        and (algorithm != "ES256" or getattr(key, "curve_name", "") == "P-256")
    ]
    if len(fitting) != 1:
        raise UnknownKeyError(
            "token: signed with a key that the provider does not show, or does not tell apart"
        )
    return fitting[0]


def _verify_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    """Refuse a token of somebody else, or for somebody else."""
    if claims.get("iss") != expected.issuer:
        raise VerificationError("ID token: of another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise VerificationError("ID token: for somebody else")
    party = claims.get("azp")
    if (party is not None or len(audiences) > 1) and party != expected.client_id:
        raise VerificationError("ID token: given to somebody else")


def _verify_times(claims: Mapping[str, Any], expected: Expected) -> None:
    """Refuse a token that is over, not yet valid, or older than the flow."""
    now, begun = expected.now.timestamp(), expected.begun_at.timestamp()
    leeway = LEEWAY.total_seconds()
    expires, issued = _number(claims, "exp"), _number(claims, "iat")
    if expires <= now - leeway:
        raise VerificationError("ID token: its time is over")
    if not begun - leeway <= issued <= now + leeway:
        raise VerificationError("ID token: not issued in the time of the flow")
    if claims.get("nbf") is not None and _number(claims, "nbf") > now + leeway:
        raise VerificationError("ID token: not valid yet")


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise VerificationError(f"ID token: {name} is missing or no number")
    return value


def _read_key(given: Any) -> VerifyingKey | None:
    """Return a key that verifies signatures; None: it is of another kind, or broken."""
    if not isinstance(given, dict) or given.get("use", "sig") != "sig":
        return None
    kind = given.get("kty")
    if kind not in ("RSA", "EC"):
        return None
    if kind == "RSA" and not _LEAST_BITS <= len(str(given.get("n"))) * 6 // 8 * 8 <= _MOST_BITS + 8:
        return None
    # Who shows us a private key is no less believed, and it is none of our business.
    public = {name: given[name] for name in ("kty", "n", "e", "crv", "x", "y", "kid", "alg") if name in given}
    try:
        key: VerifyingKey = RSAKey.import_key(public) if kind == "RSA" else ECKey.import_key(public)
        key.public_key  # noqa: B018 (a point that is not on the curve shows itself here)
        return key
    except Exception:  # noqa: BLE001 (whatever a library makes of a hostile key)
        return None


def _same(told: str, expected: str) -> bool:
    return hmac.compare_digest(told.encode("utf-8", "surrogatepass"), expected.encode())


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
