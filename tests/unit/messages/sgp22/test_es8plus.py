"""The bound profile package: exact octets, and that keys are not printed."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid, TransactionId
from openesim.messages.sgp22.es8plus import (
    KEY_LENGTH_16,
    KEY_TYPE_AES,
    BoundProfilePackage,
    ConfigureIsdpRequest,
    ControlRefTemplate,
    InitialiseSecureChannelRequest,
    ReplaceSessionKeysRequest,
    SignedPartOfSecureChannel,
)
from openesim.messages.sgp22.metadata import DpProprietaryData

SMDP_KEY = b"\x04" + b"\xd0" * 64
EUICC_KEY = b"\x04" + b"\xe0" * 64
UNSIGNED = "820101" + "80020102" + "a60b" + "800188" + "810110" + "8403686f73" + "5f4941" + SMDP_KEY.hex()

SECURE_CHANNEL = InitialiseSecureChannelRequest(
    remote_op_id=1,
    transaction_id=TransactionId(b"\x01\x02"),
    control_ref_template=ControlRefTemplate(key_type=KEY_TYPE_AES, key_len=KEY_LENGTH_16, host_id=b"hos"),
    smdp_otpk=SMDP_KEY,
    smdp_sign=bytes(64),
)


def test_the_secure_channel_is_opened_with_the_octets_of_the_standard() -> None:
    octets = "bf23819b" + UNSIGNED + "5f3740" + "00" * 64
    assert SECURE_CHANNEL.encode().hex() == octets
    assert InitialiseSecureChannelRequest.decode(bytes.fromhex(octets)) == SECURE_CHANNEL


def test_the_signature_covers_the_chips_key_too_which_is_not_sent() -> None:
    signed = SignedPartOfSecureChannel(
        remote_op_id=SECURE_CHANNEL.remote_op_id,
        transaction_id=SECURE_CHANNEL.transaction_id,
        control_ref_template=SECURE_CHANNEL.control_ref_template,
        smdp_otpk=SMDP_KEY,
        euicc_otpk=EUICC_KEY,
    )
    assert signed.signed_octets().hex() == UNSIGNED + "5f4941" + EUICC_KEY.hex()


def test_the_isd_p_may_be_configured_with_nothing() -> None:
    assert ConfigureIsdpRequest().encode().hex() == "bf2400"
    owned = ConfigureIsdpRequest(dp_proprietary_data=DpProprietaryData(dp_oid=Oid.parse("2.999.10")))
    assert owned.encode().hex() == "bf2407" + "b805" + "800388370a"
    more = bytes.fromhex("bf240a" + "b808" + "800388370a" + "810100")
    assert ConfigureIsdpRequest.decode(more) == owned


def test_replaced_session_keys_are_not_printed() -> None:
    keys = ReplaceSessionKeysRequest(
        initial_mac_chaining_value=b"\x01" * 16, ppk_enc=b"\x02" * 16, ppk_cmac=b"\x03" * 16
    )
    octets = "bf2636" + "8010" + "01" * 16 + "8110" + "02" * 16 + "8210" + "03" * 16
    assert keys.encode().hex() == octets
    assert ReplaceSessionKeysRequest.decode(bytes.fromhex(octets)) == keys
    assert f"{keys!r} {keys}" == "ReplaceSessionKeysRequest(<secret>) ReplaceSessionKeysRequest(<secret>)"


@pytest.mark.parametrize("length", [15, 17])
def test_a_session_key_of_another_length_is_refused_without_being_told(length: int) -> None:
    content = "8010" + "01" * 16 + f"81{length:02x}" + "ab" * length + "8210" + "03" * 16
    with pytest.raises(DecodeError, match=f"^ppk_enc: must have 16 octets, has {length} at octet 21$"):
        ReplaceSessionKeysRequest.decode(bytes.fromhex(f"bf26{len(content) // 2:02x}{content}"))


def package(*sequences: str) -> bytes:
    """Return a package of a secure channel and these sequences."""
    content = SECURE_CHANNEL.encode() + bytes.fromhex("".join(sequences))
    return bytes.fromhex(f"bf3681{len(content):02x}") + content


def test_a_package_is_a_secure_channel_and_sequences_of_segments() -> None:
    octets = package("a004" + "8702ab01", "a106" + "8801aa" + "8801bb", "a203" + "8701cc", "a300")
    bound = BoundProfilePackage.decode(octets)
    assert bound.initialise_secure_channel_request.value == SECURE_CHANNEL
    assert bound.first_sequence_of_87 == (b"\xab\x01",)
    assert bound.sequence_of_88 == (b"\xaa", b"\xbb")
    assert bound.second_sequence_of_87 == (b"\xcc",)
    assert bound.sequence_of_86 == ()
    assert bound.encode() == octets


def test_a_package_may_keep_the_session_keys() -> None:
    octets = package("a000", "a100", "a300")
    assert BoundProfilePackage.decode(octets).second_sequence_of_87 is None
    assert BoundProfilePackage.decode(octets).encode() == octets


@pytest.mark.parametrize(
    ("sequences", "text"),
    [
        (("a0038801aa", "a100", "a300"), "first_sequence_of_87.0: unexpected tag 88 at octet"),
        (("a000", "a100", "a0038701aa", "a300"), "component with tag A0 is repeated or out of order"),
        (("a000", "a300", "a100"), "component with tag A1 is repeated or out of order"),
        (("a000", "a100"), "sequence_of_86: mandatory component is missing"),
    ],
)
def test_segments_in_the_wrong_place_are_refused(sequences: tuple[str, ...], text: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        BoundProfilePackage.decode(package(*sequences))
    assert text in str(refusal.value)
