"""Call-backs: the request as the operator gets it, where he is at the moment of sending."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.encoding.jsonbinding import encode_object
from openesim.kernel.errors import PeerError
from openesim.messages.sgp22.es2plus import HANDLE_DOWNLOAD_PROGRESS_INFO
from openesim.messages.sgp22.function import Function
from openesim.provisioning.smdp.operators import USUAL_IDS, Operator
from openesim.services.callbacks import Callbacks
from openesim.services.outgoing import ES2PLUS, Message
from tests.support.memory import MemoryStores
from tests.support.rig import ICCID, NOW

OPERATOR = Operator(
    name="operator",
    display_name="Operator",
    created_at=NOW,
    callback_address="es2.example.com/prefix",
    points=USUAL_IDS,
)
BODY = {
    "header": {"functionRequesterIdentifier": "", "functionCallIdentifier": "7-1800016245000"},
    "iccid": f"{ICCID}F",
    "profileType": "Testland",
    "timestamp": "2027-01-15T12:30:45Z",
    "notificationPointId": 101,
    "notificationPointStatus": {"status": "Executed-Success"},
}


class Recorder:
    """Implements ``services.ports.Es9Client``: remembers what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Function, Any]] = []

    def call(self, address: str, function: Function, request: object) -> Any:
        self.calls.append((address, function, request))


def message(payload: bytes) -> Message:
    return Message(
        message_id=1,
        kind=ES2PLUS,
        destination="operator",
        sequence_key=str(ICCID),
        created_at=NOW,
        due_at=NOW,
        attempts=0,
        is_stuck=False,
        last_fault=None,
        payload=payload,
    )


@pytest.fixture
def stores() -> MemoryStores:
    return MemoryStores()


def test_the_operator_is_called_where_he_is_now_by_the_name_we_have(stores: MemoryStores) -> None:
    client = Recorder()
    callbacks = Callbacks(client, "2.999.10")
    stores.add_operator(OPERATOR)
    for address in ("es2.example.com/prefix", "new.example.com"):
        stores.save_operator(replace(OPERATOR, callback_address=address))
        line: Any = callbacks.line_to(stores, "operator")
        line(message(encode_object(BODY)), NOW)
    assert [call[0] for call in client.calls] == ["es2.example.com/prefix", "new.example.com"]
    _, function, request = client.calls[0]
    assert function is HANDLE_DOWNLOAD_PROGRESS_INFO
    header = {"functionRequesterIdentifier": "2.999.10", "functionCallIdentifier": "7-1800016245000"}
    assert function.request.encode(request) == {**BODY, "header": header}


def test_one_who_is_not_called_back_any_more_is_not_there(stores: MemoryStores) -> None:
    callbacks = Callbacks(Recorder(), "2.999.10")
    assert callbacks.line_to(stores, "operator") is None
    stores.add_operator(replace(OPERATOR, callback_address=None))
    assert callbacks.line_to(stores, "operator") is None


@pytest.mark.parametrize("payload", [b"", b"\0\1", b"{}", encode_object({"header": {}})])
def test_a_message_that_cannot_be_read_is_a_fault_and_no_answer(stores: MemoryStores, payload: bytes) -> None:
    stores.add_operator(OPERATOR)
    line: Any = Callbacks(Recorder(), "2.999.10").line_to(stores, "operator")
    with pytest.raises(PeerError, match="cannot be read"):
        line(message(payload), NOW)
