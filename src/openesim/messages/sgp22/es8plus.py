"""ES8+ (SM-DP+ → chip): the bound profile package and the commands inside it.

Source: SGP.22 v2.5 §2.5, §5.5, Annex H.
"""

from __future__ import annotations

from typing import Annotated

from openesim.encoding.asn1 import Message, Signed, Size, Tag, message
from openesim.encoding.tlv import read_header
from openesim.kernel.ids import TransactionId
from openesim.messages.sgp22.metadata import DpProprietaryData, StoreMetadataRequest
from openesim.messages.sgp22.types import OneTimePublicKey, Signature

__all__ = [
    "INSTALL_BOUND_PROFILE_PACKAGE",
    "KEY_LENGTH_16",
    "KEY_TYPE_AES",
    "BoundProfilePackage",
    "ConfigureIsdpRequest",
    "ControlRefTemplate",
    "InitialiseSecureChannelRequest",
    "ReplaceSessionKeysRequest",
    "StoreMetadataRequest",
]

INSTALL_BOUND_PROFILE_PACKAGE = 1
KEY_TYPE_AES = b"\x88"
KEY_LENGTH_16 = b"\x10"


@message()
class ControlRefTemplate(Message):
    """Key type (88 = AES), key length (10 = 16 octets) and host id (1 to 16 octets)."""

    key_type: Annotated[bytes, Tag(0x80), Size(1)]
    key_len: Annotated[bytes, Tag(0x81), Size(1)]
    host_id: Annotated[bytes, Tag(0x84), Size(1, 16)]


@message()
class SignedPartOfSecureChannel(Message):
    """The TLVs under ``smdp_sign``: those of BF23, and the chip's one-time key, which is not sent."""

    remote_op_id: Annotated[int, Tag(0x82)]
    transaction_id: Annotated[TransactionId, Tag(0x80)]
    control_ref_template: Annotated[ControlRefTemplate, Tag(0xA6)]
    smdp_otpk: OneTimePublicKey
    euicc_otpk: OneTimePublicKey

    def signed_octets(self) -> bytes:
        """Return the TLVs one after the other, without an outer tag.

        Source: SGP.22 v2.5 §5.5.1.
        """
        octets = self.encode()
        _, value_start, _ = read_header(octets, 0, len(octets))
        return octets[value_start:]


@message(tag=0xBF23)
class InitialiseSecureChannelRequest(Message):
    """Opens the secure channel; the signature also covers the chip's one-time key, which is not sent."""

    remote_op_id: Annotated[int, Tag(0x82)]
    transaction_id: Annotated[TransactionId, Tag(0x80)]
    control_ref_template: Annotated[ControlRefTemplate, Tag(0xA6)]
    smdp_otpk: OneTimePublicKey
    smdp_sign: Signature


@message(tag=0xBF24)
class ConfigureIsdpRequest(Message):
    """Configures the new ISD-P."""

    dp_proprietary_data: Annotated[DpProprietaryData | None, Tag(0xB8)] = None


@message(tag=0xBF26)
class ReplaceSessionKeysRequest(Message):
    """Replaces the session keys by those the profile elements were protected with, 16 octets each."""

    initial_mac_chaining_value: Annotated[bytes, Tag(0x80), Size(16)]
    ppk_enc: Annotated[bytes, Tag(0x81), Size(16)]
    ppk_cmac: Annotated[bytes, Tag(0x82), Size(16)]

    def __repr__(self) -> str:
        """Leave the keys out."""
        return "ReplaceSessionKeysRequest(<secret>)"


ProtectedSegment87 = Annotated[bytes, Tag(0x87)]
ProtectedSegment88 = Annotated[bytes, Tag(0x88)]
ProtectedSegment86 = Annotated[bytes, Tag(0x86)]


@message(tag=0xBF36)
class BoundProfilePackage(Message):
    """A profile bound to one chip. Segments are the values of their TLVs: data and 8 octets of MAC."""

    initialise_secure_channel_request: Signed[InitialiseSecureChannelRequest]
    first_sequence_of_87: Annotated[tuple[ProtectedSegment87, ...], Tag(0xA0)]
    sequence_of_88: Annotated[tuple[ProtectedSegment88, ...], Tag(0xA1)]
    second_sequence_of_87: Annotated[tuple[ProtectedSegment87, ...] | None, Tag(0xA2)] = None
    sequence_of_86: Annotated[tuple[ProtectedSegment86, ...], Tag(0xA3)]
