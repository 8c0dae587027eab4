"""Binding: a profile package is protected for one chip and one one-time key of that chip.

A binding is small: the two one-time keys and, where the package is protected with keys of its own (PPK), those.
The bound profile package is a pure function of the binding, the package and its metadata, so it is not stored: a
download that broke is answered with the same octets, but for the part that names the session.

Source: SGP.22 v2.5 §2.5.3, §2.5.4, §3.1.3.2, §5.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from openesim.encoding import tlv
from openesim.kernel.ambient import Entropy, Signer
from openesim.kernel.ids import Eid, TransactionId
from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.es8plus import (
    INSTALL_BOUND_PROFILE_PACKAGE,
    KEY_LENGTH_16,
    KEY_TYPE_AES,
    ConfigureIsdpRequest,
    ControlRefTemplate,
    InitialiseSecureChannelRequest,
    ReplaceSessionKeysRequest,
    SignedPartOfSecureChannel,
)
from openesim.provisioning.smdp.session import Session
from openesim.security.crypto.bsp import BspKeys, BspTag, BspWriter
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey

HOST_ID = b"openesim"

INSTALLED = "installed"
"""The result of a download that led to a profile on the chip."""

_BOUND_PROFILE_PACKAGE = 0xBF36
_FIRST_87, _SEQUENCE_88, _SECOND_87, _SEQUENCE_86 = 0xA0, 0xA1, 0xA2, 0xA3


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What has to be kept to make the same bound profile package again.

    Attributes:
        curve: curve of both one-time keys.
        euicc_otpk: the chip's one-time public key, 65 octets.
        smdp_otsk: our one-time private scalar, 32 octets.
        host_id: 1 to 16 octets.
        ppk: keys the profile elements are protected with instead of the session keys: MAC chaining value,
            encryption key, MAC key, 48 octets; empty where the session keys serve.
    """

    curve: Curve
    euicc_otpk: bytes
    smdp_otsk: bytes = field(repr=False)
    host_id: bytes = HOST_ID
    ppk: bytes = field(default=b"", repr=False)

    @classmethod
    def generate(cls, curve: Curve, euicc_otpk: bytes, entropy: Entropy, *, replace_keys: bool) -> Binding:
        """Make a new binding; with ``replace_keys`` the package gets random keys of its own."""
        return cls(
            curve=curve,
            euicc_otpk=euicc_otpk,
            smdp_otsk=curve.scalar(entropy).to_bytes(32, "big"),
            ppk=entropy(48) if replace_keys else b"",
        )


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A bound profile package that was handed out: the durable half of a session.

    Attributes:
        transaction_id: session it was handed out in.
        order_id: the order.
        eid: the chip.
        euicc_key: public key of the chip (SubjectPublicKeyInfo), to verify the result with, whenever it comes.
        identity: key identifier of the CI under which CERT.DPpb stands.
        address: the address that was called; it stands in the metadata of the package.
        binding: what makes the package again.
        created_at: when, aware UTC.
        result: what the chip reported; None until it did.
    """

    transaction_id: TransactionId
    order_id: int
    eid: Eid
    euicc_key: bytes = field(repr=False)
    identity: bytes
    address: str
    binding: Binding
    created_at: datetime
    result: str | None = None

    @property
    def is_used(self) -> bool:
        """Whether it stands on the chip: such a package is never offered again."""
        return self.result == INSTALLED

    def is_for(self, eid: Eid, session: Session) -> bool:
        """Tell whether it was for the same chip, under the same certificate of ours, with the same contents.

        Metadata name the address that was called: called by another spelling, the package would not be the same
        octets.
        """
        return (self.eid, self.identity, self.address) == (eid, session.identity, session.server_address)


def build_bound_profile_package(
    binding: Binding, transaction_id: TransactionId, eid: Eid, contents: tuple[bytes, bytes], signer: Signer
) -> bytes:
    """Return the bound profile package, BF36.

    Args:
        binding: the two one-time keys, and the PPK if any.
        transaction_id: session it is handed out in.
        eid: the chip.
        contents: StoreMetadata (BF25) and profile package as prepared for this order.
        signer: SK.DPpb.

    Raises:
        VerificationError: the chip's one-time key is not on the curve.

    Source: SGP.22 v2.5 §2.5.4.
    """
    metadata, package = contents
    one_time_key = OneTimeKey.from_scalar(binding.curve, binding.smdp_otsk)
    keys = BspKeys.derive(one_time_key.agree(binding.euicc_otpk), binding.host_id, eid.octets)
    secure_channel = _initialise_secure_channel(binding, transaction_id, one_time_key.public_key, signer)
    parts = [secure_channel, *_protected_parts(BspWriter(keys), metadata, package, binding.ppk)]
    return tlv.encode(_BOUND_PROFILE_PACKAGE, b"".join(parts))


def _initialise_secure_channel(
    binding: Binding, transaction_id: TransactionId, smdp_otpk: bytes, signer: Signer
) -> bytes:
    """Return BF23: the only part that depends on the session.

    Source: SGP.22 v2.5 §5.5.1.
    """
    template = ControlRefTemplate(key_type=KEY_TYPE_AES, key_len=KEY_LENGTH_16, host_id=binding.host_id)
    signed = SignedPartOfSecureChannel(
        remote_op_id=INSTALL_BOUND_PROFILE_PACKAGE,
        transaction_id=transaction_id,
        control_ref_template=template,
        smdp_otpk=smdp_otpk,
        euicc_otpk=binding.euicc_otpk,
    )
    return InitialiseSecureChannelRequest(
        remote_op_id=INSTALL_BOUND_PROFILE_PACKAGE,
        transaction_id=transaction_id,
        control_ref_template=template,
        smdp_otpk=smdp_otpk,
        smdp_sign=signer.sign(signed.signed_octets()),
    ).encode()


def _protected_parts(writer: BspWriter, metadata: bytes, package: bytes, ppk: bytes) -> list[bytes]:
    """Return A0, A1, A2 if there is a PPK, and A3.

    Source: SGP.22 v2.5 §5.5.2–5.5.5.
    """
    configure = writer.protect(BspTag.COMMAND, ConfigureIsdpRequest().encode())
    parts = [
        tlv.encode(_FIRST_87, b"".join(configure)),
        tlv.encode(_SEQUENCE_88, b"".join(writer.protect(BspTag.METADATA, metadata))),
    ]
    if ppk:
        keys = BspKeys(ppk[:16], ppk[16:32], ppk[32:])
        replace = ReplaceSessionKeysRequest(
            initial_mac_chaining_value=keys.mcv, ppk_enc=keys.s_enc, ppk_cmac=keys.s_mac
        )
        parts.append(tlv.encode(_SECOND_87, b"".join(writer.protect(BspTag.COMMAND, replace.encode()))))
        writer.replace_keys(keys)
    parts.append(tlv.encode(_SEQUENCE_86, b"".join(writer.protect(BspTag.PROFILE_ELEMENTS, package))))
    return parts
