"""ES10b.LoadBoundProfilePackage: a profile comes in, segment by segment.

A bound profile package is a nest of containers. An LPA cuts it into segments at the borders of its TLVs; what opens a
container travels with or without the first TLV inside, so both are taken. Lengths of containers stand under no
signature and no MAC: they are held against what really comes, so that not one octet of a package can be changed
unnoticed.

::

    BF36                                         segment tag      ES8+ command
    ├── BF23                                                      InitialiseSecureChannel
    ├── A0   { 87 … }                            encrypted        ConfigureISDP
    ├── A1   { 88 … }                            authenticated    StoreMetadata
    ├── A2   { 87 … }   if the keys change       encrypted        ReplaceSessionKeys
    └── A3   { 86 … }                            encrypted        LoadProfileElements

Whatever fails, the answer to that segment is a signed installation result with command and reason, the session is over
and no profile is there. Nothing of the profile is written before its last octet was verified and understood; only
a mark that an installation is under way is, so that a power cut can be reported.

Source: SGP.22 v2.5 §2.5.4, §2.5.5, §5.5, §5.7.6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.sgp22.es8plus import (
    INSTALL_BOUND_PROFILE_PACKAGE,
    KEY_LENGTH_16,
    KEY_TYPE_AES,
    ConfigureIsdpRequest,
    InitialiseSecureChannelRequest,
    ReplaceSessionKeysRequest,
    StoreMetadataRequest,
)
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason, ErrorResult, SuccessResult
from openesim.provisioning.euicc import memory, notifications, profiles
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.installation_result import conclude
from openesim.provisioning.euicc.interpreter import SUCCESS
from openesim.provisioning.euicc.metadata_rules import check_metadata
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.session import DownloadPrepared, OpenContainer, ProfileLoading
from openesim.provisioning.euicc.state import Euicc, OngoingInstallation, Profile
from openesim.provisioning.euicc.status_words import StatusWord, refused
from openesim.security.crypto.bsp import BspKeys, BspReader, BspTag
from openesim.security.crypto.ecdsa import verify_signature

BOUND_PROFILE_PACKAGE, SECURE_CHANNEL = 0xBF36, 0xBF23
FIRST_87, SEQUENCE_88, SECOND_87, SEQUENCE_86 = 0xA0, 0xA1, 0xA2, 0xA3
_ONE_TIME_KEY, _SIGNATURE = 0x5F49, 0x5F37
_ANYWHERE = 1 << 30  # the end of a container lies beyond the segment that opens it
_LONGEST_COMMAND = 1007

SEGMENT_TAGS = frozenset(
    {BOUND_PROFILE_PACKAGE, FIRST_87, SEQUENCE_88, SECOND_87, SEQUENCE_86, *(tag.value for tag in BspTag)}
)
"""Tags that a segment can begin with."""


def load_bound_profile_package(euicc: Euicc, segment: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Take one segment of a bound profile package.

    Args:
        euicc: the chip.
        segment: one or more whole TLVs of the package, or the header of a container.
        ambient: keys to sign with.

    Returns:
        The chip after, and nothing; or, once the installation has succeeded or failed, its result (BF37).

    Raises:
        CardError: no download is prepared, or the package does not begin with its beginning (status word 6985).

    Source: SGP.22 v2.5 §5.7.6.
    """
    session = euicc.ram.session
    if not isinstance(session, DownloadPrepared | ProfileLoading):
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "no download is prepared")
    if isinstance(session, ProfileLoading):
        return _take(euicc, session, segment, ambient)
    try:
        begun, rest = _begin(euicc, session, segment)
    except InstallationRefused as refusal:
        return _report(euicc, _mark(session), refusal, ambient)
    loading = begun.ram.session
    return _take(begun, loading, rest, ambient) if isinstance(loading, ProfileLoading) else (begun, b"")


def _report(
    euicc: Euicc, installation: OngoingInstallation, refusal: InstallationRefused, ambient: Ambient
) -> tuple[Euicc, bytes]:
    """Return the chip without session, and the result that says what failed."""
    result = ErrorResult(
        bpp_command_id=refusal.command, error_reason=refusal.reason, sima_response=refusal.sima_response
    )
    installation = replace(installation, iccid=refusal.iccid or installation.iccid)
    nvm, octets = conclude(euicc.nvm, installation, result, ambient)
    return euicc.with_nvm(nvm).with_session(None), octets


