"""Every message against the ASN.1 module of SGP.22 v2.5, and the recorded session octet for octet."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.authentication import AuthenticateResponseOk, AuthenticateServerResponse
from openesim.messages.sgp22.download import PrepareDownloadResponse
from openesim.messages.sgp22.es8plus import BoundProfilePackage
from openesim.messages.sgp22.es9plus import AuthenticateClientResponseEs9, InitiateAuthenticationOk
from openesim.messages.sgp22.euicc_info import EuiccInfo1
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.messages.sgp22.notifications import PendingNotification, ProfileInstallationResult
from openesim.messages.sgp22.types import NotificationEvent
from tests.properties.messages import MESSAGES, Entry
from tests.unit.messages.oracle import DOUBLED, NAMES, Oracle, doubled, without_octets

EXAMPLES = settings(max_examples=40, suppress_health_check=list(HealthCheck))
each_message = pytest.mark.parametrize("entry", MESSAGES, ids=lambda entry: entry.name)


# --- The module -----------------------------------------------------------------------------------------------


@each_message
@EXAMPLES
@given(data=st.data())
def test_what_we_encode_the_module_reads_as_the_same_value(
    entry: Entry, oracle: Oracle, data: st.DataObject
) -> None:
    value = data.draw(entry.values)
    octets = entry.encode(value)
    if entry.name in DOUBLED:
        octets = doubled(octets, *DOUBLED[entry.name])
    assert oracle.decode(entry.name, octets) == oracle.form_of(entry.name, value)


@each_message
@EXAMPLES
@given(data=st.data())
def test_what_the_module_encodes_we_read_as_the_same_value_and_write_alike(
    entry: Entry, oracle: Oracle, data: st.DataObject
) -> None:
    value = data.draw(entry.values)
    theirs = oracle.encode(entry.name, oracle.form_of(entry.name, value))
    read = entry.decode(theirs)
    if entry.name in DOUBLED:
        assert without_octets(read) == without_octets(value)
    else:
        assert read == value
    ours = entry.encode(value)
    assert theirs == (doubled(ours, *DOUBLED[entry.name]) if entry.name in DOUBLED else ours)


def test_every_field_of_every_message_is_compared() -> None:
    for kind, names in NAMES.items():
        compared = [pair.split("=")[0] for pair in names.split()]
        assert sorted(compared) == sorted(field.name for field in fields(kind)), kind  # type: ignore[arg-type]


def test_every_type_of_the_module_that_travels_is_compared(oracle: Oracle) -> None:
    travelling = {
        name
        for name in oracle.module.types
        if name.endswith(("Request", "Response", "Notification", "Es9", "Es11", "Template", "Package"))
        or name.startswith("EUICCInfo")
    }
    parts_and_wrappers = {
        "OtherSignedNotification",  # in PendingNotification
        "InitiateAuthenticationOkEs9",  # in InitiateAuthenticationResponse
        "AuthenticateClientOkEs11",  # in AuthenticateClientResponseEs11
        "ControlRefTemplate",  # in InitialiseSecureChannelRequest
        "RemoteProfileProvisioningRequest",  # in test_asn1binding
        "RemoteProfileProvisioningResponse",
    }
    assert travelling - parts_and_wrappers - {entry.name for entry in MESSAGES} == set()


# --- The recorded session -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("euicc-info1.der", EuiccInfo1),
        ("auth-server-response.der", AuthenticateServerResponse),
        ("store-metadata.der", StoreMetadataRequest),
        ("prepare-download-response.der", PrepareDownloadResponse),
        ("bound-profile-package.der", BoundProfilePackage),
        ("pending-notification.der", PendingNotification),
        ("initiate-response.der", InitiateAuthenticationOk),
        ("authenticate-response.der", AuthenticateClientResponseEs9),
    ],
)
def test_a_recorded_message_comes_back_octet_for_octet(shared: Path, name: str, codec: Any) -> None:
    octets = (shared / "vectors" / "euicc-rsp-session" / name).read_bytes()
    assert codec.encode(codec.decode(octets)) == octets


def recorded(shared: Path, name: str) -> bytes:
    """Return the octets of a recorded message."""
    return (shared / "vectors" / "euicc-rsp-session" / name).read_bytes()


def test_a_recorded_proof_keeps_the_octets_that_were_signed(shared: Path) -> None:
    octets = recorded(shared, "auth-server-response.der")
    response = AuthenticateServerResponse.decode(octets)
    assert isinstance(response, AuthenticateResponseOk)
    assert response.euicc_signed1.octets in octets
    assert bytes.fromhex("88020000") in response.euicc_signed1.octets  # loose: we would write 880100
    assert response.euicc_signed1.value.encode() != response.euicc_signed1.octets
    assert response.euicc_signed1.value.transaction_id == recorded(shared, "transaction-id.bin")
    assert response.euicc_signed1.value.server_challenge == recorded(shared, "server-challenge.bin")
    assert response.euicc_certificate[:2] == response.eum_certificate[:2] == b"\x30\x82"


def test_a_recorded_result_with_a_loose_bit_string_is_kept_as_it_was_signed(shared: Path) -> None:
    octets = recorded(shared, "pending-notification.der")
    result = PendingNotification.decode(octets)
    assert isinstance(result, ProfileInstallationResult)
    data = result.profile_installation_result_data
    assert bytes.fromhex("81020080") in data.octets
    assert data.value.notification_metadata.profile_management_operation == NotificationEvent.INSTALL
    assert bytes.fromhex("81020780") in data.value.encode()
    assert result.encode() == octets


def test_a_fault_in_a_recorded_message_is_told_by_its_path_and_octet(shared: Path) -> None:
    octets = recorded(shared, "auth-server-response.der")
    svn = bytes.fromhex("8203")
    at = octets.index(svn, octets.index(bytes.fromhex("bf22")))
    broken = (
        octets[:at] + b"\x82\x02\x05\x00\x8c\x00" + octets[at + 6 :]
    )  # the same length, one octet less in svn
    with pytest.raises(DecodeError) as refusal:
        AuthenticateServerResponse.decode(octets[:at] + b"\x82\x02" + octets[at + 2 :])
    assert refusal.value.path[:2] == ("euicc_signed1", "euicc_info2")
    with pytest.raises(
        DecodeError, match=rf"^euicc_signed1\.euicc_info2\.svn: must have 3 octets, has 2 at octet {at}$"
    ):
        AuthenticateServerResponse.decode(broken)
