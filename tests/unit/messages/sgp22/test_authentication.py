"""Common mutual authentication: exact octets of what is signed, and the refusals of the chip."""

from __future__ import annotations

import pytest

from openesim.encoding import tlv
from openesim.encoding.asn1 import Signed
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import TransactionId
from openesim.messages.sgp22.authentication import (
    AuthenticateErrorCode,
    AuthenticateResponseError,
    AuthenticateServerRequest,
    AuthenticateServerResponse,
    CtxParams1,
    CtxParamsForCommonAuthentication,
    ServerSigned1,
)
from openesim.messages.sgp22.euicc_info import DeviceCapabilities, DeviceInfo

SIGNED = ServerSigned1(
    transaction_id=TransactionId(b"\x01\x02"),
    euicc_challenge=b"\xaa" * 16,
    server_address="a.b",
    server_challenge=b"\xbb" * 16,
)
SIGNED_OCTETS = "302d" + "80020102" + "8110" + "aa" * 16 + "8303612e62" + "8410" + "bb" * 16


def context(matching_id: str | None) -> CtxParamsForCommonAuthentication:
    """Return a context of a device that tells its type only."""
    device = DeviceInfo(tac=bytes.fromhex("35290611"), device_capabilities=DeviceCapabilities())
    return CtxParamsForCommonAuthentication(matching_id=matching_id, device_info=device)


def test_what_the_server_signs_has_the_octets_of_the_standard() -> None:
    assert SIGNED.encode().hex() == SIGNED_OCTETS
    assert ServerSigned1.decode(bytes.fromhex(SIGNED_OCTETS)) == SIGNED


@pytest.mark.parametrize(
    ("matching_id", "octets"),
    [
        (None, "a00a" + "a108" + "800435290611" + "a100"),
        ("", "a00c" + "8000" + "a108" + "800435290611" + "a100"),
        ("X-1", "a00f" + "8003582d31" + "a108" + "800435290611" + "a100"),
    ],
)
def test_a_matching_id_may_be_absent_empty_or_there(matching_id: str | None, octets: str) -> None:
    assert CtxParams1.encode(context(matching_id)).hex() == octets
    assert CtxParams1.decode(bytes.fromhex(octets)) == context(matching_id)


def test_a_request_of_version_three_keeps_the_octets_that_were_signed() -> None:
    newer = tlv.encode(0x30, bytes.fromhex(SIGNED_OCTETS)[2:] + bytes.fromhex("a500" + "860100"))
    request = AuthenticateServerRequest(
        server_signed1=Signed(ServerSigned1.decode(newer), newer),
        server_signature1=bytes(64),
        euicc_ci_pkid_to_be_used=bytes(20),
        server_certificate=b"\x30\x00",
        ctx_params1=context(None),
    )
    decoded = AuthenticateServerRequest.decode(request.encode())
    assert decoded.server_signed1.octets == newer
    assert decoded.server_signed1.value == SIGNED
    assert decoded == request


def test_the_refusal_of_a_chip_has_the_octets_of_the_standard() -> None:
    refusal = AuthenticateResponseError(
        transaction_id=TransactionId(b"\x01"), authenticate_error_code=AuthenticateErrorCode.CI_PK_UNKNOWN
    )
    assert AuthenticateServerResponse.encode(refusal).hex() == "bf3808" + "a106" + "800101" + "020107"
    assert AuthenticateServerResponse.decode(bytes.fromhex("bf3808a106800101020107")) == refusal


def test_an_error_code_of_version_three_is_kept_as_a_number() -> None:
    answer = AuthenticateServerResponse.decode(bytes.fromhex("bf3808a10680010102010b"))
    assert isinstance(answer, AuthenticateResponseError)
    assert answer.authenticate_error_code == 11


def request_of(*components: str) -> bytes:
    """Return a request of these components behind what is signed."""
    return tlv.encode(0xBF38, bytes.fromhex(SIGNED_OCTETS + "".join(components)))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    octets = request_of(tlv.encode(0x5F37, bytes(length)).hex(), "0401aa", "3000", "a00aa108800435290611a100")
    with pytest.raises(DecodeError, match=f"^server_signature1: must have 64 octets, has {length} at octet"):
        AuthenticateServerRequest.decode(octets)


def test_a_proof_whose_certificate_is_missing_is_refused() -> None:
    octets = request_of("5f3740" + "00" * 64, "0401aa", "a00aa108800435290611a100")
    with pytest.raises(DecodeError, match=r"^server_certificate: mandatory component is missing"):
        AuthenticateServerRequest.decode(octets)


def test_a_context_of_another_kind_is_refused() -> None:
    octets = request_of("5f3740" + "00" * 64, "0401aa", "3000", "a100")
    with pytest.raises(DecodeError, match=r"^ctx_params1: mandatory component is missing"):
        AuthenticateServerRequest.decode(octets)
