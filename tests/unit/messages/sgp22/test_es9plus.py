"""ES9+: members of the JSON binding, octets of the ASN.1 bodies, both forms of nested tags, faults by their path."""

from __future__ import annotations

from binascii import b2a_base64
from typing import Any

import pytest

from openesim.encoding import tlv
from openesim.encoding.asn1 import Message, Signed
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, TransactionId
from openesim.messages.sgp22.authentication import (
    AuthenticateResponseError,
    AuthenticateServerResponse,
    ServerSigned1,
)
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionResponse,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
    SmdpSigned2,
)
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    CANCEL_SESSION,
    FUNCTIONS,
    GET_BOUND_PROFILE_PACKAGE,
    HANDLE_NOTIFICATION,
    INITIATE_AUTHENTICATION,
    AuthenticateClientOk,
    AuthenticateClientRequest,
    AuthenticateClientResponseEs9,
    CancelSessionOk,
    CancelSessionRequestEs9,
    CancelSessionResponseEs9,
    GetBoundProfilePackageOk,
    GetBoundProfilePackageRequest,
    GetBoundProfilePackageResponse,
    HandleNotificationRequest,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
    InitiateAuthenticationResponse,
)
from openesim.messages.sgp22.euicc_info import EuiccInfo1
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.messages.sgp22.notifications import (
    NotificationMetadata,
    OtherSignedNotification,
    PendingNotification,
)
from openesim.messages.sgp22.types import NotificationEvent
from tests.unit.messages.oracle import without_octets

TID = TransactionId(b"\x01\xab")
INFO1 = EuiccInfo1(
    svn=b"\x02\x05\x00", euicc_ci_pkid_list_for_verification=(), euicc_ci_pkid_list_for_signing=()
)
INFO1_OCTETS = "bf2009" + "8203020500" + "a900" + "aa00"
SIGNED1 = ServerSigned1.signed(
    ServerSigned1(
        transaction_id=TID,
        euicc_challenge=b"\xaa" * 16,
        server_address="a.b",
        server_challenge=b"\xbb" * 16,
    )
)
SIGNED2 = SmdpSigned2.signed(SmdpSigned2(transaction_id=TID, cc_required_flag=False))
METADATA = StoreMetadataRequest.signed(
    StoreMetadataRequest(iccid=Iccid.parse("89000123456789012341"), service_provider_name="", profile_name="")
)
SIGNATURE = "5f3740" + "00" * 64
NOTIFICATION = OtherSignedNotification(
    tbs_other_notification=NotificationMetadata.signed(
        NotificationMetadata(
            seq_number=1,
            profile_management_operation=NotificationEvent(NotificationEvent.ENABLE),
            notification_address="a",
        )
    ),
    euicc_notification_signature=bytes(64),
    euicc_certificate=b"\x30\x00",
    eum_certificate=b"\x30\x00",
)
NOTIFICATION_OCTETS = PendingNotification.encode(NOTIFICATION)


def b64(octets: bytes | str) -> str:
    """Return the base64 of octets or of hex digits."""
    return b2a_base64(bytes.fromhex(octets) if isinstance(octets, str) else octets, newline=False).decode()


INITIATE = InitiateAuthenticationRequest(
    euicc_challenge=b"\xaa" * 16, smdp_address="a.b", euicc_info1=EuiccInfo1.signed(INFO1)
)
CLIENT = AuthenticateClientRequest(
    transaction_id=TID,
    authenticate_server_response=AuthenticateServerResponse.signed(
        AuthenticateResponseError(transaction_id=TID, authenticate_error_code=7)
    ),
)
PREPARED = GetBoundProfilePackageRequest(
    transaction_id=TID,
    prepare_download_response=PrepareDownloadResponse.signed(
        PrepareDownloadResponseError(transaction_id=TID, download_error_code=2)
    ),
)
HANDLE = HandleNotificationRequest(pending_notification=Signed(NOTIFICATION, NOTIFICATION_OCTETS))
CANCEL = CancelSessionRequestEs9(
    transaction_id=TID,
    cancel_session_response=CancelSessionResponse.signed(CancelSessionError.INVALID_TRANSACTION_ID),
)


