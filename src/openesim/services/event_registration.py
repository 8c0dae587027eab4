"""Events that we leave at an SM-DS: for our orders as an SM-DP+, at the root as an alternative SM-DS.

An SM-DS says "in use" to an event that was registered before, be it by us, with the answer lost. Who is asked to
register again takes the event back first, which only its owner can; so what is somebody else's stays refused.
"""

from __future__ import annotations

import structlog

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import FunctionError, PeerError
from openesim.messages.sgp22 import es12
from openesim.messages.sgp22.function import Function, RequestHeader
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.event_registration import (
    Registration,
    is_in_use,
    is_unknown,
    status_of,
)
from openesim.services.ports import RspPeer

_log = structlog.get_logger(__name__)

_NOT_OURS = Status(
    Subject.SMDS, Reason.EXECUTION_ERROR, "the SM-DS has an event of this id from somebody else already"
)


class EventRegistrar:
    """Registers and deletes events at other SM-DSs."""

    def __init__(
        self,
        peer: RspPeer,
        entropy: Entropy,
        requester: str,
        functions: tuple[Function, Function] = es12.FUNCTIONS,
    ) -> None:
        """Bind the way to the SM-DS.

        Args:
            peer: the way, with our certificate.
            entropy: 8 octets are drawn a call, for its name.
            requester: how we name ourselves in a call: our object identifier, or our address.
            functions: of ES12, or of ES15 for an alternative SM-DS.
        """
        self._peer = peer
        self._entropy = entropy
        self._requester = requester
        self._register, self._delete = functions

    async def register(self, registration: Registration) -> Status | None:
        """Leave an event at an SM-DS; one that we left before is left anew.

        Returns:
            None, or why not: 8.9/4.2 it refused, 8.9/5.1 it was not reached, and may have the event or not.

        Source: SGP.22 v2.5 §5.9.1, §5.10.1.
        """
        try:
            await self._call_register(registration)
        except (FunctionError, PeerError) as error:
            return await self._register_anew(registration) if is_in_use(error) else status_of(error)
        return None

    async def delete(self, registration: Registration) -> None:
        """Take an event back; one that is not there any more is as good as deleted.

        Raises:
            FunctionError: the SM-DS refused.
            PeerError: it was not reached.

        Source: SGP.22 v2.5 §5.9.2, §5.10.2.
        """
        try:
            await self._call_delete(registration)
        except FunctionError as error:
            if not is_unknown(error):
                raise

    async def _register_anew(self, registration: Registration) -> Status | None:
        """Take back what stands in the way, if it is ours, and register again."""
        try:
            await self._call_delete(registration)
            await self._call_register(registration)
        except FunctionError:
            return _NOT_OURS
        except PeerError as error:
            return status_of(error)
        return None

    async def _call_register(self, registration: Registration) -> None:
        """Call RegisterEvent."""
        await self._call(registration, self._register, registration.register_request(self._header()))

    async def _call_delete(self, registration: Registration) -> None:
        """Call DeleteEvent."""
        await self._call(registration, self._delete, registration.delete_request(self._header()))

    async def _call(self, registration: Registration, function: Function, request: object) -> None:
        """Call a function; what goes wrong is told in full here, since callers of ours hear less."""
        try:
            await self._peer.call(registration.smds_address, function, request)
        except (FunctionError, PeerError) as error:
            # A peer's own words may repeat the event id, with which a profile is downloaded.
            _log.info(
                "SM-DS did not take it",
                function=function.name,
                address=registration.smds_address,
                eid=registration.eid,
                fault=f"{error.subject}/{error.reason}" if isinstance(error, FunctionError) else str(error),
            )
            raise

    def _header(self) -> RequestHeader:
        """Return the header of a call."""
        return RequestHeader(
            function_requester_identifier=self._requester,
            function_call_identifier=self._entropy(8).hex().upper(),
        )
