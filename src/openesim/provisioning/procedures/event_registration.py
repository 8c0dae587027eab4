"""ES12 and ES15 from the side that calls: an SM-DP+, or an alternative SM-DS, leaves events at an SM-DS.

Source: SGP.22 v2.5 §5.9, §5.10, §3.6.1, §3.6.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from openesim.kernel.errors import DecodeError, FunctionError, OpenEsimError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.activation_code import parse_address
from openesim.messages.sgp22.es12 import DeleteEventRequest, RegisterEventRequest
from openesim.messages.sgp22.function import RequestHeader
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.refusal import refuse

_IN_USE = (Subject.EVENT_RECORD.value, Reason.ALREADY_IN_USE.value)
_UNKNOWN = (Subject.EVENT_RECORD.value, Reason.UNKNOWN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An event as it is to stand at an SM-DS.

    Attributes:
        smds_address: the SM-DS.
        eid: the chip.
        event_id: the event.
        rsp_server_address: where the chip shall go with it.
        is_forwarded: whether the SM-DS shall hand it on to a root.
    """

    smds_address: str
    eid: Eid
    event_id: str
    rsp_server_address: str
    is_forwarded: bool

    def __repr__(self) -> str:
        """Leave the event id out: with it the profile is downloaded."""
        return f"Registration(smds_address={self.smds_address!r}, eid={self.eid})"

    def register_request(self, header: RequestHeader) -> RegisterEventRequest:
        """Return the call that leaves the event."""
        return RegisterEventRequest(
            header=header,
            eid=self.eid,
            rsp_server_address=self.rsp_server_address,
            event_id=self.event_id,
            forwarding_indicator=self.is_forwarded,
        )

    def delete_request(self, header: RequestHeader) -> DeleteEventRequest:
        """Return the call that takes it back."""
        return DeleteEventRequest(header=header, eid=self.eid, event_id=self.event_id)


def verify_smds_address(address: str) -> str:
    """Return the address of an SM-DS in canonical form.

    Raises:
        Refused: 8.9/5.1 for what is no address: nobody can be reached there.
    """
    try:
        return parse_address(address)
    except DecodeError as error:
        raise refuse(Subject.SMDS, Reason.INACCESSIBLE, f"the address of the SM-DS: {error}") from None


def is_in_use(error: OpenEsimError) -> bool:
    """Tell whether an SM-DS refused an event because its id is there already."""
    return isinstance(error, FunctionError) and (error.subject, error.reason) == _IN_USE


def is_unknown(error: OpenEsimError) -> bool:
    """Tell whether an SM-DS refused to delete an event because it has none of that id: it is gone already."""
    return isinstance(error, FunctionError) and (error.subject, error.reason) == _UNKNOWN


def status_of(error: OpenEsimError) -> Status:
    """Return what the caller of ours is told when an SM-DS failed: 8.9/4.2 it refused, 8.9/5.1 it was not reached.

    Source: SGP.22 v2.5 §5.3.2, §5.9.1.
    """
    if isinstance(error, FunctionError):
        return Status(
            Subject.SMDS, Reason.EXECUTION_ERROR, f"the SM-DS answered {error.subject}/{error.reason}"
        )
    # Not why: callers name the address, and shall not learn what else there is in our network.
    return Status(Subject.SMDS, Reason.INACCESSIBLE, "the SM-DS was not reached")
