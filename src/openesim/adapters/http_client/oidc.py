"""``services.conditions.persons.verifiers.IdentityProvider`` over HTTPS: we are the relying party of an OpenID Connect provider.

Source: OpenID Connect Core 1.0 §3.1, §5.3, §5.5, §9; RFC 6749 §4.1; RFC 7636; RFC 7523 §2.2.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Final, TypeVar
from urllib.parse import quote_plus, urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from openesim.adapters.http_client.id_token import (
    Expected,
    UnknownKeyError,
    VerifyingKey,
    verify_id_token,
    verify_signature,
)
from openesim.adapters.http_client.json_calls import Answer, CallOptions, JsonCalls
from openesim.adapters.http_client.oidc_discovery import Discovery, Provider
from openesim.conditions.identity.verified_claims import ClaimsPolicy, requested_claims
from openesim.conditions.identity.verifier_texts import Trouble, troubled
from openesim.kernel.errors import ConfigError, PeerError, VerificationError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import AuthorisationRequest, Redemption

T = TypeVar("T")

_CALLS_AT_ONCE: Final = 8
_ASSERTION_S: Final = 60
_FORM: Final = "application/x-www-form-urlencoded"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """What we and a provider have agreed on.

    Attributes:
        issuer: its issuer identifier, an https address.
        client_id: our name there.
        redirect_uri: where browsers come back to; registered there, and this provider's alone.
        client_secret: by which it knows us; None: by a key.
        client_key: private key, PEM (RSA for PS256, P-256 for ES256), by which it knows us (private_key_jwt).
        scopes: asked for beside ``openid``.
        asks_claims: name the claims that are wanted; otherwise the scopes say it.
        hosts: further host names that its addresses may be on.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: Secret[str] | None = None
    client_key: Secret[bytes] | None = None
    scopes: tuple[str, ...] = ()
    asks_claims: bool = True
    hosts: frozenset[str] = frozenset()


