"""ES11: the list of events in both bindings."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import TransactionId
from openesim.messages.sgp22.es9plus import AUTHENTICATE_CLIENT, INITIATE_AUTHENTICATION
from openesim.messages.sgp22.es11 import (
    AUTHENTICATE_CLIENT_ES11,
    FUNCTIONS,
    INITIATE_AUTHENTICATION_ES11,
    AuthenticateClientErrorEs11,
    AuthenticateClientOkEs11,
    AuthenticateClientResponseEs11,
    EventEntry,
)

EVENTS = AuthenticateClientOkEs11(
    transaction_id=TransactionId(b"\x01"),
    event_entries=(EventEntry(event_id="E", rsp_server_address="a.b"),),
)


def test_events_have_the_octets_of_the_standard() -> None:
    octets = "bf4011" + "a00f" + "800101" + "a10a" + "3008" + "800145" + "8103612e62"
    assert AuthenticateClientResponseEs11.encode(EVENTS).hex() == octets
    assert AuthenticateClientResponseEs11.decode(bytes.fromhex(octets)) == EVENTS


def test_a_failure_is_a_number() -> None:
    decoded = AuthenticateClientResponseEs11.decode(bytes.fromhex("bf4003810106"))
    assert decoded is AuthenticateClientErrorEs11.EVENT_ID_UNKNOWN


def test_events_have_the_members_of_the_standard() -> None:
    binding = AUTHENTICATE_CLIENT_ES11.response
    assert binding is not None
    form = {"transactionId": "01", "eventEntries": [{"eventId": "E", "rspServerAddress": "a.b"}]}
    assert binding.encode(EVENTS) == form
    assert binding.decode(form) == EVENTS


def test_a_list_without_events_is_sent_all_the_same() -> None:
    binding = AUTHENTICATE_CLIENT_ES11.response
    assert binding is not None
    empty = AuthenticateClientOkEs11(transaction_id=TransactionId(b"\x01"), event_entries=())
    assert binding.encode(empty) == {"transactionId": "01", "eventEntries": []}
    with pytest.raises(DecodeError, match="eventEntries: mandatory member is missing"):
        binding.decode({"transactionId": "01"})


def test_an_sm_ds_is_called_as_an_smdp_is() -> None:
    assert FUNCTIONS == (INITIATE_AUTHENTICATION_ES11, AUTHENTICATE_CLIENT_ES11)
    assert INITIATE_AUTHENTICATION_ES11.path == INITIATE_AUTHENTICATION.path
    assert (
        AUTHENTICATE_CLIENT_ES11.path == AUTHENTICATE_CLIENT.path == "/gsma/rsp2/es9plus/authenticateClient"
    )
