"""What the SM-DS is: its address, keys and rules; and what a function gives back.

Source: SGP.22 v2.5 §2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.status import Status
from openesim.provisioning.procedures.server_authentication import Handshake
from openesim.provisioning.smds.events import Event
from openesim.security.pki.chain import EumCache
from openesim.security.pki.trust import ServerIdentity, TrustStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmdsPolicy:
    """Rules that the server's owner may set.

    Attributes:
        session_lifetime: how long an LPA may take between its two calls.
        event_lifetime: how long an event stays that nobody deletes; None: until it is deleted.
    """

    session_lifetime: timedelta = timedelta(minutes=30)
    event_lifetime: timedelta | None = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Smds:
    """The SM-DS as its functions see it.

    Attributes:
        fqdn: our address.
        identities: our certificates by key identifier of the CI.
        trust: the CI keys under which chips are known, and revocations.
        policy: the owner's rules.
        manufacturers: EUM certificates that were verified before.
        root: address of the root SM-DS that we forward to; None where we are a root ourselves.
    """

    fqdn: str
    identities: Mapping[bytes, ServerIdentity]
    trust: TrustStore
    policy: SmdsPolicy
    manufacturers: EumCache
    root: str | None = None


@with_quick_init
@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a function answers, and what is to be stored with it in one unit of work.

    Attributes:
        answer: the output, or the status of a failure.
        session: the session to store.
        event: the event to store.
    """

    answer: T | Status
    session: Handshake | None = None
    event: Event | None = None