class OidcHttpProvider:
    """Implements ``IdentityProvider``; a slow provider holds up nobody else."""

    def __init__(self, settings: OidcSettings, policy: ClaimsPolicy, options: CallOptions) -> None:
        """Take what was agreed; the provider is asked when it is needed.

        Raises:
            ConfigError: the issuer is no address, or the key cannot be used.
        """
        if (settings.client_secret is None) == (settings.client_key is None):
            raise ConfigError(f"{policy.verifier}: a client secret or a client key is needed, one of them")
        self._settings: Final = settings
        self._who: Final = policy.verifier
        self._claims: Final = requested_claims(policy)
        self._calls: Final = JsonCalls(policy.verifier, options)
        self._discovery: Final = Discovery(
            self._calls, settings.issuer, settings.hosts, is_plain=options.is_plain
        )
        self._key: Final = _read_client_key(settings.client_key, policy.verifier)
        self._threads: Final = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="oidc")

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""
        return self._settings.issuer

    async def address(self, request: AuthorisationRequest) -> str:
        """Return where the browser goes.

        Raises:
            PeerError: what the provider says of itself cannot be had, or cannot be read.
        """
        provider = await self._run(self._discovery.provider)
        where = "userinfo" if provider.userinfo_endpoint is not None else "id_token"
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "scope": " ".join(("openid", *self._settings.scopes)),
            "state": request.state,
            "nonce": request.nonce,
            "code_challenge": request.code_challenge,
            "code_challenge_method": "S256",
        }
        if self._settings.asks_claims:
            asked["claims"] = _encode({where: {"verified_claims": self._claims}}).decode()
        if request.language is not None:
            asked["ui_locales"] = request.language
        joint = "&" if "?" in provider.authorization_endpoint else "?"
        return f"{provider.authorization_endpoint}{joint}{urlencode(asked)}"

    async def names_itself(self) -> bool:
        """Tell whether its answers say whose they are.

        Raises:
            PeerError: what the provider says of itself cannot be had, or cannot be read.
        """
        return (await self._run(self._discovery.provider)).names_itself

    async def redeem(self, redemption: Redemption) -> Mapping[str, Any]:
        """Return the claims of a code: those of the ID token, verified, and of UserInfo.

        Raises:
            VerificationError: code or ID token do not hold.
            PeerError: no answer that decides anything.
        """
        return await self._run(self._redeem, redemption)

    def close(self) -> None:
        """End; calls under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    # --- a code and what it is worth ------------------------------------------------------------------------------

    def _redeem(self, redemption: Redemption) -> Mapping[str, Any]:
        provider = self._discovery.provider()
        tokens = self._ask_tokens(provider, redemption)
        access_token = tokens.get("access_token")
        given = Secret(access_token) if isinstance(access_token, str) and access_token else None
        expected = Expected(
            issuer=self.issuer,
            client_id=self._settings.client_id,
            nonce=redemption.nonce,
            begun_at=redemption.begun_at,
            now=redemption.now,
            access_token=given,
        )
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise self._calls.unreadable("no ID token in the answer of the token endpoint")
        claims = self._with_keys(provider, lambda keys: verify_id_token(id_token, keys, expected))
        if "verified_claims" in claims or provider.userinfo_endpoint is None or given is None:
            return claims
        return claims | self._ask_userinfo(provider, provider.userinfo_endpoint, given, claims["sub"])

    def _ask_tokens(self, provider: Provider, redemption: Redemption) -> dict[str, Any]:
        """Redeem the code.

        Raises:
            VerificationError: it is not accepted (any more).
            PeerError: the provider does not know us, or decides nothing.
        """
        form = {
            "grant_type": "authorization_code",
            "code": redemption.code.reveal(),
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": redemption.code_verifier.reveal(),
        }
        headers = {}
        if self._settings.client_secret is not None:
            headers["Authorization"] = _basic(self._settings.client_id, self._settings.client_secret)
        else:
            form |= {"client_id": self._settings.client_id, "client_assertion_type": _ASSERTION_TYPE}
            form["client_assertion"] = self._assertion(provider, int(redemption.now.timestamp()))
        answer = self._calls.post(provider.token_endpoint, _FORM, headers, urlencode(form).encode())
        if answer.status == 200:
            return self._calls.read_object(answer)
        raise self._token_error(answer)

    def _token_error(self, answer: Answer) -> PeerError | VerificationError:
        """Return the error for a refusal of the token endpoint.

        Source: RFC 6749 §5.2.
        """
        if answer.status not in {400, 401}:
            return self._calls.refused(answer)
        try:
            word = self._calls.read_object(answer).get("error")
        except PeerError:
            return self._calls.refused(answer)
        if word == "invalid_grant":
            told = VerificationError(f"{self._who}: the code is not accepted")
            return troubled(told, Trouble.CODE_REFUSED)
        trouble = Trouble.REFUSES_US if str(word) in _NOT_US else Trouble.REFUSES_QUESTION
        return troubled(PeerError(f"{self._who}: HTTP status {answer.status}"), trouble)

    def _ask_userinfo(
        self, provider: Provider, address: str, access_token: Secret[str], subject: str
    ) -> dict[str, Any]:
        """Return the claims of UserInfo, of the very person of the ID token.

        Raises:
            VerificationError: they are another's.
            PeerError: no answer that decides anything.
        """
        answer = self._calls.get(address, {"Authorization": f"Bearer {access_token.reveal()}"})
        if answer.status != 200:
            raise self._calls.refused(answer)
        if answer.media_type == "application/jwt":
            token = answer.body.decode("ascii", "replace")
            claims = self._with_keys(provider, lambda keys: verify_signature(token, keys))
            if claims.get("iss") != self.issuer or not self._is_for_us(claims.get("aud")):
                raise self._does_not_hold("UserInfo is another's, or for somebody else")
        else:
            claims = self._calls.read_object(answer)
        if claims.get("sub") != subject:
            raise self._does_not_hold("UserInfo speaks of another person than the ID token")
        # Whose token it is and for whom stays what was verified.
        return {name: value for name, value in claims.items() if name not in _OF_THE_TOKEN}

    def _is_for_us(self, audience: Any) -> bool:
        listed = audience if isinstance(audience, list) else [audience]
        return self._settings.client_id in listed

    def _with_keys(
        self, provider: Provider, verify: Callable[[list[VerifyingKey]], dict[str, Any]]
    ) -> dict[str, Any]:
        """Return what a check returns with the keys that we have, or else with fresh ones.

        Raises:
            VerificationError: it does not hold with either.
        """
        try:
            try:
                return verify(self._discovery.known_keys())
            except UnknownKeyError:
                return verify(self._discovery.fresh_keys(provider))
        except VerificationError as error:
            raise self._does_not_hold(str(error)) from None

    def _does_not_hold(self, what: str) -> VerificationError:
        return troubled(VerificationError(f"{self._who}: {what}"), Trouble.ANSWER_INVALID)

    def _assertion(self, provider: Provider, now: int) -> str:
        """Return the proof that we hold our key.

        Source: OpenID Connect Core 1.0 §9; RFC 7523 §3.
        """
        assert self._key is not None  # noqa: S101 (a secret or a key, says the constructor)
        algorithm = "ES256" if isinstance(self._key, ECKey) else "PS256"
        name = self._settings.client_id
        claims = {"iss": name, "sub": name, "aud": provider.token_endpoint, "jti": token_urlsafe(16)}
        claims_and_times = {**claims, "iat": now, "exp": now + _ASSERTION_S}
        header = {"alg": algorithm, "kid": self._key.thumbprint()}
        return jwt.encode(header, claims_and_times, self._key, algorithms=[algorithm])


_NOT_US: Final = frozenset({"invalid_client", "unauthorized_client"})
_OF_THE_TOKEN: Final = frozenset({"iss", "aud", "azp", "exp", "iat", "nbf", "nonce"})


def _basic(name: str, secret: Secret[str]) -> str:
    """Return the header of client_secret_basic: both form-encoded first.

    Source: RFC 6749 §2.3.1.
    """
    pair = f"{quote_plus(name)}:{quote_plus(secret.reveal())}"
    return "Basic " + b64encode(pair.encode()).decode()


def _read_client_key(pem: Secret[bytes] | None, who: str) -> RSAKey | ECKey | None:
    """Return our private key.

    Raises:
        ConfigError: it is none that we sign with.
    """
    if pem is None:
        return None
    for kind in (ECKey, RSAKey):
        try:
            key: RSAKey | ECKey = kind.import_key(pem.reveal())
        except (JoseError, ValueError, TypeError):
            continue
        if key.is_private and (isinstance(key, RSAKey) or key.curve_name == "P-256"):
            return key
    raise ConfigError(
        f"{who}: the client key has to be a private key, PEM: P-256, or RSA of 2048 bits or more"
    )
