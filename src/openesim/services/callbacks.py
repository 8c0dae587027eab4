"""Call-backs: operators are told the progress of downloads over ES2+.

Source: SGP.22 v2.5 §5.3.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from openesim.encoding.jsonbinding import decode_object
from openesim.kernel.errors import DecodeError, PeerError
from openesim.kernel.records import changed
from openesim.messages.sgp22.es2plus import HANDLE_DOWNLOAD_PROGRESS_INFO
from openesim.messages.sgp22.function import RequestHeader
from openesim.provisioning.smdp.operators import Operator
from openesim.services.outbox import Send
from openesim.services.outgoing import Message
from openesim.services.ports import Es9Client


class OperatorStores(Protocol):
    """Operators inside one unit of work."""

    def operator(self, name: str) -> Operator | None:
        """Return what is kept of an operator."""
        ...

    def operators(self) -> Sequence[Operator]:
        """Return all operators of whom something is kept, by name."""
        ...

    def add_operator(self, operator: Operator) -> None:
        """Keep a new operator.

        Raises:
            ConflictError: the name is taken.
        """
        ...

    def save_operator(self, operator: Operator) -> None:
        """Store an operator that changed."""
        ...


class Callbacks:
    """Sends messages of the kind ``es2plus``: implements ``services.outbox.MessageKind``."""

    def __init__(self, client: Es9Client, requester: str) -> None:
        """Bind the messages to who sends them.

        Args:
            client: calls functions over mutual TLS.
            requester: how we name ourselves to operators, functionRequesterIdentifier.
        """
        self._client: Final = client
        self._requester: Final = requester

    def line_to(self, stores: Any, destination: str) -> Send | None:
        """Return what sends to an operator as he is set up at this moment; None: he is not called back."""
        operator: Operator | None = stores.operator(destination)
        if operator is None or operator.callback_address is None:
            return None
        address = operator.callback_address

        def send(message: Message, _now: datetime) -> None:
            self._client.call(address, HANDLE_DOWNLOAD_PROGRESS_INFO, self._request_of(message))

        return send

    def give_up(self, stores: Any, destination: str, fault: str, now: datetime) -> None:
        """Change nothing: an operator is called back again with the next message."""

    def _request_of(self, message: Message) -> object:
        """Return the request of a message, with ourselves as the caller.

        Raises:
            PeerError: another release stored what this one cannot read.
        """
        try:
            request = HANDLE_DOWNLOAD_PROGRESS_INFO.request.decode(decode_object(message.payload))
        except DecodeError as error:
            raise PeerError(f"the message cannot be read: {error}") from None
        header = RequestHeader(
            function_requester_identifier=self._requester,
            function_call_identifier=request.header.function_call_identifier,
        )
        return changed(request, header=header)
