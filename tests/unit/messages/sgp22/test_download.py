"""Download preparation and cancellation: exact octets of what is signed and refused."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid, TransactionId
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionReason,
    CancelSessionRequest,
    CancelSessionResponse,
    CancelSessionResponseOk,
    DownloadErrorCode,
    EuiccCancelSessionSigned,
    EuiccSigned2,
    PrepareDownloadRequest,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
    PrepareDownloadResponseOk,
    SmdpSigned2,
)

TID = TransactionId(b"\x01\x02")
KEY = b"\x04" + bytes(64)
SIGNATURE = "5f3740" + "00" * 64


@pytest.mark.parametrize(
    ("signed", "octets"),
    [
        (SmdpSigned2(transaction_id=TID, cc_required_flag=False), "3007" + "80020102" + "010100"),
        (
            SmdpSigned2(transaction_id=TID, cc_required_flag=True, bpp_euicc_otpk=KEY),
            "304b" + "80020102" + "0101ff" + "5f4941" + KEY.hex(),
        ),
    ],
)
def test_what_the_smdp_signs_has_the_octets_of_the_standard(signed: SmdpSigned2, octets: str) -> None:
    assert signed.encode().hex() == octets
    assert SmdpSigned2.decode(bytes.fromhex(octets)) == signed


def test_the_hash_of_the_confirmation_code_stands_between_signature_and_certificate() -> None:
    signed = SmdpSigned2(transaction_id=TID, cc_required_flag=True)
    request = PrepareDownloadRequest(
        smdp_signed2=SmdpSigned2.signed(signed),
        smdp_signature2=bytes(64),
        hash_cc=b"\xcc" * 32,
        smdp_certificate=b"\x30\x00",
    )
    octets = signed.encode().hex() + SIGNATURE + "0420" + "cc" * 32 + "3000"
    assert request.encode().hex() == f"bf21{len(octets) // 2:02x}{octets}"
    assert PrepareDownloadRequest.decode(request.encode()) == request
    without = signed.encode().hex() + SIGNATURE + "3000"
    decoded = PrepareDownloadRequest.decode(bytes.fromhex(f"bf21{len(without) // 2:02x}{without}"))
    assert decoded.hash_cc is None
    assert decoded.smdp_certificate == b"\x30\x00"


def test_the_chip_signs_its_one_time_key() -> None:
    signed = EuiccSigned2(transaction_id=TID, euicc_otpk=KEY)
    response = PrepareDownloadResponseOk(
        euicc_signed2=EuiccSigned2.signed(signed), euicc_signature2=bytes(64)
    )
    octets = "bf218190" + "a0818d" + "3048" + "80020102" + "5f4941" + KEY.hex() + SIGNATURE
    assert PrepareDownloadResponse.encode(response).hex() == octets
    assert PrepareDownloadResponse.decode(bytes.fromhex(octets)) == response


def test_the_chip_refuses_with_a_code() -> None:
    refusal = PrepareDownloadResponseError(
        transaction_id=TID, download_error_code=DownloadErrorCode.INVALID_SIGNATURE
    )
    assert PrepareDownloadResponse.encode(refusal).hex() == "bf2109" + "a107" + "80020102" + "020102"
    assert PrepareDownloadResponse.decode(bytes.fromhex("bf2109a10780020102020102")) == refusal


@pytest.mark.parametrize("length", [64, 66])
def test_a_one_time_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(DecodeError, match=f"bpp_euicc_otpk: must have 65 octets, has {length} at octet 9"):
        SmdpSigned2.decode(
            bytes.fromhex(
                f"30{10 + length:02x}" + "80020102" + "0101ff" + f"5f49{length:02x}" + "00" * length
            )
        )


def test_a_session_is_cancelled_with_a_reason() -> None:
    request = CancelSessionRequest(transaction_id=TID, reason=CancelSessionReason.POSTPONED)
    assert request.encode().hex() == "bf4107" + "80020102" + "810101"
    assert CancelSessionRequest.decode(bytes.fromhex("bf410780020102810110")).reason == 16


def test_the_chip_signs_that_it_cancelled() -> None:
    signed = EuiccCancelSessionSigned(
        transaction_id=TID, smdp_oid=Oid.parse("2.999.10"), reason=CancelSessionReason.PPR_NOT_ALLOWED
    )
    response = CancelSessionResponseOk(
        euicc_cancel_session_signed=EuiccCancelSessionSigned.signed(signed),
        euicc_cancel_session_signature=bytes(64),
    )
    octets = "bf4153" + "a051" + "300c" + "80020102" + "810388370a" + "820103" + SIGNATURE
    assert CancelSessionResponse.encode(response).hex() == octets
    assert CancelSessionResponse.decode(bytes.fromhex(octets)) == response


def test_a_chip_without_a_session_says_so_unsigned() -> None:
    octets = bytes.fromhex("bf4103810105")
    assert CancelSessionResponse.decode(octets) is CancelSessionError.INVALID_TRANSACTION_ID
    assert CancelSessionResponse.encode(CancelSessionError.INVALID_TRANSACTION_ID) == octets
    assert CancelSessionResponse.decode(bytes.fromhex("bf4103810107")) == 7
