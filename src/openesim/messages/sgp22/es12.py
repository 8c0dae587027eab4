"""ES12 (SM-DP+ → SM-DS) and, with the same fields, ES15 (alternative → root SM-DS).

Source: SGP.22 v2.5 §5.9, §5.10, §6.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openesim.encoding.jsonbinding import BOOLEAN, EID, TEXT, Json, JsonBinding
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.function import HEADER, PATH_PREFIX, Function, RequestHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEventRequest:
    """Announce that something waits for a chip at a server."""

    header: Annotated[RequestHeader, Json("header", HEADER)]
    eid: Annotated[Eid, Json("eid", EID)]
    rsp_server_address: Annotated[str, Json("rspServerAddress", TEXT)]
    event_id: Annotated[str, Json("eventId", TEXT)]
    forwarding_indicator: Annotated[bool, Json("forwardingIndicator", BOOLEAN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteEventRequest:
    """Withdraw an event."""

    header: Annotated[RequestHeader, Json("header", HEADER)]
    eid: Annotated[Eid, Json("eid", EID)]
    event_id: Annotated[str, Json("eventId", TEXT)]


def _functions(interface: str) -> tuple[Function, Function]:
    """Return the two functions under an interface's path segment."""
    return (
        Function(
            "register_event", f"{PATH_PREFIX}/{interface}/registerEvent", JsonBinding(RegisterEventRequest)
        ),
        Function("delete_event", f"{PATH_PREFIX}/{interface}/deleteEvent", JsonBinding(DeleteEventRequest)),
    )


FUNCTIONS = _functions("es12")
ES15_FUNCTIONS = _functions("es15")