def _mark(session: DownloadPrepared, loading: ProfileLoading | None = None) -> OngoingInstallation:
    """Return what is known of an installation: session, SM-DP+, and how far it has got."""
    return OngoingInstallation(
        transaction_id=session.server.transaction_id,
        smdp_oid=session.server.oid,
        smdp_address=session.server.server_address,
        ci_key_id=session.server.ci_key_id,
        command=loading.command if loading else BppCommandId.INITIALISE_SECURE_CHANNEL,
        iccid=loading.metadata.iccid if loading and loading.metadata else None,
    )


def _structure_error(command: BppCommandId) -> InstallationRefused:
    """Return the refusal of a package whose TLVs are not where they should be."""
    return InstallationRefused(command, ErrorReason.SCP03T_STRUCTURE_ERROR)


# --- InitialiseSecureChannel -------------------------------------------------------------------------------------


def _begin(euicc: Euicc, session: DownloadPrepared, segment: bytes) -> tuple[Euicc, bytes]:
    """Take the beginning of the first segment: the header of BF36, and BF23.

    Returns:
        The chip that loads and remembers that it does, and the rest of the segment.

    Raises:
        InstallationRefused: see ``_open_secure_channel``.
        CardError: the segment does not begin with BF36.
    """
    command = BppCommandId.INITIALISE_SECURE_CHANNEL
    try:
        tag, start, end = tlv.read_header(segment, 0, _ANYWHERE)
        if tag != BOUND_PROFILE_PACKAGE:
            raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "a bound profile package begins with BF36")
        tag, _, stop = tlv.read_header(segment, start, len(segment))
    except DecodeError:
        raise _structure_error(command) from None
    if tag != SECURE_CHANNEL or stop > end:
        raise _structure_error(command)
    loading = ProfileLoading(
        prepared=session,
        reader=_open_secure_channel(euicc, session, segment[start:stop]),
        octets_left=end - stop,
        command=BppCommandId.CONFIGURE_ISDP,
        awaited=(FIRST_87,),
    )
    return _remember(euicc, loading).with_session(loading), segment[stop:]


def _remember(euicc: Euicc, loading: ProfileLoading) -> Euicc:
    """Return the chip whose memory says how far the installation has got."""
    return euicc.with_nvm(replace(euicc.nvm, installation=_mark(loading.prepared, loading)))


def _open_secure_channel(euicc: Euicc, session: DownloadPrepared, octets: bytes) -> BspReader:
    """Verify BF23 and derive the session keys.

    Nothing in it is believed before its signature holds.

    Raises:
        InstallationRefused: malformed, false signature, other transaction, key type or operation.

    Source: SGP.22 v2.5 §5.5.1.
    """

    def fail(reason: ErrorReason) -> InstallationRefused:
        return InstallationRefused(BppCommandId.INITIALISE_SECURE_CHANNEL, reason)

    try:
        request = InitialiseSecureChannelRequest.decode(octets)
        signed = _signed_part(octets, session.one_time_key.public_key)
    except DecodeError:
        raise fail(ErrorReason.INCORRECT_INPUT_VALUES) from None
    try:
        verify_signature(session.smdp_key, signed, request.smdp_sign)
    except VerificationError:
        raise fail(ErrorReason.INVALID_SIGNATURE) from None
    if request.transaction_id != session.server.transaction_id:
        raise fail(ErrorReason.INVALID_TRANSACTION_ID)
    template = request.control_ref_template
    if (template.key_type, template.key_len) != (KEY_TYPE_AES, KEY_LENGTH_16):
        raise fail(ErrorReason.UNSUPPORTED_CRT_VALUES)
    if request.remote_op_id != INSTALL_BOUND_PROFILE_PACKAGE:
        raise fail(ErrorReason.UNSUPPORTED_REMOTE_OPERATION_TYPE)
    try:
        shared_secret = session.one_time_key.agree(request.smdp_otpk)
    except VerificationError:
        raise fail(ErrorReason.INCORRECT_INPUT_VALUES) from None
    return BspReader(BspKeys.derive(shared_secret, template.host_id, euicc.nvm.identity.eid.octets))


def _signed_part(octets: bytes, one_time_key: bytes) -> bytes:
    """Return what the signature in BF23 covers: all before it as received, and the chip's own one-time key.

    Raises:
        DecodeError: something follows the signature, where nothing would cover it.
    """
    request = tlv.read_one(octets)
    signature = request.find(_SIGNATURE)
    if signature is None or signature.end != request.end:
        raise DecodeError("the signature is not the last component", offset=request.start)
    return octets[request.value_start : signature.start] + tlv.encode(_ONE_TIME_KEY, one_time_key)


# --- Containers --------------------------------------------------------------------------------------------------