def test_the_paths_are_those_of_the_standard_and_one_function_is_a_notification() -> None:
    assert [function.path for function in FUNCTIONS] == [
        "/gsma/rsp2/es9plus/initiateAuthentication",
        "/gsma/rsp2/es9plus/authenticateClient",
        "/gsma/rsp2/es9plus/getBoundProfilePackage",
        "/gsma/rsp2/es9plus/handleNotification",
        "/gsma/rsp2/es9plus/cancelSession",
    ]
    assert [function for function in FUNCTIONS if function.is_notification] == [HANDLE_NOTIFICATION]


# --- JSON -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("binding", "value", "form"),
    [
        (
            INITIATE_AUTHENTICATION.request,
            INITIATE,
            {"euiccChallenge": b64("aa" * 16), "smdpAddress": "a.b", "euiccInfo1": b64(INFO1_OCTETS)},
        ),
        (
            INITIATE_AUTHENTICATION.response,
            InitiateAuthenticationOk(
                transaction_id=TID,
                server_signed1=SIGNED1,
                server_signature1=bytes(64),
                euicc_ci_pkid_to_be_used=b"\xcc" * 20,
                server_certificate=b"\x30\x00",
            ),
            {
                "transactionId": "01AB",
                "serverSigned1": b64(SIGNED1.octets),
                "serverSignature1": b64(SIGNATURE),
                "euiccCiPKIdToBeUsed": b64("0414" + "cc" * 20),
                "serverCertificate": b64("3000"),
            },
        ),
        (
            AUTHENTICATE_CLIENT.request,
            CLIENT,
            {"transactionId": "01AB", "authenticateServerResponse": b64("bf3809a107800201ab020107")},
        ),
        (
            AUTHENTICATE_CLIENT.response,
            AuthenticateClientOk(
                transaction_id=TID,
                profile_metadata=METADATA,
                smdp_signed2=SIGNED2,
                smdp_signature2=bytes(64),
                smdp_certificate=b"\x30\x00",
            ),
            {
                "transactionId": "01AB",
                "profileMetadata": b64(METADATA.octets),
                "smdpSigned2": b64("3007800201ab010100"),
                "smdpSignature2": b64(SIGNATURE),
                "smdpCertificate": b64("3000"),
            },
        ),
        (
            GET_BOUND_PROFILE_PACKAGE.request,
            PREPARED,
            {"transactionId": "01AB", "prepareDownloadResponse": b64("bf2109a107800201ab020102")},
        ),
        (
            GET_BOUND_PROFILE_PACKAGE.response,
            GetBoundProfilePackageOk(transaction_id=TID, bound_profile_package=b"\xbf\x36\x00"),
            {"transactionId": "01AB", "boundProfilePackage": b64("bf3600")},
        ),
        (HANDLE_NOTIFICATION.request, HANDLE, {"pendingNotification": b64(NOTIFICATION_OCTETS)}),
        (
            CANCEL_SESSION.request,
            CANCEL,
            {"transactionId": "01AB", "cancelSessionResponse": b64("bf4103810105")},
        ),
    ],
)
def test_a_message_has_the_members_of_the_standard(
    binding: Any, value: Message, form: dict[str, Any]
) -> None:
    assert binding.encode(value) == form
    assert binding.decode(form) == value


