"""ES6: the operator changes the metadata of his profile, over the air, through its own security domain (MNO-SD).

Commands come out of a secured packet, so their sender is known and the profile is the one whose keys opened it. Policy rules
are only ever taken away: what stands afterwards is what stood before *and* is in the request.

Source: SGP.22 v2.5 §5.4.1; GlobalPlatform Card Specification 2.3 §11.5, §11.11.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from openesim.kernel.errors import CardError, DecodeError
from openesim.messages.sgp22.metadata import StoreMetadataRequest, UpdateMetadataRequest
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.euicc import profiles
from openesim.provisioning.euicc.memory import free_octets
from openesim.provisioning.euicc.state import Nvm, Profile
from openesim.provisioning.procedures.command_script import (
    FOR_PERSONALIZATION,
    INSTALL,
    LAST_BLOCK,
    RESERVED_ISDP_AID,
    STORE_DATA,
    Script,
)
from openesim.provisioning.procedures.remote_metadata import verify_update
from openesim.provisioning.uicc.command_apdu import CommandApdu, require_class
from openesim.provisioning.uicc.status_words import StatusWord, refused

_ENCRYPTED = 0x60
_FOR_ISDP = bytes((0, 0, len(RESERVED_ISDP_AID))) + RESERVED_ISDP_AID + bytes(3)
_NO_CONFIRMATION = b"\x00"


@dataclass(frozen=True, slots=True)
class _Domain:
    """The security domain in the middle of a script.

    Attributes:
        nvm: the chip's memory so far.
        profile: whose domain it is.
        blocks: of STORE DATA so far; None before INSTALL [for personalization].
    """

    nvm: Nvm
    profile: Profile
    blocks: tuple[bytes, ...] | None = None


def carry_out(nvm: Nvm, profile: Profile, script: Script) -> tuple[Nvm, int, bytes, int]:
    """Carry out the commands of a script, up to the first that is refused; that one changes nothing.

    Args:
        nvm: the chip's memory.
        profile: whose security domain was addressed; it stands in the memory.
        script: the commands.

    Returns:
        The memory after, how many commands were carried out or refused, data and status word of the last.

    Source: ETSI TS 102 226 §5.2.1.
    """
    domain, data = _Domain(nvm, profile), b""
    for number, octets in enumerate(script.commands, 1):
        try:
            domain, data = _execute(domain, CommandApdu.decode(octets))
        except CardError as error:
            return domain.nvm, number, b"", error.status_word or StatusWord.TECHNICAL_PROBLEM
    return domain.nvm, len(script.commands), data, StatusWord.SUCCESS


def update_metadata(nvm: Nvm, profile: Profile, request: UpdateMetadataRequest) -> Nvm:
    """Change the metadata of an installed profile; what the request leaves out stays.

    An empty icon takes the icon away. A policy rule that the profile does not have is not set by naming it.

    Raises:
        CardError: a request that makes no sense (6A80), or no room for the new metadata (6A84).

    Source: SGP.22 v2.5 §5.4.1.
    """
    try:
        verify_update(request)
    except DecodeError as error:
        raise refused(StatusWord.INCORRECT_DATA, str(error)) from None
    metadata = _updated(profile.metadata, request)
    octets = metadata.encode()
    if len(octets) - len(profile.metadata_octets) > free_octets(nvm):
        raise refused(StatusWord.NOT_ENOUGH_SPACE)
    return profiles.put(nvm, replace(profile, metadata=metadata, metadata_octets=octets))


def _updated(before: StoreMetadataRequest, request: UpdateMetadataRequest) -> StoreMetadataRequest:
    """Return metadata after an update that makes sense."""
    after = before
    if request.service_provider_name is not None:
        after = replace(after, service_provider_name=request.service_provider_name)
    if request.profile_name is not None:
        after = replace(after, profile_name=request.profile_name)
    if request.icon is not None:
        is_there = bool(request.icon)
        after = replace(after, icon=request.icon or None, icon_type=request.icon_type if is_there else None)
    if request.profile_policy_rules is not None:
        left = PprIds((before.profile_policy_rules or 0) & request.profile_policy_rules)
        after = replace(after, profile_policy_rules=left or None)
    return after


def _execute(domain: _Domain, command: CommandApdu) -> tuple[_Domain, bytes]:
    """Carry out one command.

    Raises:
        CardError: with the status word.
    """
    require_class(command, is_proprietary=True)
    if command.instruction == INSTALL:
        return _install(domain, command), _NO_CONFIRMATION
    if command.instruction == STORE_DATA:
        return _store_data(domain, command), b""
    raise refused(StatusWord.INSTRUCTION_NOT_SUPPORTED)


def _install(domain: _Domain, command: CommandApdu) -> _Domain:
    """Take INSTALL [for personalization] of the ISD-P: the STORE DATA that follow are for it.

    Raises:
        CardError: another kind of INSTALL (6A86), another application (6A88).

    Source: GlobalPlatform Card Specification 2.3 §11.5.2.3.6.
    """
    if (command.p1, command.p2) != (FOR_PERSONALIZATION, 0):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if command.data != _FOR_ISDP:
        raise refused(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return replace(domain, blocks=())


def _store_data(domain: _Domain, command: CommandApdu) -> _Domain:
    """Take a block; with the last one the metadata change.

    Raises:
        CardError: not for the ISD-P (6985), a block out of turn or encrypted (6A86), or what the update answers.

    Source: GlobalPlatform Card Specification 2.3 §11.11.
    """
    if domain.blocks is None:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED)
    if command.p1 & _ENCRYPTED or command.p2 != len(domain.blocks):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    blocks = (*domain.blocks, command.data)
    if not command.p1 & LAST_BLOCK:
        return replace(domain, blocks=blocks)
    try:
        request = UpdateMetadataRequest.decode(b"".join(blocks))
    except DecodeError as error:
        raise refused(StatusWord.INCORRECT_DATA, str(error)) from None
    nvm = update_metadata(domain.nvm, domain.profile, request)
    profile = profiles.find_profile(nvm, domain.profile.aid) or domain.profile
    return _Domain(nvm, profile)
