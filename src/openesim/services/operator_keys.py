"""API keys as an operator's people keep them at their desk: made, shown once, revoked; each with an entry of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained.entries import Entry as Told
from openesim.messages.sgp22.explained.entries import Explained, Owner, Words
from openesim.services.access import AccessStores, ApiKey, Scope, keep, new_api_key, revoke
from openesim.services.ports import AnyWork, never
from openesim.services.replies import Answer, Replies, call_of_form
from openesim.transparency.entries import Entry, EntryKind

MOST_KEYS: Final = 100
"""Keys of one operator that open something."""

_MOST_LISTED: Final = 500
_MADE: Final = 201

_TOO_MANY: Final = Explained.of(
    "api-keys:too-many",
    Told(
        Owner.OPERATOR,
        Words("You have as many API keys as one operator may have.", "Revoke one that nobody uses any more."),
        Words("API 密钥已达数量上限。", "请先吊销不再使用的密钥。"),
    ),
)


class KeyStores(AccessStores, Protocol):
    """Keys and the ledger, inside one unit of work."""

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What a key shall be.

    Attributes:
        label: what people call it.
        scopes: what it lets its holder do.
        expires_at: last moment of its use, aware UTC; None: none.
    """

    label: str
    scopes: tuple[Scope, ...]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key, and what its holder shows.

    Attributes:
        key: as it is kept.
        text: told now and never again; None: it was told before.
    """

    key: ApiKey
    text: Secret[str] | None


class OperatorKeys:
    """The API keys of operators."""

    def __init__(self, work: AnyWork, ambient: Ambient, replies: Replies) -> None:
        """Bind to the stores."""
        self._work: Final = work
        self._replies: Final = replies
        self._ambient: Final = ambient

    async def all(self, operator: str) -> list[ApiKey]:
        """Return the keys of an operator, the newest first, dead ones too."""
        read: Callable[[KeyStores], list[ApiKey]] = lambda stores: stores.api_keys(operator, _MOST_LISTED)  # noqa: E731
        return (await self._work.run(read, must_last=never))[::-1]

    async def one(self, operator: str, key_id: str) -> ApiKey:
        """Return a key of an operator.

        Raises:
            NotFoundError: he has none of this name.
        """
        read: Callable[[KeyStores], ApiKey] = lambda stores: _own(stores, operator, key_id)  # noqa: E731
        return await self._work.run(read, must_last=never)

    async def make(self, operator: str, wish: KeyWish, actor: str, token: str) -> MadeKey:
        """Make a key; asked for twice by one form, it is made once, and its text is told once.

        Args:
            operator: whose.
            wish: what it shall be.
            actor: who makes it.
            token: name of this deed, drawn when its form was made.

        Raises:
            ConflictError: there are too many.
        """
        now = self._ambient.clock.now()
        key, text = new_api_key(
            operator, wish.scopes, self._ambient.entropy, now, label=wish.label, expires_at=wish.expires_at
        )

        def unit(stores: KeyStores) -> Answer:
            """Keep it, if there is room."""
            if sum(each.is_good(now) for each in stores.api_keys(operator, _MOST_LISTED)) >= MOST_KEYS:
                raise ConflictError("too many API keys").explained(_TOO_MANY)
            keep(stores, key)
            stores.append_entry(_deed(key, "api-key-make", actor, now, scopes=" ".join(sorted(key.scopes))))
            return Answer(http_status=_MADE, body=key.key_id.encode())

        answer = await self._replies.once(call_of_form(operator, token), unit)
        if answer.is_repeated:
            return MadeKey(await self.one(operator, answer.body.decode()), None)
        return MadeKey(key, text)

    async def revoke(self, operator: str, key_id: str, actor: str) -> ApiKey:
        """Revoke a key; it opens nothing any more within two seconds. A dead one stays as it is.

        Raises:
            NotFoundError: the operator has none of this name.
        """
        now = self._ambient.clock.now()

        def unit(stores: KeyStores) -> ApiKey:
            """Do it."""
            key = _own(stores, operator, key_id)
            if key.revoked_at is not None:
                return key
            stores.append_entry(_deed(key, "api-key-revoke", actor, now))
            return revoke(stores, key_id, now)

        return await self._work.run(unit)


def _own(stores: Any, operator: str, key_id: str) -> ApiKey:
    """Return a key of an operator.

    Raises:
        NotFoundError: he has none of this name, whoever else may.
    """
    key: ApiKey | None = stores.api_key(key_id)
    if key is None or key.operator != operator:
        raise NotFoundError("there is no such thing")
    return key


def _deed(key: ApiKey, name: str, actor: str, now: datetime, **facts: str) -> Entry:
    return Entry(
        kind=EntryKind.DEED,
        at=now,
        actor=actor,
        operator=key.operator,
        subject=f"api-key:{key.key_id}",
        facts={"deed": name, **facts},
    )
