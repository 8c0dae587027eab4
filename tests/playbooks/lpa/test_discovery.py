"""Discovery, played through: every effect as written, and which server is asked what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import CardError, FunctionError, NotFoundError, PeerError, VerificationError
from openesim.messages.sgp22.authentication import AuthenticateErrorCode, AuthenticateResponseError
from openesim.messages.sgp22.es9plus import InitiateAuthenticationOk
from openesim.messages.sgp22.es10a import EuiccConfiguredAddressesRequest, EuiccConfiguredAddressesResponse
from openesim.messages.sgp22.es11 import AUTHENTICATE_CLIENT_ES11, AuthenticateClientOkEs11, EventEntry
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of
from openesim.provisioning.lpa.discovery import Discovery, FoundEvent, discover
from openesim.provisioning.lpa.effects import CallServer, SendCommand
from tests.playbooks.lpa import script
from tests.playbooks.playbook import Playbook
from tests.support.rig import world_of

ROOT, BELOW, SMDP = "root.example.com", "below.example.com", "smdp.example.com"
SMDS_CERTIFICATE = world_of()["dsauth"].certificate.octets
SMDP_CERTIFICATE = world_of()["dpauth"].certificate.octets
Steps = list[tuple[Any, ...]]


def proof(address: str, certificate: bytes = SMDS_CERTIFICATE) -> InitiateAuthenticationOk:
    """What a server answers to InitiateAuthentication."""
    return replace(script.server_proof(server_address=address), server_certificate=certificate)


def call(address: str, matching_id: str | None) -> CallServer:
    """AuthenticateClient at an SM-DS."""
    return replace(script.authenticate_client(None, matching_id, address), function=AUTHENTICATE_CLIENT_ES11)


def told(*entries: EventEntry) -> AuthenticateClientOkEs11:
    """What an SM-DS answers."""
    return AuthenticateClientOkEs11(transaction_id=script.TID, event_entries=entries)


def asking(address: str, matching_id: str | None, *entries: EventEntry) -> Steps:
    """An SM-DS is contacted and tells events."""
    return [
        *script.opening(matching_id, address, proof=proof(address)),
        (call(address, matching_id), told(*entries)),
    ]


def at(event_id: str, address: str) -> EventEntry:
    """An event."""
    return EventEntry(event_id=event_id, rsp_server_address=address)


def found(event_id: str, address: str, *through: str) -> FoundEvent:
    """An event that leads to a profile."""
    return FoundEvent(event_id=event_id, address=address, through=through)


def test_an_sm_ds_without_events_is_asked_and_left() -> None:
    assert Playbook(discover(ROOT)).expect_all(*asking(ROOT, None)).returns() == Discovery(ROOT, ())


def test_the_root_is_the_one_that_the_chip_names() -> None:
    addresses = EuiccConfiguredAddressesResponse(default_dp_address=None, root_ds_address=ROOT)
    asked = SendCommand(EuiccConfiguredAddressesRequest().encode())
    book = Playbook(discover()).expect(asked, addresses.encode()).expect_all(*asking(ROOT, None))
    assert book.returns().root == ROOT


def test_a_chip_without_a_root_ends_it() -> None:
    addresses = EuiccConfiguredAddressesResponse(default_dp_address=None, root_ds_address="")
    asked = SendCommand(EuiccConfiguredAddressesRequest().encode())
    error = Playbook(discover()).expect(asked, addresses.encode()).raises(NotFoundError)
    assert outcome_of(error) is LpaOutcome.NO_DISCOVERY_SERVER


def test_a_server_that_proves_itself_as_an_sm_dp_is_asked_nothing_more() -> None:
    book = Playbook(discover(ROOT))
    book.expect_all(*asking(ROOT, None, at("E-1", SMDP)))
    book.expect_all(*script.greeting(SMDP, proof(SMDP, SMDP_CERTIFICATE)))
    assert book.returns().events == (found("E-1", SMDP, ROOT),)


def test_a_server_whose_certificate_cannot_be_read_is_taken_for_an_sm_dp() -> None:
    book = Playbook(discover(ROOT))
    book.expect_all(*asking(ROOT, None, at("E-1", SMDP)))
    book.expect_all(*script.greeting(SMDP, proof(SMDP, script.CERTIFICATE)))
    assert book.returns().events == (found("E-1", SMDP, ROOT),)


def test_another_sm_ds_is_asked_for_the_event_by_the_id_that_the_root_gave() -> None:
    book = Playbook(discover(ROOT))
    book.expect_all(*asking(ROOT, None, at("F-1", BELOW)))
    book.expect_all(*asking(BELOW, "F-1", at("E-1", SMDP)))
    book.expect_all(*script.greeting(SMDP, proof(SMDP, SMDP_CERTIFICATE)))
    assert book.returns().events == (found("E-1", SMDP, ROOT, BELOW),)


def test_an_event_that_is_told_twice_is_found_once() -> None:
    book = Playbook(discover(ROOT))
    book.expect_all(*asking(ROOT, None, at("E-1", SMDP), at("E-1", SMDP)))
    for _ in range(2):
        book.expect_all(*script.greeting(SMDP, proof(SMDP, SMDP_CERTIFICATE)))
    assert book.returns().events == (found("E-1", SMDP, ROOT),)


@pytest.mark.parametrize("error", [PeerError("away"), FunctionError("8.9.1", "3.8")])
def test_a_server_that_cannot_be_asked_does_not_hide_the_others(error: Exception) -> None:
    book = Playbook(discover(ROOT))
    book.expect_all(*asking(ROOT, None, at("E-1", BELOW), at("E-2", SMDP)))
    *steps, (last, _) = script.greeting(BELOW)
    book.expect_all(*steps).expect(last, throw=error)
    book.expect_all(*script.greeting(SMDP, proof(SMDP, SMDP_CERTIFICATE)))
    first, second = book.returns().events
    assert (first.address, first.problem) == (BELOW, error)
    assert second == found("E-2", SMDP, ROOT)


def test_an_answer_for_another_session_is_not_believed() -> None:
    book = Playbook(discover(ROOT)).expect_all(*script.opening(None, ROOT, proof=proof(ROOT)))
    other = replace(told(), transaction_id=script.OTHER_TID)
    error = book.expect(call(ROOT, None), other).raises(VerificationError)
    assert outcome_of(error) is LpaOutcome.TRANSACTION_MISMATCH


def test_a_chip_that_refuses_the_root_ends_it_and_the_root_is_told() -> None:
    refusal = AuthenticateResponseError(
        transaction_id=script.TID, authenticate_error_code=AuthenticateErrorCode.INVALID_CERTIFICATE
    )
    book = Playbook(discover(ROOT)).expect_all(*script.opening(None, ROOT, refusal, proof(ROOT)))
    book.expect(script.authenticate_client(refusal, address=ROOT), throw=FunctionError("8.1", "6.1"))
    book.raises(CardError)


@pytest.mark.parametrize("address", [ROOT.upper(), f"{ROOT}:443"])
def test_an_event_that_leads_back_leads_nowhere(address: str) -> None:
    (event,) = Playbook(discover(ROOT)).expect_all(*asking(ROOT, None, at("E-1", address))).returns().events
    assert isinstance(event.problem, VerificationError)
    assert outcome_of(event.problem) is LpaOutcome.EVENT_LEADS_NOWHERE


def test_sm_ds_that_lead_on_and_on_end_somewhere() -> None:
    book = Playbook(discover(ROOT)).expect_all(*asking(ROOT, None, at("E-0", "ds1.example.com")))
    for number in range(1, 4):
        here, after = f"ds{number}.example.com", f"ds{number + 1}.example.com"
        book.expect_all(*asking(here, f"E-{number - 1}", at(f"E-{number}", after)))
    (event,) = book.returns().events
    assert outcome_of(event.problem) is LpaOutcome.EVENT_LEADS_NOWHERE if event.problem else False
