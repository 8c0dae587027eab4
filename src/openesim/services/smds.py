"""The SM-DS as a service: one method a function, named as in the ``FUNCTIONS`` tables of ES11, ES12 and ES15.

An event is on disk before its registrant is answered. Where it is to be forwarded, it is on disk before the root
SM-DS hears of it, and the registrant is answered when both have it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import structlog

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError, FunctionError, PeerError
from openesim.kernel.ids import Eid, TransactionId
from openesim.messages.sgp22.es9plus import AuthenticateClientRequest, InitiateAuthenticationRequest
from openesim.messages.sgp22.es12 import DeleteEventRequest, RegisterEventRequest
from openesim.messages.sgp22.status import Reason, Status
from openesim.provisioning.procedures.event_registration import Registration, status_of
from openesim.provisioning.procedures.server_authentication import Handshake
from openesim.provisioning.smds import es11, es12
from openesim.provisioning.smds.context import Outcome, Smds
from openesim.provisioning.smds.events import Event, EventState
from openesim.services.event_registration import EventRegistrar
from openesim.services.guards import Guards
from openesim.services.ports import AnyWork, never

T = TypeVar("T")

_MOST_EVENTS: Final = 500
"""Events told to a chip at once; the oldest come first, and more when these are collected."""

_log = structlog.get_logger(__name__)


class SmdsStores(Protocol):
    """What the SM-DS keeps, inside one unit of work."""

    def discovery(self, transaction_id: TransactionId) -> Handshake | None:
        """Return the session of a chip that asks for its events."""
        ...

    def add_discovery(self, session: Handshake) -> None:
        """Store a new session."""
        ...

    def remove_discovery(self, transaction_id: TransactionId) -> None:
        """Forget a session that has ended."""
        ...

    def event(self, event_id: str) -> Event | None:
        """Return the event with exactly this id."""
        ...

    def events_of_chip(self, eid: Eid, limit: int) -> list[Event]:
        """Return the events of a chip, oldest first."""
        ...

    def events_before(self, moment: datetime, limit: int) -> list[Event]:
        """Return events that were registered before a moment, oldest first."""
        ...

    def add_event(self, event: Event) -> None:
        """Store a new event.

        Raises:
            ConflictError: its id is taken.
        """
        ...

    def save_event_state(self, event: Event) -> None:
        """Store where an event stands now."""
        ...

    def remove_event(self, event_id: str) -> None:
        """Remove an event."""
        ...

    def sweep_sessions(self, now: datetime, limit: int) -> int:
        """Remove at most ``limit`` expired sessions and return how many went."""
        ...


class SmdsService:
    """ES11, ES12 and ES15 over the stores."""

    def __init__(
        self,
        smds: Smds,
        work: AnyWork,
        ambient: Ambient,
        registrar: EventRegistrar | None = None,
        guards: Guards | None = None,
    ) -> None:
        """Bind who we are to what we keep.

        Args:
            smds: who we are.
            work: where events are kept.
            ambient: clock and randomness.
            registrar: leads to the root SM-DS, if we are not one.
            guards: what chips are held back by.
        """
        self._smds = smds
        self._work = work
        self._clock = ambient.clock
        self._entropy = ambient.entropy
        self._registrar = registrar
        self._guards = guards or Guards()

    # --- ES11 ---

    async def initiate_authentication(self, request: InitiateAuthenticationRequest) -> Any:
        """Open a session. On disk before the answer: nothing, a session that is lost is begun again."""
        outcome = es11.initiate_authentication(self._smds, request, self._clock.now(), self._entropy)
        session = outcome.session
        if session is not None:
            await self._work.run(lambda stores: stores.add_discovery(session), must_last=never)
        return outcome.answer

    async def authenticate_client(self, request: AuthenticateClientRequest) -> Any:
        """Tell a chip its events. On disk before the answer: nothing; it changes nothing but the session's end."""
        return await self._work.run(
            lambda stores: self._authenticate_client(stores, request), must_last=never
        )

    def _authenticate_client(self, stores: SmdsStores, request: AuthenticateClientRequest) -> Any:
        now = self._clock.now()
        session = stores.discovery(request.transaction_id)
        proof = es11.verify_client(self._smds, request, session, now)
        if session is not None:
            stores.remove_discovery(session.transaction_id)
        if isinstance(proof, Status):
            return proof
        refusal = self._guards.refusal_at_start(proof.chip)
        if refusal is not None:
            return refusal
        return es11.authenticate_client(proof, stores.events_of_chip(proof.eid, _MOST_EVENTS))

    # --- ES12, ES15 ---

    async def register_event(self, request: RegisterEventRequest, registrant: str) -> Any:
        """Take an event in. On disk before the answer: the event; at the root, too, if it is to be forwarded."""
        try:
            outcome = await self._work.run(lambda stores: self._register(stores, request, registrant))
        except ConflictError:
            return es12.ALREADY_REGISTERED
        event = outcome.event
        if event is None or event.state is EventState.REGISTERED:
            return outcome.answer
        refusal = await self._registrar_needed.register(self._at_root(event))
        await self._work.run(lambda stores: _settle(stores, event, refusal))
        return refusal

    def _register(self, stores: SmdsStores, request: RegisterEventRequest, registrant: str) -> Outcome[None]:
        known = stores.event(request.event_id)
        ambient = (self._clock.now(), self._entropy)
        outcome = es12.register_event(self._smds, request, registrant, known, ambient)
        if outcome.event is not None and outcome.event is not known:
            stores.add_event(outcome.event)
        return outcome

    async def delete_event(self, request: DeleteEventRequest, registrant: str) -> Any:
        """Delete an event. On disk before the answer: that it is gone; first of all it goes at the root."""
        outcome = await self._work.run(
            lambda stores: es12.delete_event(request, registrant, stores.event(request.event_id)),
            must_last=never,
        )
        event = outcome.event
        if event is None:
            return outcome.answer
        if event.forwarded_event_id is not None and self._registrar is not None:
            try:
                await self._registrar.delete(self._at_root(event))
            except (FunctionError, PeerError) as error:
                return status_of(error)
        await self._work.run(_remover(event))
        return None

    # --- Sweeping ---

    async def sweep(self, limit: int = 1000) -> int:
        """Remove expired sessions and events that are too old, in a small step; return how many went.

        An event goes at the root first; where that cannot be reached it stays until the next step.
        """
        now = self._clock.now()
        count: int = await self._work.run(lambda stores: stores.sweep_sessions(now, limit))
        lifetime = self._smds.policy.event_lifetime
        if lifetime is None:
            return count
        old: list[Event] = await self._work.run(
            lambda stores: stores.events_before(now - lifetime, limit), must_last=never
        )
        for event in old:
            if not await self._is_gone_at_root(event):
                break
            await self._work.run(_remover(event))
            count += 1
        return count

    async def _is_gone_at_root(self, event: Event) -> bool:
        """Take an old event back from the root, if it stands there; False where the root is not reached."""
        if event.forwarded_event_id is None or self._registrar is None:
            return True
        try:
            await self._registrar.delete(self._at_root(event))
        except FunctionError as error:
            _log.warning("old event not deleted at the root SM-DS", eid=event.eid, fault=str(error))
        except PeerError as error:
            _log.warning("root SM-DS not reached", fault=str(error))
            return False
        return True

    @property
    def _registrar_needed(self) -> EventRegistrar:
        """The way to the root SM-DS: whoever names a root in ``Smds`` gives it."""
        assert self._registrar is not None  # noqa: S101 (only where there is a root is anything forwarded)
        return self._registrar

    def _at_root(self, event: Event) -> Registration:
        """Return an event as it stands at the root SM-DS."""
        return Registration(
            smds_address=self._smds.root or "",
            eid=event.eid,
            event_id=event.forwarded_event_id or "",
            rsp_server_address=self._smds.fqdn,
            is_forwarded=False,
        )


def _settle(stores: SmdsStores, event: Event, refusal: Status | None) -> None:
    """Store how the forwarding of an event ended, unless somebody else has settled it meanwhile.

    A root that was not reached may have the event: it stays to be forwarded, under the same id, when its registrant
    asks again, and to be deleted at the root when he gives up.
    """
    known = stores.event(event.event_id)
    # The second id was drawn for this event: whoever has it is this event, whatever became of the first one.
    if known is None or known.forwarded_event_id != event.forwarded_event_id or known.is_told:
        return
    if refusal is None:
        stores.save_event_state(event.forwarded())
    elif refusal.reason is not Reason.INACCESSIBLE:
        stores.remove_event(event.event_id)


def _remover(event: Event) -> Callable[[SmdsStores], None]:
    """Return the unit of work that removes an event, unless another one has its id meanwhile."""

    def remove(stores: SmdsStores) -> None:
        known = stores.event(event.event_id)
        if known is not None and known.created_at == event.created_at:
            stores.remove_event(event.event_id)

    return remove
