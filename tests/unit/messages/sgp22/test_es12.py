"""ES12 and ES15 in JSON: names of members and paths."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.es12 import ES15_FUNCTIONS, FUNCTIONS, DeleteEventRequest, RegisterEventRequest
from openesim.messages.sgp22.function import RequestHeader

EID = Eid.parse("89049032123451234512345678901235")
REGISTER, DELETE = FUNCTIONS


def test_an_event_is_registered_with_the_members_of_the_standard() -> None:
    request = RegisterEventRequest(
        header=RequestHeader(),
        eid=EID,
        rsp_server_address="smdp.example.com",
        event_id="E-1",
        forwarding_indicator=True,
    )
    form = {
        "header": {"functionRequesterIdentifier": "", "functionCallIdentifier": ""},
        "eid": str(EID),
        "rspServerAddress": "smdp.example.com",
        "eventId": "E-1",
        "forwardingIndicator": True,
    }
    assert REGISTER.request.encode(request) == form
    assert REGISTER.request.decode(form) == request


def test_an_event_is_deleted_by_chip_and_id() -> None:
    request = DeleteEventRequest(header=RequestHeader(), eid=EID, event_id="E-1")
    assert DELETE.request.decode({"header": {}, "eid": str(EID), "eventId": "E-1"}) == request
    with pytest.raises(DecodeError, match="eventId: mandatory member is missing"):
        DELETE.request.decode({"header": {}, "eid": str(EID)})


def test_both_interfaces_have_the_same_functions_under_paths_of_their_own() -> None:
    assert [function.path for function in (*FUNCTIONS, *ES15_FUNCTIONS)] == [
        "/gsma/rsp2/es12/registerEvent",
        "/gsma/rsp2/es12/deleteEvent",
        "/gsma/rsp2/es15/registerEvent",
        "/gsma/rsp2/es15/deleteEvent",
    ]
