"""What an OpenID Connect provider says of itself: its addresses, and its keys.

Both are read once an hour, the latter also when a token names a key that we do not know. Every address that the provider
names has to be on a host that the configuration allows: its own, if nothing else is said.

Source: OpenID Connect Discovery 1.0 §3, §4; RFC 9207 §3; RFC 7517 §5.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from openesim.adapters.http_client.id_token import ALGORITHMS, VerifyingKey, read_keys
from openesim.adapters.http_client.json_calls import JsonCalls, split_address
from openesim.kernel.errors import ConfigError

_KEEP_S: Final = 3600.0
_KEYS_AGAIN_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a provider says of itself.

    Attributes:
        authorization_endpoint: where browsers go.
        token_endpoint: where codes are redeemed.
        jwks_uri: where its keys are.
        userinfo_endpoint: where claims are; None: in the ID token only.
        names_itself: whether its answers say whose they are.
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    names_itself: bool


class Discovery:
    """Knows a provider; from any thread."""

    def __init__(self, calls: JsonCalls, issuer: str, hosts: frozenset[str], *, is_plain: bool) -> None:
        """Take whom to ask.

        Args:
            calls: how.
            issuer: its issuer identifier.
            hosts: further host names that its addresses may be on.
            is_plain: HTTP without TLS is allowed (a laboratory).

        Raises:
            ConfigError: the issuer is no address.
        """
        url = split_address(issuer, is_plain=is_plain)
        if url.query:
            raise ConfigError("an issuer is an address without a query")
        self._calls: Final = calls
        self._issuer: Final = issuer
        self._hosts: Final = hosts | {url.hostname or ""}
        self._is_plain: Final = is_plain
        self._lock: Final = Lock()
        self._provider: Provider | None = None
        self._provider_until = 0.0
        self._keys: list[VerifyingKey] = []
        self._keys_until = 0.0
        self._keys_known_until = 0.0

    def provider(self) -> Provider:
        """Return what the provider says of itself, from memory while that is young.

        Raises:
            PeerError: it cannot be had, or cannot be read.
        """
        with self._lock:
            if self._provider is not None and time.monotonic() < self._provider_until:
                return self._provider
        answer = self._calls.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if answer.status != 200:
            raise self._calls.refused(answer)
        found = self._read(self._calls.read_object(answer))
        with self._lock:
            self._provider, self._provider_until = found, time.monotonic() + _KEEP_S
        return found

    def known_keys(self) -> list[VerifyingKey]:
        """Return the provider's keys as we have them; none that are older than an hour, which he may have given up."""
        with self._lock:
            return self._keys if time.monotonic() < self._keys_known_until else []

    def fresh_keys(self, provider: Provider) -> list[VerifyingKey]:
        """Return the provider's keys, asked anew; not more often than twice a minute, whatever tokens name.

        Raises:
            PeerError: they cannot be had, or cannot be read.
        """
        with self._lock:
            if time.monotonic() < self._keys_until:
                return self._keys
        answer = self._calls.get(provider.jwks_uri)
        if answer.status != 200:
            raise self._calls.refused(answer)
        keys = read_keys(self._calls.read_object(answer))
        with self._lock:
            now = time.monotonic()
            self._keys, self._keys_until, self._keys_known_until = keys, now + _KEYS_AGAIN_S, now + _KEEP_S
        return keys

    def _read(self, told: Mapping[str, Any]) -> Provider:
        """Return what a discovery document says."""
        if told.get("issuer") != self._issuer:
            raise self._calls.unreadable("what stands at this issuer says that it is another one")
        methods = told.get("code_challenge_methods_supported")
        if isinstance(methods, list) and "S256" not in methods:
            raise self._calls.unreadable("the provider does not take S256 code challenges")
        signed = told.get("id_token_signing_alg_values_supported")
        if isinstance(signed, list) and not {str(each) for each in signed} & set(ALGORITHMS):
            raise self._calls.unreadable(f"the provider signs with none of {', '.join(ALGORITHMS)}")
        has_userinfo = told.get("userinfo_endpoint") is not None
        return Provider(
            authorization_endpoint=self._endpoint(told, "authorization_endpoint"),
            token_endpoint=self._endpoint(told, "token_endpoint"),
            jwks_uri=self._endpoint(told, "jwks_uri"),
            userinfo_endpoint=self._endpoint(told, "userinfo_endpoint") if has_userinfo else None,
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        )

    def _endpoint(self, told: Mapping[str, Any], name: str) -> str:
        """Return an address of the provider, on a host that is its own."""
        value = told.get(name)
        try:
            url = split_address(value if isinstance(value, str) else "", is_plain=self._is_plain)
        except ConfigError:
            raise self._calls.unreadable(f"{name} is missing or no https address") from None
        if url.hostname not in self._hosts:
            raise self._calls.unreadable(f"{name} is on a host that the configuration does not allow")
        return url.geturl()
