"""The chip's memory as octets, and back: what stands in the file of a software chip.

A magic number with the version of the format, a SHA-256 over the rest, and the rest: records of positional values
(MessagePack). The records are types of their own, so that the state can be rearranged without changing the files;
messages inside them stand as the DER that they are on the wire. A record may only grow at its end, with a
default: then older files stay readable.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid, Iccid, Oid, TransactionId
from openesim.kernel.secret import Secret
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.messages.sgp22.es10b import GetRatResponse
from openesim.messages.sgp22.euicc_info import (
    CertificationDataObject,
    EuiccCategory,
    RspCapability,
    UiccCapability,
)
from openesim.messages.sgp22.metadata import DpProprietaryData, ProfileState, StoreMetadataRequest
from openesim.messages.sgp22.notifications import BppCommandId
from openesim.messages.sgp22.types import NotificationEvent, PprIds
from openesim.provisioning.euicc.state import (
    Credential,
    Description,
    Identity,
    Notification,
    Nvm,
    OneTimeKeyRecord,
    OngoingInstallation,
    Profile,
)
from openesim.provisioning.uicc.image import PinState
from openesim.provisioning.uicc.memory import UNTOUCHED, Memory
from openesim.security.crypto.curves import Curve

FORMAT_VERSION = 1
_MAGIC = b"OpenESIM eUICC "
_DIGEST_OCTETS = 32


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """Base of the records: written as arrays, so that names in the source are free."""


class _CredentialRecord(_Record, frozen=True, array_like=True):
    ci_key_id: bytes
    curve: str
    certificate: bytes
    eum_certificate: bytes
    private_key: bytes


class _DescriptionRecord(_Record, frozen=True, array_like=True):
    profile_version: bytes
    svn: bytes
    firmware_version: bytes
    globalplatform_version: bytes
    uicc_capability: int
    rsp_capability: int
    category: int
    forbidden_policy_rules: int
    pp_version: bytes
    sas_accreditation_number: str
    certification: bytes | None


class _PinRecord(_Record, frozen=True, array_like=True):
    directory: bytes
    key_reference: int
    value: bytes
    is_enabled: bool
    attempts_left: int


class _CardRecord(_Record, frozen=True, array_like=True):
    contents: dict[bytes, bytes]
    life_cycles: dict[bytes, int]
    pins: tuple[_PinRecord, ...]
    puks: dict[int, int]
    sequence_numbers: dict[bytes, tuple[int, ...]]
    authentications: dict[bytes, int]
    counters: dict[int, int] = {}


class _ProfileRecord(_Record, frozen=True, array_like=True):
    aid: bytes
    state: int
    nickname: str
    metadata: bytes
    package: bytes
    dp_oid: str | None
    ci_key_id: bytes
    card: _CardRecord | None = None


class _NotificationRecord(_Record, frozen=True, array_like=True):
    seq_number: int
    event: int
    address: str
    iccid: str | None
    octets: bytes


class _OneTimeKeyRecord(_Record, frozen=True, array_like=True):
    smdp_oid: str
    curve: str
    public_key: bytes
    private_key: bytes


class _InstallationRecord(_Record, frozen=True, array_like=True):
    transaction_id: bytes
    smdp_oid: str
    smdp_address: str
    ci_key_id: bytes
    command: int
    iccid: str | None


class _NvmRecord(_Record, frozen=True, array_like=True):
    eid: str
    credentials: tuple[_CredentialRecord, ...]
    ci_certificates: tuple[bytes, ...]
    description: _DescriptionRecord
    capacity: int
    rat: bytes
    factory_dp_address: str
    default_dp_address: str
    root_ds_address: str
    profiles: tuple[_ProfileRecord, ...]
    suspended_aid: bytes | None
    notifications: tuple[_NotificationRecord, ...]
    next_seq_number: int
    one_time_keys: tuple[_OneTimeKeyRecord, ...]
    installation: _InstallationRecord | None
    crls: tuple[bytes, ...]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_NvmRecord)


def encode_nvm(nvm: Nvm) -> bytes:
    """Return the memory as octets. They hold private keys in the clear: a file of them belongs to its owner alone."""
    body = _ENCODER.encode(_to_record(nvm))
    return _MAGIC + FORMAT_VERSION.to_bytes(1, "big") + sha256(body).digest() + body


def decode_nvm(octets: bytes) -> Nvm:
    """Return the memory of the octets.

    Raises:
        DecodeError: not a chip, of a later version of the format, or damaged.
    """
    head = len(_MAGIC) + 1
    if octets[: len(_MAGIC)] != _MAGIC or len(octets) < head + _DIGEST_OCTETS:
        raise DecodeError("this is not the file of a software eUICC", offset=0)
    version = octets[head - 1]
    if version != FORMAT_VERSION:
        raise DecodeError(
            f"format version {version} is not known here, only {FORMAT_VERSION}", offset=head - 1
        )
    digest, body = octets[head : head + _DIGEST_OCTETS], octets[head + _DIGEST_OCTETS :]
    if sha256(body).digest() != digest:
        raise DecodeError("the file of the eUICC is damaged: its checksum does not hold", offset=head)
    try:
        return _from_record(_DECODER.decode(body))
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        raise DecodeError(
            f"the file of the eUICC does not follow its format: {type(error).__name__}"
        ) from None


def _to_record(nvm: Nvm) -> _NvmRecord:
    """Return the memory as a record."""
    return _NvmRecord(
        eid=str(nvm.identity.eid),
        credentials=tuple(map(_credential_to_record, nvm.identity.credentials)),
        ci_certificates=nvm.identity.ci_certificates,
        description=_description_to_record(nvm.description),
        capacity=nvm.capacity,
        rat=GetRatResponse(rat=nvm.rat).encode(),
        factory_dp_address=nvm.factory_dp_address,
        default_dp_address=nvm.default_dp_address,
        root_ds_address=nvm.root_ds_address,
        profiles=tuple(map(_profile_to_record, nvm.profiles)),
        suspended_aid=nvm.suspended_aid,
        notifications=tuple(
            _NotificationRecord(one.seq_number, int(one.event), one.address, _plain(one.iccid), one.octets)
            for one in nvm.notifications
        ),
        next_seq_number=nvm.next_seq_number,
        one_time_keys=tuple(
            _OneTimeKeyRecord(str(key.smdp_oid), key.curve.name, key.public_key, key.private_key.reveal())
            for key in nvm.one_time_keys
        ),
        installation=_installation_to_record(nvm.installation) if nvm.installation else None,
        crls=nvm.crls,
    )


def _from_record(record: _NvmRecord) -> Nvm:
    """Return the memory of a record.

    Raises:
        DecodeError: a message or identifier in it is malformed.
        KeyError: an unknown curve.
        ValueError: an unknown state.
    """
    return Nvm(
        identity=Identity(
            eid=Eid.parse(record.eid),
            credentials=tuple(map(_credential_from_record, record.credentials)),
            ci_certificates=record.ci_certificates,
        ),
        description=_description_from_record(record.description),
        capacity=record.capacity,
        rat=GetRatResponse.decode(record.rat).rat,
        factory_dp_address=record.factory_dp_address,
        default_dp_address=record.default_dp_address,
        root_ds_address=record.root_ds_address,
        profiles=tuple(map(_profile_from_record, record.profiles)),
        suspended_aid=record.suspended_aid,
        notifications=tuple(map(_notification_from_record, record.notifications)),
        next_seq_number=record.next_seq_number,
        one_time_keys=tuple(map(_one_time_key_from_record, record.one_time_keys)),
        installation=_installation_from_record(record.installation) if record.installation else None,
        crls=record.crls,
    )


def _plain(identifier: str | None) -> str | None:
    """Return an identifier as the plain text that the encoder takes."""
    return None if identifier is None else str(identifier)


def _credential_to_record(credential: Credential) -> _CredentialRecord:
    """Return a credential as a record."""
    return _CredentialRecord(
        credential.ci_key_id,
        credential.curve.name,
        credential.certificate,
        credential.eum_certificate,
        credential.private_key.reveal(),
    )


def _credential_from_record(record: _CredentialRecord) -> Credential:
    """Return the credential of a record."""
    return Credential(
        ci_key_id=record.ci_key_id,
        curve=Curve[record.curve],
        certificate=record.certificate,
        eum_certificate=record.eum_certificate,
        private_key=Secret(record.private_key),
    )


def _description_to_record(about: Description) -> _DescriptionRecord:
    """Return a description as a record."""
    return _DescriptionRecord(
        about.profile_version,
        about.svn,
        about.firmware_version,
        about.globalplatform_version,
        int(about.uicc_capability),
        int(about.rsp_capability),
        int(about.category),
        int(about.forbidden_policy_rules),
        about.pp_version,
        about.sas_accreditation_number,
        about.certification.encode() if about.certification else None,
    )


def _description_from_record(record: _DescriptionRecord) -> Description:
    """Return the description of a record."""
    return Description(
        profile_version=record.profile_version,
        svn=record.svn,
        firmware_version=record.firmware_version,
        globalplatform_version=record.globalplatform_version,
        uicc_capability=UiccCapability(record.uicc_capability),
        rsp_capability=RspCapability(record.rsp_capability),
        category=EuiccCategory(record.category),
        forbidden_policy_rules=PprIds(record.forbidden_policy_rules),
        pp_version=record.pp_version,
        sas_accreditation_number=record.sas_accreditation_number,
        certification=(
            CertificationDataObject.decode(record.certification) if record.certification else None
        ),
    )


def _profile_to_record(profile: Profile) -> _ProfileRecord:
    """Return a profile as a record."""
    proprietary = profile.dp_proprietary_data
    return _ProfileRecord(
        profile.aid,
        int(profile.state),
        profile.nickname,
        profile.metadata_octets,
        profile.package.octets,
        _plain(proprietary.dp_oid) if proprietary else None,
        profile.ci_key_id,
        None if profile.card_memory is UNTOUCHED else _card_to_record(profile.card_memory),
    )


def _profile_from_record(record: _ProfileRecord) -> Profile:
    """Return the profile of a record."""
    return Profile(
        aid=record.aid,
        state=ProfileState(record.state),
        nickname=record.nickname,
        metadata=StoreMetadataRequest.decode(record.metadata),
        metadata_octets=record.metadata,
        package=decode_package(record.package),
        dp_proprietary_data=DpProprietaryData(dp_oid=Oid(record.dp_oid)) if record.dp_oid else None,
        ci_key_id=record.ci_key_id,
        card_memory=UNTOUCHED if record.card is None else _card_from_record(record.card),
    )


def _card_to_record(memory: Memory) -> _CardRecord:
    """Return what a card keeps as a record."""
    return _CardRecord(
        dict(memory.contents),
        dict(memory.life_cycles),
        tuple(
            _PinRecord(directory, reference, bytes(state.value), state.is_enabled, state.attempts_left)
            for (directory, reference), state in memory.pins.items()
        ),
        dict(memory.puks),
        dict(memory.sequence_numbers),
        dict(memory.authentications),
        dict(memory.counters),
    )


def _card_from_record(record: _CardRecord) -> Memory:
    """Return what a card keeps of a record."""
    return Memory(
        contents=record.contents,
        life_cycles=record.life_cycles,
        pins={
            (pin.directory, pin.key_reference): PinState(
                SecretOctets(pin.value), pin.is_enabled, pin.attempts_left
            )
            for pin in record.pins
        },
        puks=record.puks,
        sequence_numbers=record.sequence_numbers,
        authentications=record.authentications,
        counters=record.counters,
    )


def _notification_from_record(record: _NotificationRecord) -> Notification:
    """Return the notification of a record."""
    return Notification(
        seq_number=record.seq_number,
        event=NotificationEvent(record.event),
        address=record.address,
        iccid=Iccid(record.iccid) if record.iccid else None,
        octets=record.octets,
    )


def _one_time_key_from_record(record: _OneTimeKeyRecord) -> OneTimeKeyRecord:
    """Return the one-time key of a record."""
    return OneTimeKeyRecord(
        smdp_oid=Oid(record.smdp_oid),
        curve=Curve[record.curve],
        public_key=record.public_key,
        private_key=Secret(record.private_key),
    )


def _installation_to_record(installation: OngoingInstallation) -> _InstallationRecord:
    """Return the mark of an ongoing installation as a record."""
    return _InstallationRecord(
        bytes(installation.transaction_id),
        str(installation.smdp_oid),
        installation.smdp_address,
        installation.ci_key_id,
        int(installation.command),
        _plain(installation.iccid),
    )


def _installation_from_record(record: _InstallationRecord) -> OngoingInstallation:
    """Return the mark of an ongoing installation of a record."""
    return OngoingInstallation(
        transaction_id=TransactionId(record.transaction_id),
        smdp_oid=Oid(record.smdp_oid),
        smdp_address=record.smdp_address,
        ci_key_id=record.ci_key_id,
        command=BppCommandId(record.command),
        iccid=Iccid(record.iccid) if record.iccid else None,
    )