def test_a_transaction_id_may_come_in_lower_case_and_with_members_of_version_three() -> None:
    form = {
        "transactionId": "01ab",
        "authenticateServerResponse": b64("bf3809a107800201ab020107"),
        "deleteNotificationForDc": "AAAA",
        "header": {},
    }
    assert AUTHENTICATE_CLIENT.request.decode(form) == CLIENT


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"euiccChallenge": b64("aa" * 16) + "="}, "euiccChallenge: must be base64"),
        ({"smdpAddress": None}, "smdpAddress: mandatory member is missing"),
        ({"smdpAddress": 5}, "smdpAddress: must be a string"),
        (
            {"euiccInfo1": b64("bf2008" + "82020205" + "a900" + "aa00")},
            "euiccInfo1.svn: must have 3 octets, has 2 at octet 3",
        ),
        ({"euiccInfo1": b64("8203020500")}, "euiccInfo1: tag 82 where BF20 is expected at octet 0"),
        (
            {"euiccInfo1": b64(INFO1_OCTETS + "00")},
            "euiccInfo1: octets follow the end of the value at octet 12",
        ),
    ],
)
def test_a_faulty_request_is_refused_by_the_member(change: dict[str, Any], text: str) -> None:
    form = {"euiccChallenge": b64("aa" * 16), "smdpAddress": "a.b", "euiccInfo1": b64(INFO1_OCTETS), **change}
    with pytest.raises(DecodeError) as refusal:
        INITIATE_AUTHENTICATION.request.decode(form)
    assert str(refusal.value) == text


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_challenge_of_another_length_is_refused_in_json_as_in_der(length: int) -> None:
    form = {"euiccChallenge": b64(bytes(length)), "smdpAddress": "a.b", "euiccInfo1": b64(INFO1_OCTETS)}
    with pytest.raises(DecodeError, match=f"euiccChallenge: must have 16 octets, has {length}"):
        INITIATE_AUTHENTICATION.request.decode(form)
    content = bytes.fromhex(f"81{length:02x}" + "00" * length + "8303612e62" + INFO1_OCTETS)
    with pytest.raises(DecodeError, match=f"euicc_challenge: must have 16 octets, has {length} at octet 3"):
        InitiateAuthenticationRequest.decode(tlv.encode(0xBF39, content))