def _take(euicc: Euicc, loading: ProfileLoading, segment: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Take the TLVs of a segment in a state of loading; whatever is wrong becomes the result."""
    position = 0
    try:
        while position < len(segment):
            loading, position = _take_one(euicc, loading, segment, position)
            container = loading.container
            if container is None or container.octets_left:
                continue
            data = b"".join(container.pieces)
            if container.tag == SEQUENCE_86:
                if position != len(segment):
                    raise _structure_error(loading.command)
                return _install(euicc, loading, data, ambient)
            loading = _CONTAINERS[container.tag].finish(euicc, loading, data)
            euicc = _remember(euicc, loading)
    except InstallationRefused as refusal:
        return _report(euicc, _mark(loading.prepared, loading), refusal, ambient)
    return euicc.with_session(loading), b""


def _take_one(
    euicc: Euicc, loading: ProfileLoading, segment: bytes, position: int
) -> tuple[ProfileLoading, int]:
    """Take the header of a container, or one protected TLV, and return where the next one begins.

    Raises:
        InstallationRefused: something else stands there.
    """
    try:
        tag, start, end = tlv.read_header(segment, position, _ANYWHERE)
    except DecodeError:
        raise _structure_error(loading.command) from None
    if loading.container is None:
        return _open_container(loading, tag, (start - position, end - start)), start
    if end > len(segment):
        raise _structure_error(loading.command)
    return _take_piece(euicc, loading, loading.container, segment[position:end]), end


def _open_container(loading: ProfileLoading, tag: int, lengths: tuple[int, int]) -> ProfileLoading:
    """Return the state in which a container is open.

    Args:
        loading: between two containers.
        tag: tag of the container.
        lengths: octets of its header and of its value.

    Raises:
        InstallationRefused: another container is awaited, or its length does not fit into BF36.
    """
    header, length = lengths
    left = loading.octets_left - header - length
    if tag not in loading.awaited or left < 0 or (left > 0) == (tag == SEQUENCE_86):
        raise _structure_error(loading.command)
    container = OpenContainer(tag=tag, octets_left=length)
    return replace(
        loading, octets_left=left, container=container, command=_CONTAINERS[tag].command, awaited=()
    )


def _take_piece(
    euicc: Euicc, loading: ProfileLoading, container: OpenContainer, octets: bytes
) -> ProfileLoading:
    """Return the state in which a protected TLV was verified and put to the others of its container.

    Raises:
        InstallationRefused: no such TLV may come here, a false MAC or padding, or there is no room.

    Source: SGP.22 v2.5 §5.5 (SCP03t).
    """
    row = _CONTAINERS[container.tag]
    if len(octets) > container.octets_left:
        raise _structure_error(row.command)
    try:
        piece = loading.reader.unprotect(row.segment_tag, octets)
    except DecodeError:
        raise _structure_error(row.command) from None
    except VerificationError:
        raise InstallationRefused(row.command, ErrorReason.SCP03T_SECURITY_ERROR) from None
    total = container.pieces_octets + len(piece)
    if total > row.room(euicc, loading):
        raise InstallationRefused(row.command, row.reason_if_too_long)
    opened = replace(
        container,
        octets_left=container.octets_left - len(octets),
        pieces=(*container.pieces, piece),
        pieces_octets=total,
    )
    return replace(loading, container=opened)


# --- ES8+ commands -----------------------------------------------------------------------------------------------


def _configure_isdp(_euicc: Euicc, loading: ProfileLoading, data: bytes) -> ProfileLoading:
    """Take ConfigureISDP.

    Raises:
        InstallationRefused: malformed.

    Source: SGP.22 v2.5 §5.5.2.
    """
    try:
        request = ConfigureIsdpRequest.decode(data)
    except DecodeError:
        raise InstallationRefused(loading.command, ErrorReason.INCORRECT_INPUT_VALUES) from None
    return replace(
        loading,
        container=None,
        awaited=(SEQUENCE_88,),
        command=BppCommandId.STORE_METADATA,
        dp_proprietary_data=request.dp_proprietary_data,
    )


def _store_metadata(euicc: Euicc, loading: ProfileLoading, data: bytes) -> ProfileLoading:
    """Take StoreMetadata, if this chip may carry such a profile.

    Raises:
        InstallationRefused: malformed, or one of its rules says no.

    Source: SGP.22 v2.5 §5.5.3.
    """
    try:
        metadata = StoreMetadataRequest.decode(data)
    except DecodeError:
        raise InstallationRefused(loading.command, ErrorReason.INCORRECT_INPUT_VALUES) from None
    check_metadata(euicc.nvm, metadata)
    if memory.room_for_profile(euicc.nvm, len(data)) <= 0:
        reason = ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE
        raise InstallationRefused(loading.command, reason)
    return replace(
        loading,
        container=None,
        awaited=(SECOND_87, SEQUENCE_86),
        command=BppCommandId.LOAD_PROFILE_ELEMENTS,
        metadata=metadata,
        metadata_octets=data,
    )


def _replace_session_keys(_euicc: Euicc, loading: ProfileLoading, data: bytes) -> ProfileLoading:
    """Take ReplaceSessionKeys: the profile elements were protected beforehand, under keys of their own.

    Raises:
        InstallationRefused: malformed.

    Source: SGP.22 v2.5 §5.5.4.
    """
    try:
        request = ReplaceSessionKeysRequest.decode(data)
    except DecodeError:
        raise InstallationRefused(loading.command, ErrorReason.INCORRECT_INPUT_VALUES) from None
    keys = BspKeys(request.initial_mac_chaining_value, request.ppk_enc, request.ppk_cmac)
    loading.reader.replace_keys(keys)
    return replace(
        loading, container=None, awaited=(SEQUENCE_86,), command=BppCommandId.LOAD_PROFILE_ELEMENTS
    )


def _install(euicc: Euicc, loading: ProfileLoading, data: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Work through the profile package and, if all of it is understood, put the profile into a new ISD-P.

    Profile, notifications, the end of the one-time key and of the installation are one change of memory.

    Raises:
        InstallationRefused: the package cannot be installed on this chip.

    Source: SGP.22 v2.5 §5.5.5, §5.7.6.
    """
    metadata = loading.metadata
    assert metadata is not None  # noqa: S101 (for the type checker: A3 is awaited behind A1 only)
    nvm, server = euicc.nvm, loading.prepared.server
    profile = Profile(
        aid=profiles.next_aid(nvm),
        metadata=metadata,
        metadata_octets=loading.metadata_octets,
        package=ambient.interpret(data, metadata, nvm.description),
        dp_proprietary_data=loading.dp_proprietary_data,
        ci_key_id=server.ci_key_id,
    )
    used = loading.prepared.one_time_key.public_key
    nvm = replace(
        nvm,
        profiles=(*nvm.profiles, profile),
        one_time_keys=tuple(key for key in nvm.one_time_keys if key.public_key != used),
    )
    result = SuccessResult(aid=profile.aid, sima_response=SUCCESS)
    nvm, octets = conclude(nvm, _mark(loading.prepared, loading), result, ambient)
    nvm = notifications.notify(
        nvm, profile, notifications.INSTALL, ambient, already_told=server.server_address
    )
    return euicc.with_nvm(nvm).with_session(None), octets


def _room_for_command(_euicc: Euicc, _loading: ProfileLoading) -> int:
    """Return the longest ConfigureISDP or ReplaceSessionKeys: what fits into one segment."""
    return _LONGEST_COMMAND


def _room_for_metadata(euicc: Euicc, _loading: ProfileLoading) -> int:
    """Return how long metadata may be."""
    return memory.free_octets(euicc.nvm)


def _room_for_package(euicc: Euicc, loading: ProfileLoading) -> int:
    """Return how long the profile package may be."""
    return memory.room_for_profile(euicc.nvm, len(loading.metadata_octets))


@dataclass(frozen=True, slots=True)
class _Container:
    """What may stand in a container, how much of it, and what is done with it."""

    command: BppCommandId
    segment_tag: BspTag
    finish: Callable[[Euicc, ProfileLoading, bytes], ProfileLoading]
    room: Callable[[Euicc, ProfileLoading], int]
    reason_if_too_long: ErrorReason


def _unreachable(_euicc: Euicc, loading: ProfileLoading, _data: bytes) -> ProfileLoading:
    """Stand in the table where ``_install`` is called instead."""
    return loading


_NO_ROOM = ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE
_CONTAINERS = {
    FIRST_87: _Container(
        BppCommandId.CONFIGURE_ISDP,
        BspTag.COMMAND,
        _configure_isdp,
        _room_for_command,
        ErrorReason.SCP03T_STRUCTURE_ERROR,
    ),
    SEQUENCE_88: _Container(
        BppCommandId.STORE_METADATA, BspTag.METADATA, _store_metadata, _room_for_metadata, _NO_ROOM
    ),
    SECOND_87: _Container(
        BppCommandId.REPLACE_SESSION_KEYS,
        BspTag.COMMAND,
        _replace_session_keys,
        _room_for_command,
        ErrorReason.SCP03T_STRUCTURE_ERROR,
    ),
    SEQUENCE_86: _Container(
        BppCommandId.LOAD_PROFILE_ELEMENTS, BspTag.PROFILE_ELEMENTS, _unreachable, _room_for_package, _NO_ROOM
    ),
}
