"""Entries of the ledger: what is recorded, and the digest of it.

What is digested is JSON as RFC 8785 has it (no blanks, names in order, UTF-8), so that a stranger needs nothing of ours
to make the digest again (``examples/verify_ledger.py``). How entries are chained: ``chain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from openesim.kernel.errors import DecodeError

GATE: Final = "gate"
"""The actor of decisions that no person made."""

# Identifiers are texts of types of their own: they are written as the texts that they are.
_encode: Final = msgspec.json.Encoder(order="deterministic", enc_hook=str).encode
_DOMAIN: Final = b"openesim ledger entry 1\0"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class EntryKind(StrEnum):
    """What an entry tells."""

    DECISION = "decision"
    """The gate decided."""
    LOOK = "look"
    """Somebody looked at personal data, and why."""
    DEED = "deed"
    """Somebody did something at a desk or on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. Nothing in it is personal: people are told by case or keyed digest.

    Attributes:
        kind: what it tells.
        at: when, aware UTC; kept to the millisecond.
        actor: who did it: ``GATE``, an account, or who was at the command line.
        facts: what it tells, texts by name.
        operator: whose matter it is; None: nobody's in particular.
        subject: what it is about, such as ``case:…``, ``licence:12``, ``model:7``.
        order_id: the order it is about.
    """

    kind: EntryKind
    at: datetime
    actor: str
    facts: Mapping[str, str]
    operator: str | None = None
    subject: str | None = None
    order_id: int | None = None

    @property
    def told(self) -> bytes:
        """Everything it tells, as it is digested: an object in JSON, UTF-8.

        Raises:
            DecodeError: a text with half a surrogate, which is no text.
        """
        told = {
            "kind": self.kind.value,
            "at": (self.at - _EPOCH) // _MILLISECOND,
            "actor": self.actor,
            "operator": self.operator,
            "subject": self.subject,
            "order_id": self.order_id,
            "facts": dict(self.facts),
        }
        try:
            return _encode(told)
        except UnicodeEncodeError:
            raise DecodeError("an entry of the ledger with a text that cannot be written") from None

    @property
    def digest(self) -> bytes:
        """SHA-256 of everything it tells, 32 octets."""
        return digest_of(self.told)


def digest_of(told: bytes) -> bytes:
    """Return the digest of an entry.

    Args:
        told: everything that it tells, as it is digested.
    """
    return sha256(_DOMAIN + told).digest()
