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
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason, ErrorResult
from openesim.provisioning.euicc import es8plus, memory
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.installation_result import conclude, describe_installation
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.session import DownloadPrepared, OpenContainer, ProfileLoading
from openesim.provisioning.euicc.state import Euicc, OngoingInstallation
from openesim.provisioning.uicc.status_words import StatusWord, refused
from openesim.security.crypto.bsp import BspTag

BOUND_PROFILE_PACKAGE, SECURE_CHANNEL = 0xBF36, 0xBF23
FIRST_87, SEQUENCE_88, SECOND_87, SEQUENCE_86 = 0xA0, 0xA1, 0xA2, 0xA3
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
        return _report(euicc, describe_installation(session), refusal, ambient)
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


def _structure_error(command: BppCommandId) -> InstallationRefused:
    """Return the refusal of a package whose TLVs are not where they should be."""
    return InstallationRefused(command, ErrorReason.SCP03T_STRUCTURE_ERROR)


def _begin(euicc: Euicc, session: DownloadPrepared, segment: bytes) -> tuple[Euicc, bytes]:
    """Take the beginning of the first segment: the header of BF36, and BF23.

    Returns:
        The chip that loads and remembers that it does, and the rest of the segment.

    Raises:
        InstallationRefused: see ``es8plus.initialise_secure_channel``.
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
        reader=es8plus.initialise_secure_channel(euicc, session, segment[start:stop]),
        octets_left=end - stop,
        command=BppCommandId.CONFIGURE_ISDP,
        awaited=(FIRST_87,),
    )
    return _remember(euicc, loading).with_session(loading), segment[stop:]


def _remember(euicc: Euicc, loading: ProfileLoading) -> Euicc:
    """Return the chip whose memory says how far the installation has got."""
    return euicc.with_nvm(replace(euicc.nvm, installation=describe_installation(loading.prepared, loading)))


def _take(euicc: Euicc, loading: ProfileLoading, segment: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Take the TLVs of a segment in a state of loading; whatever is wrong becomes the result."""
    position = 0
    try:
        while position < len(segment):
            loading, position = _take_one(euicc, loading, segment, position)
            container = loading.container
            if container is None or container.octets_left:
                continue
            data, row = b"".join(container.pieces), _CONTAINERS[container.tag]
            if row.carry_out is None:
                if position != len(segment):
                    raise _structure_error(loading.command)
                return es8plus.load_profile_elements(euicc, loading, data, ambient)
            loading = _between(row.carry_out(euicc, loading, data), row.followers)
            euicc = _remember(euicc, loading)
    except InstallationRefused as refusal:
        return _report(euicc, describe_installation(loading.prepared, loading), refusal, ambient)
    return euicc.with_session(loading), b""


def _between(loading: ProfileLoading, followers: tuple[int, ...]) -> ProfileLoading:
    """Return the state in which one of some containers is awaited; the last of them is the one that must come."""
    command = _CONTAINERS[followers[-1]].command
    return replace(loading, container=None, awaited=followers, command=command)


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
        raise InstallationRefused(row.command, row.too_long)
    opened = replace(
        container,
        octets_left=container.octets_left - len(octets),
        pieces=(*container.pieces, piece),
        pieces_octets=total,
    )
    return replace(loading, container=opened)


def _room_for_command(_euicc: Euicc, _loading: ProfileLoading) -> int:
    """Return the longest ConfigureISDP or ReplaceSessionKeys: what fits into one segment."""
    return _LONGEST_COMMAND


def _room_for_metadata(euicc: Euicc, _loading: ProfileLoading) -> int:
    """Return how long metadata may be."""
    return memory.free_octets(euicc.nvm)


def _room_for_package(euicc: Euicc, loading: ProfileLoading) -> int:
    """Return how long the profile package may be."""
    return memory.room_for_profile(euicc.nvm, len(loading.metadata_octets))


CarryOut = Callable[[Euicc, ProfileLoading, bytes], ProfileLoading]


@dataclass(frozen=True, slots=True)
class _Container:
    """What may stand in a container, what is done with it, and what comes behind it.

    Attributes:
        command: the ES8+ command in it.
        segment_tag: tag of the protected TLVs in it.
        room: how many octets they may carry together.
        too_long: what is wrong with more.
        followers: containers that may come next, the last of them must.
        carry_out: carries the command out; None where the installation is finished with it.
    """

    command: BppCommandId
    segment_tag: BspTag
    room: Callable[[Euicc, ProfileLoading], int]
    too_long: ErrorReason
    followers: tuple[int, ...] = ()
    carry_out: CarryOut | None = None


_NO_ROOM = ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE
_STRUCTURE = ErrorReason.SCP03T_STRUCTURE_ERROR

_CONTAINERS = {
    FIRST_87: _Container(
        BppCommandId.CONFIGURE_ISDP,
        BspTag.COMMAND,
        _room_for_command,
        _STRUCTURE,
        (SEQUENCE_88,),
        es8plus.configure_isdp,
    ),
    SEQUENCE_88: _Container(
        BppCommandId.STORE_METADATA,
        BspTag.METADATA,
        _room_for_metadata,
        _NO_ROOM,
        (SECOND_87, SEQUENCE_86),
        es8plus.store_metadata,
    ),
    SECOND_87: _Container(
        BppCommandId.REPLACE_SESSION_KEYS,
        BspTag.COMMAND,
        _room_for_command,
        _STRUCTURE,
        (SEQUENCE_86,),
        es8plus.replace_session_keys,
    ),
    SEQUENCE_86: _Container(
        BppCommandId.LOAD_PROFILE_ELEMENTS, BspTag.PROFILE_ELEMENTS, _room_for_package, _NO_ROOM
    ),
}
