"""The relying party against a provider that does everything wrong; a right one is in tests/interop."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from openesim.adapters.http_client import oidc_discovery
from openesim.adapters.http_client.oidc import OidcHttpProvider, OidcSettings
from openesim.conditions.identity.verifier_texts import Trouble, trouble_of
from openesim.kernel.errors import ConfigError, OpenEsimError, PeerError, VerificationError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import AuthorisationRequest, Redemption
from tests.support.answering import Heard, Said, answer
from tests.support.verifying import NOW, NUMBER, POLICY, REDIRECT, localhost, options, verified_claims

pytestmark = pytest.mark.sockets

NONCE, CODE, CODE_VERIFIER, SECRET = "n" * 43, "the-code", "v" * 43, "s3cret of+ours"
REQUEST = AuthorisationRequest(state="s" * 43, nonce=NONCE, code_challenge="c" * 43)
REDEMPTION = Redemption(
    code=Secret(CODE),
    code_verifier=Secret(CODE_VERIFIER),
    nonce=Secret(NONCE),
    begun_at=NOW - timedelta(minutes=1),
    now=NOW,
)
KEYS = [ECKey.generate_key("P-256", {"kid": f"key-{number}", "use": "sig"}) for number in range(2)]

Change = Callable[[dict[str, Any]], object]


@dataclass
class Hostile:
    """A provider whose answers are changed by the test."""

    changes: dict[str, Change] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    shown: list[ECKey] = field(default_factory=lambda: KEYS[:1])
    signing: ECKey = field(default_factory=lambda: KEYS[0])
    claims: dict[str, Any] = field(default_factory=dict)
    issuer: str = ""
    heard: list[Heard] = field(default_factory=list)

    def __call__(self, heard: Heard) -> Said:
        path = urlsplit(heard.path).path
        if path in self.said:
            return self.said[path]
        tell: Callable[[], dict[str, Any]] = {
            "/.well-known/openid-configuration": self._configuration,
            "/jwks": lambda: {"keys": [key.as_dict(private=False) for key in self.shown]},
            "/token": lambda: {
                "token_type": "Bearer",
                "access_token": "an-access-token",
                "id_token": self._token(),
            },
            "/userinfo": lambda: {"sub": "u1", "verified_claims": verified_claims()},
        }[path]
        told = tell()
        change = self.changes.get(path)
        if change is not None:
            change(told)
        return Said(body=json.dumps(told).encode())

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }

    def _token(self) -> str:
        now = int(NOW.timestamp())
        told = {
            "iss": self.issuer,
            "sub": "u1",
            "aud": "openesim",
            "exp": now + 60,
            "iat": now,
            "nonce": NONCE,
        }
        header = {"alg": "ES256", "kid": self.signing.kid}
        return jwt.encode(header, told | self.claims, self.signing, algorithms=["ES256"])


class Run:
    """A hostile provider on the line, and the relying party."""

    def __init__(self, hostile: Hostile, port: int, heard: list[Heard], **changed: Any) -> None:
        hostile.issuer = f"https://localhost:{port}"
        self.hostile, self.heard = hostile, heard
        told: dict[str, Any] = {
            "issuer": hostile.issuer,
            "client_id": "openesim",
            "redirect_uri": REDIRECT,
            "client_secret": Secret(SECRET),
        }
        self.provider = OidcHttpProvider(OidcSettings(**(told | changed)), POLICY, options())

    def redeem(self) -> Any:
        return asyncio.run(self.provider.redeem(REDEMPTION))

    def address(self) -> str:
        return asyncio.run(self.provider.address(REQUEST))

    def refusal(self, call: Callable[[], Any] | None = None) -> OpenEsimError:
        with pytest.raises((PeerError, VerificationError)) as refused:
            (call or self.redeem)()
        told = f"{refused.value} {refused.value.explanation}"
        for secret in (NONCE, CODE, CODE_VERIFIER, SECRET, "an-access-token", NUMBER):
            assert secret not in told
        return refused.value

    def paths(self) -> list[str]:
        return [urlsplit(each.path).path for each in self.heard]


def run(hostile: Hostile, then: Callable[[Run], None], **changed: Any) -> None:
    with answer(hostile, localhost()[0]) as (port, heard):
        then(Run(hostile, port, heard, **changed))


def refused(hostile: Hostile, kind: type[OpenEsimError], trouble: Trouble, **changed: Any) -> None:
    def then(running: Run) -> None:
        error = running.refusal()
        assert type(error) is kind, error
        assert trouble_of(error) is trouble

    run(hostile, then, **changed)


def test_a_code_is_redeemed_with_secret_and_code_verifier() -> None:
    def then(running: Run) -> None:
        claims = running.redeem()
        assert claims["verified_claims"] == verified_claims()
        asked = next(each for each in running.heard if each.path == "/token")
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        assert form == {
            "grant_type": "authorization_code",
            "code": CODE,
            "redirect_uri": REDIRECT,
            "code_verifier": CODE_VERIFIER,
        }
        assert (
            b64decode(asked.headers["Authorization"].removeprefix("Basic ")) == b"openesim:s3cret+of%2Bours"
        )
        userinfo = next(each for each in running.heard if each.path == "/userinfo")
        assert userinfo.headers["Authorization"] == "Bearer an-access-token"
        assert all("an-access-token" not in each.path and CODE not in each.path for each in running.heard)

    run(Hostile(), then)


def test_what_the_provider_says_of_itself_is_asked_once() -> None:
    def then(running: Run) -> None:
        for _ in range(3):
            running.redeem()
        assert running.paths().count("/.well-known/openid-configuration") == 1
        assert running.paths().count("/jwks") == 1

    run(Hostile(), then)


def test_keys_may_be_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc_discovery, "_KEYS_AGAIN_S", 0.0)
    hostile = Hostile()

    def then(running: Run) -> None:
        running.redeem()
        hostile.shown, hostile.signing = KEYS, KEYS[1]
        running.redeem()
        hostile.shown = KEYS[1:]
        running.redeem()
        assert running.paths().count("/jwks") == 2

    run(hostile, then)


def test_a_key_that_the_provider_gave_up_is_believed_for_an_hour_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(oidc_discovery, "_KEYS_AGAIN_S", 0.0)
    monkeypatch.setattr(oidc_discovery, "_KEEP_S", 0.0)
    hostile = Hostile()

    def then(running: Run) -> None:
        running.redeem()
        hostile.shown = KEYS[1:]
        assert trouble_of(running.refusal()) is Trouble.ANSWER_INVALID

    run(hostile, then)


def test_tokens_of_unknown_keys_do_not_make_us_ask_without_end() -> None:
    hostile = Hostile(signing=KEYS[1])

    def then(running: Run) -> None:
        for _ in range(5):
            assert trouble_of(running.refusal()) is Trouble.ANSWER_INVALID
        assert running.paths().count("/jwks") == 1

    run(hostile, then)


def test_the_address_keeps_what_the_provider_put_in_it() -> None:
    def then(running: Run) -> None:
        asked = dict(parse_qsl(urlsplit(running.address()).query))
        assert asked["tenant"] == "1"
        assert (asked["state"], asked["nonce"]) == (REQUEST.state, REQUEST.nonce)
        assert set(json.loads(asked["claims"])) == {"userinfo"}

    run(Hostile(), then)


def test_without_userinfo_the_id_token_is_asked_for_the_claims() -> None:
    hostile = Hostile(
        changes={"/.well-known/openid-configuration": lambda told: told.pop("userinfo_endpoint")}
    )

    def then(running: Run) -> None:
        asked = dict(parse_qsl(urlsplit(running.address()).query))
        assert set(json.loads(asked["claims"])) == {"id_token"}
        assert "verified_claims" not in running.redeem()

    run(hostile, then)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example.com"},
        {"token_endpoint": "https://evil.example.com/token"},
        {"userinfo_endpoint": "https://evil.example.com/userinfo"},
        {"jwks_uri": "https://evil.example.com/jwks"},
        {"authorization_endpoint": "https://evil.example.com/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://localhost/token"},
        {"token_endpoint": "https://localhost@evil.example.com/"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
        {"code_challenge_methods_supported": ["plain"]},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    ],
)
def test_a_provider_that_says_strange_things_of_itself_is_not_used(change: dict[str, Any]) -> None:
    hostile = Hostile(changes={"/.well-known/openid-configuration": lambda told: told.update(change)})

    def then(running: Run) -> None:
        assert trouble_of(running.refusal(running.address)) is Trouble.UNREADABLE
        assert set(running.paths()) == {"/.well-known/openid-configuration"}

    run(hostile, then)


def test_a_host_may_be_allowed() -> None:
    def then(running: Run) -> None:
        assert running.address().startswith("https://login.example.com/?")

    change = {"authorization_endpoint": "https://login.example.com/"}
    hostile = Hostile(changes={"/.well-known/openid-configuration": lambda told: told.update(change)})
    run(hostile, then, hosts=frozenset({"login.example.com"}))


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"iss": "https://evil.example.com"},
        {"aud": "somebody-else"},
        {"exp": int(NOW.timestamp()) - 3600},
        {"iat": int(NOW.timestamp()) - 3600},
    ],
)
def test_an_id_token_that_does_not_hold_is_refused(claims: dict[str, Any]) -> None:
    refused(Hostile(claims=claims), VerificationError, Trouble.ANSWER_INVALID)


@pytest.mark.parametrize("token", [None, 7, [], {}])
def test_without_an_id_token_there_is_nothing(token: Any) -> None:
    hostile = Hostile(changes={"/token": lambda told: told.update(id_token=token)})
    refused(hostile, PeerError, Trouble.UNREADABLE)


def test_userinfo_of_another_person_is_refused() -> None:
    hostile = Hostile(changes={"/userinfo": lambda told: told.update(sub="u2")})
    refused(hostile, VerificationError, Trouble.ANSWER_INVALID)


def test_userinfo_does_not_say_whose_the_token_is() -> None:
    def change(told: dict[str, Any]) -> None:
        told.update(iss="https://evil.example.com", aud="somebody-else", nonce="x")

    def then(running: Run) -> None:
        claims = running.redeem()
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (running.hostile.issuer, "openesim", NONCE)

    run(Hostile(changes={"/userinfo": change}), then)


@pytest.mark.parametrize(
    ("changed", "is_good"),
    [
        ({}, True),
        ({"aud": ["openesim", "other"]}, True),
        ({"aud": "somebody-else"}, False),
        ({"iss": "x"}, False),
        ({"aud": None}, False),
        ({"iss": None}, False),
    ],
)
def test_userinfo_may_be_signed(changed: dict[str, Any], is_good: bool) -> None:
    hostile = Hostile()

    def then(running: Run) -> None:
        told = {"sub": "u1", "iss": hostile.issuer, "aud": "openesim", "verified_claims": verified_claims()}
        header = {"alg": "ES256", "kid": "key-0"}
        claims = {name: value for name, value in (told | changed).items() if value is not None}
        token = jwt.encode(header, claims, KEYS[0], algorithms=["ES256"])
        hostile.said["/userinfo"] = Said(body=token.encode(), media_type="application/jwt")
        if is_good:
            assert "verified_claims" in running.redeem()
        else:
            assert trouble_of(running.refusal()) is Trouble.ANSWER_INVALID

    run(hostile, then)


@pytest.mark.parametrize(
    ("said", "kind", "trouble"),
    [
        (Said(400, b'{"error":"invalid_grant"}'), VerificationError, Trouble.CODE_REFUSED),
        (Said(401, b'{"error":"invalid_client"}'), PeerError, Trouble.REFUSES_US),
        (Said(400, b'{"error":"unauthorized_client"}'), PeerError, Trouble.REFUSES_US),
        (Said(400, b'{"error":"invalid_request"}'), PeerError, Trouble.REFUSES_QUESTION),
        (Said(400, b'{"error":["x"]}'), PeerError, Trouble.REFUSES_QUESTION),
        (Said(400, b"<html>"), PeerError, Trouble.REFUSES_QUESTION),
        (Said(401, b"<html>"), PeerError, Trouble.REFUSES_US),
        (Said(500, b"an-access-token"), PeerError, Trouble.BUSY),
        (Said(503, b"", headers={"Retry-After": "9"}), PeerError, Trouble.BUSY),
        (Said(302, b"", headers={"Location": "https://evil.example.com/"}), PeerError, Trouble.UNREADABLE),
        (Said(200, b"x" * (300 << 10)), PeerError, Trouble.UNREADABLE),
        (Said(200, b"[]"), PeerError, Trouble.UNREADABLE),
    ],
)
def test_a_refusal_is_told_from_a_failure(said: Said, kind: type[OpenEsimError], trouble: Trouble) -> None:
    refused(Hostile(said={"/token": said}), kind, trouble)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/userinfo"])
@pytest.mark.parametrize(
    "said", [Said(500), Said(307, headers={"Location": "https://localhost:1/"}), Said(body=b"[")]
)
def test_any_other_page_that_fails_decides_nothing(path: str, said: Said) -> None:
    def then(running: Run) -> None:
        assert isinstance(running.refusal(), PeerError)

    run(Hostile(said={path: said}), then)


def test_one_way_to_be_known_is_needed() -> None:
    key = Secret(ECKey.generate_key("P-256").as_pem(private=True))
    told: dict[str, Any] = {"issuer": "https://id.example.com", "client_id": "c", "redirect_uri": REDIRECT}
    ways: list[dict[str, Any]] = [{}, {"client_secret": Secret("x"), "client_key": key}]
    for known in ways:
        with pytest.raises(ConfigError, match="one of them"):
            OidcHttpProvider(OidcSettings(**told, **known), POLICY, options())


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"no key",
        ECKey.generate_key("P-256").as_pem(private=False),
        ECKey.generate_key("P-384").as_pem(private=True),
    ],
)
def test_a_key_that_we_do_not_sign_with_is_refused_at_the_start(pem: bytes) -> None:
    told: dict[str, Any] = {"issuer": "https://id.example.com", "client_id": "c", "redirect_uri": REDIRECT}
    with pytest.raises(ConfigError, match="private key"):
        OidcHttpProvider(OidcSettings(**told, client_key=Secret(pem)), POLICY, options())


def test_an_rsa_key_signs_with_pss() -> None:
    key = RSAKey.generate_key(2048)

    def then(running: Run) -> None:
        running.redeem()
        asked = next(each for each in running.heard if each.path == "/token")
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        signed = jwt.decode(form["client_assertion"], key, algorithms=["PS256"])
        assert signed.claims["iss"] == signed.claims["sub"] == form["client_id"] == "openesim"
        assert signed.claims["aud"] == f"{running.hostile.issuer}/token"
        assert "Authorization" not in asked.headers

    run(Hostile(), then, client_secret=None, client_key=Secret(key.as_pem(private=True)))


@pytest.mark.parametrize("issuer", ["http://id.example.com", "id.example.com", "https://id.example.com/?x"])
def test_an_issuer_is_an_https_address(issuer: str) -> None:
    told: dict[str, Any] = {"client_id": "c", "redirect_uri": REDIRECT, "client_secret": Secret("x")}
    with pytest.raises(ConfigError):
        OidcHttpProvider(OidcSettings(issuer=issuer, **told), POLICY, options())


def test_settings_show_no_secret() -> None:
    told: dict[str, Any] = {"issuer": "https://id.example.com", "client_id": "c", "redirect_uri": REDIRECT}
    assert SECRET not in repr(OidcSettings(**told, client_secret=Secret(SECRET)))
