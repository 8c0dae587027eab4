"""Who may call the REST API: keys of operators, each with scopes.

A key is shown once, when it is made. What is kept is its name, which leads to its row, and the SHA-256 digest of its
secret: 256 random bits need no slow hash, nobody can try them out.

A process keeps what it looked up for a second, so a key that is revoked by any process is dead everywhere within two.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol

from openesim.kernel.ambient import Clock, Entropy
from openesim.kernel.errors import ConfigError, NotFoundError, OpenEsimError
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.operators import Operator
from openesim.services.ports import AnyWork, never

_FORM: Final = re.compile(r"oe_([a-z2-7]{16})_([a-z2-7]{52})")
_NAME_OCTETS: Final = 10
_SECRET_OCTETS: Final = 32
_REMEMBERED: Final = timedelta(seconds=1)
_MOST_REMEMBERED: Final = 4096
_NOBODY: Final = bytes(32)
"""Compared with where no key has the name, so that both answers take the same time."""


class Scope(StrEnum):
    """What a key lets its holder do."""

    PROFILE_TYPES_READ = "profile_types:read"
    STOCK_READ = "stock:read"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    ACTIVATION_CODES_READ = "activation_codes:read"
    CHIPS_READ = "chips:read"
    LINES_READ = "lines:read"
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


class KeyRefusedError(OpenEsimError):
    """Nobody is known by the key that came, or its time is over."""


class ScopeMissingError(OpenEsimError):
    """The key is good, and does not reach as far as what was asked for.

    Attributes:
        scope: what is missing.
    """

    def __init__(self, scope: Scope) -> None:
        """Keep what is missing."""
        super().__init__(f"the key lacks the scope {scope.value}")
        self.scope = scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept.

    Attributes:
        key_id: its name, no secret.
        operator: whose.
        label: what its owner calls it.
        digest: SHA-256 of its secret, 32 octets.
        scopes: what it lets its holder do.
        created_at: when it was made, aware UTC.
        expires_at: last moment of its use; None: none.
        revoked_at: since when it is dead; None: it is not.
    """

    key_id: str
    operator: str
    label: str
    digest: bytes
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Tell whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or now <= self.expires_at)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: an operator, by one of his keys.

    Attributes:
        operator: name of the operator.
        key_id: name of the key.
        scopes: what it lets him do.
    """

    operator: str
    key_id: str
    scopes: frozenset[Scope]

    def verify_may(self, scope: Scope) -> None:
        """Refuse what the key does not reach.

        Raises:
            ScopeMissingError: the scope is missing.
        """
        if scope not in self.scopes:
            raise ScopeMissingError(scope)


class AccessStores(Protocol):
    """The keys, inside one unit of work."""

    def api_key(self, key_id: str) -> ApiKey | None:
        """Return the key of a name."""
        ...

    def api_keys(self, operator: str | None, limit: int) -> list[ApiKey]:
        """Return keys by name: of one operator, or of all."""
        ...

    def add_api_key(self, key: ApiKey) -> None:
        """Store a new key of an operator who is kept."""
        ...

    def operator(self, name: str) -> Operator | None:
        """Return what is kept of an operator."""
        ...

    def add_operator(self, operator: Operator) -> None:
        """Keep a new operator."""
        ...

    def revoke_api_key(self, key_id: str, at: datetime) -> None:
        """Note from when on a key is dead."""
        ...


def new_api_key(
    operator: str,
    scopes: Iterable[Scope],
    entropy: Entropy,
    now: datetime,
    *,
    label: str = "",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, Secret[str]]:
    """Return a new key as it is kept, and the text that its holder shows.

    Args:
        operator: whose.
        scopes: what it lets him do.
        entropy: source of its name and secret.
        now: aware UTC.
        label: what its owner calls it.
        expires_at: last moment of its use, aware UTC; None: none.
    """
    name, secret = (_text(entropy(octets)) for octets in (_NAME_OCTETS, _SECRET_OCTETS))
    key = ApiKey(
        key_id=name,
        operator=operator,
        label=label,
        digest=_digest(secret),
        scopes=frozenset(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    return key, Secret(f"oe_{name}_{secret}")


def keep(stores: AccessStores, key: ApiKey) -> None:
    """Store a new key, and its operator if nothing is kept of him yet."""
    if stores.operator(key.operator) is None:
        stores.add_operator(Operator(name=key.operator, display_name=key.operator, created_at=key.created_at))
    stores.add_api_key(key)


def parse_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes of a list such as ``orders:read,orders:write``; ``all`` means every one.

    Raises:
        ConfigError: a name that is no scope, or none at all.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return frozenset(Scope)
    unknown = [name for name in names if name not in set(Scope)]
    if unknown or not names:
        known = ", ".join(Scope)
        raise ConfigError(f"{unknown[0] if unknown else 'nothing'} is no scope; scopes are {known}, or all")
    return frozenset(Scope(name) for name in names)


def revoke(stores: AccessStores, key_id: str, now: datetime) -> ApiKey:
    """Revoke a key by its name, or by the whole key, and return it; a dead one stays as it is.

    Raises:
        NotFoundError: no key has the name.
    """
    form = _FORM.fullmatch(key_id)
    key = stores.api_key(form[1] if form else key_id)
    if key is None:
        raise NotFoundError("no API key has this name")
    if key.revoked_at is None:
        stores.revoke_api_key(key.key_id, now)
        return replace(key, revoked_at=now)
    return key


class AccessService:
    """Says who is behind a key."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the keys."""
        self._work: Final = work
        self._clock: Final = clock
        self._known: Final[OrderedDict[str, tuple[ApiKey, datetime]]] = OrderedDict()

    async def caller(self, text: str) -> Caller:
        """Return who is behind a key.

        Raises:
            KeyRefusedError: nobody, or its time is over; which of the two is told to who has the secret alone.
        """
        form = _FORM.fullmatch(text)
        key = None if form is None else await self._key(form[1])
        secret = form[2] if form else ""
        is_right = hmac.compare_digest(_digest(secret), key.digest if key else _NOBODY)
        if key is None or not is_right:
            raise KeyRefusedError("no such API key")
        if not key.is_good(self._clock.now()):
            raise KeyRefusedError(
                "this API key was revoked" if key.revoked_at else "this API key has expired"
            )
        return Caller(key.operator, key.key_id, key.scopes)

    async def _key(self, key_id: str) -> ApiKey | None:
        """Return the key of a name, as it was at most a second ago."""
        now = self._clock.now()
        known = self._known.get(key_id)
        if known is not None and now < known[1]:
            return known[0]
        load: Callable[[AccessStores], ApiKey | None] = lambda stores: stores.api_key(key_id)  # noqa: E731
        key = await self._work.run(load, must_last=never)
        if key is None:
            self._known.pop(key_id, None)
            return None
        self._known[key_id] = key, now + _REMEMBERED
        self._known.move_to_end(key_id)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return key


def _text(octets: bytes) -> str:
    """Return octets in an alphabet that survives every clipboard and header."""
    return base64.b32encode(octets).decode().rstrip("=").lower()


def _digest(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return sha256(secret.encode()).digest()