# --- Octets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        (INITIATE, "bf3923" + "8110" + "aa" * 16 + "8303612e62" + INFO1_OCTETS),
        (CLIENT, "bf3b10" + "800201ab" + "bf3809" + "a107" + "800201ab" + "020107"),
        (PREPARED, "bf3a10" + "800201ab" + "bf2109" + "a107" + "800201ab" + "020102"),
        (CANCEL, "bf4109" + "800201ab" + "a103" + "810105"),
        (HANDLE, "bf3d58" + "a056" + NOTIFICATION_OCTETS.hex()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_request_has_the_octets_of_the_standard(value: Message, octets: str) -> None:
    assert value.encode().hex() == octets
    assert type(value).decode(bytes.fromhex(octets)) == value


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        (CLIENT, "bf3b13" + "800201ab" + "bf380c" + "bf3809" + "a107" + "800201ab" + "020107"),
        (PREPARED, "bf3a13" + "800201ab" + "bf210c" + "bf2109" + "a107" + "800201ab" + "020102"),
        (CANCEL, "bf410c" + "800201ab" + "a106" + "bf4103" + "810105"),
        (HANDLE, "bf3d56" + NOTIFICATION_OCTETS.hex()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_other_form_of_the_field_is_read_too(value: Message, octets: str) -> None:
    assert without_octets(type(value).decode(bytes.fromhex(octets))) == without_octets(value)


def test_a_doubled_tag_is_read_in_json_too() -> None:
    form = {"transactionId": "01AB", "prepareDownloadResponse": b64("bf210cbf2109a107800201ab020102")}
    assert without_octets(GET_BOUND_PROFILE_PACKAGE.request.decode(form)) == without_octets(PREPARED)


@pytest.mark.parametrize(
    ("choice", "tag"),
    [
        (InitiateAuthenticationResponse, "bf39"),
        (AuthenticateClientResponseEs9, "bf3b"),
        (GetBoundProfilePackageResponse, "bf3a"),
        (CancelSessionResponseEs9, "bf41"),
    ],
)
def test_a_failure_is_a_number_under_81(choice: Any, tag: str) -> None:
    assert choice.encode(1).hex() == tag + "03" + "810101"
    assert choice.decode(bytes.fromhex(tag + "03" + "810101")) == 1
    assert choice.decode(bytes.fromhex(tag + "06" + tag + "03" + "810101")) == 1
    assert choice.decode(bytes.fromhex(tag + "03" + "81015a")) == 90


def test_a_cancelled_session_is_an_empty_answer() -> None:
    assert CancelSessionResponseEs9.encode(CancelSessionOk()).hex() == "bf4102a000"
    assert CancelSessionResponseEs9.decode(bytes.fromhex("bf4102a000")) == CancelSessionOk()


def test_a_package_is_handed_on_without_being_looked_into() -> None:
    octets = bytes.fromhex("bf3a0c" + "a00a" + "800201ab" + "bf3603" + "ffffff")
    answer = GetBoundProfilePackageResponse.decode(octets)
    assert isinstance(answer, GetBoundProfilePackageOk)
    assert answer.bound_profile_package.hex() == "bf3603ffffff"
    assert GetBoundProfilePackageResponse.encode(answer) == octets


# --- Faults deep inside ---------------------------------------------------------------------------------------


def proof(svn: str) -> bytes:
    """Return an AuthenticateServerResponse whose EUICCInfo2 has this version."""
    info2 = "8103020301" + f"82{len(svn) // 2:02x}{svn}" + "8303010203" + "8400" + "850100" + "880100"
    info2 += "a900" + "aa00" + "0403010000" + "0c00"
    context = "a00aa108800435290611a100"
    signed1 = bytes.fromhex("800201ab" + "8303612e62" + "8410" + "bb" * 16)
    signed1 += tlv.encode(0xBF22, bytes.fromhex(info2)) + bytes.fromhex(context)
    ok = tlv.encode(0x30, signed1) + bytes.fromhex(SIGNATURE + "3000" + "3000")
    return tlv.encode(0xBF38, tlv.encode(0xA0, ok))


def test_a_fault_deep_inside_is_told_by_its_whole_path_and_its_octet() -> None:
    AuthenticateServerResponse.decode(proof("020500"))
    octets = tlv.encode(0xBF3B, bytes.fromhex("800201ab") + proof("0205"))
    with pytest.raises(DecodeError) as refusal:
        AuthenticateClientRequest.decode(octets)
    at = octets.index(bytes.fromhex("82020205"))
    assert str(refusal.value) == (
        f"authenticate_server_response.euicc_signed1.euicc_info2.svn: must have 3 octets, has 2 at octet {at}"
    )


def test_the_same_fault_in_json_begins_with_the_member_and_counts_in_its_octets() -> None:
    form = {"transactionId": "01AB", "authenticateServerResponse": b64(proof("0205"))}
    with pytest.raises(DecodeError) as refusal:
        AUTHENTICATE_CLIENT.request.decode(form)
    at = proof("0205").index(bytes.fromhex("82020205"))
    assert str(refusal.value) == (
        f"authenticateServerResponse.euicc_signed1.euicc_info2.svn: must have 3 octets, has 2 at octet {at}"
    )


def test_answers_are_told_from_requests_by_their_shape() -> None:
    with pytest.raises(DecodeError, match="no alternative has tag 80 at octet 3"):
        AuthenticateClientResponseEs9.decode(bytes.fromhex("bf3b04" + "800201ab"))
    with pytest.raises(DecodeError, match="transaction_id: mandatory component is missing"):
        AuthenticateClientRequest.decode(bytes.fromhex("bf3b03" + "810101"))
    assert PrepareDownloadResponse.element.tags == (0xBF21,)
