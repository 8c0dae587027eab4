"""The operator's half of UpdateMetadata (ES6): the secured packet for one profile, and what its card answered.

Source: SGP.22 v2.5 §5.4.1; ETSI TS 102 225; ETSI TS 102 226.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.saip.package import Package
from openesim.messages.saip.scp80_domain import CHECKSUM_KEY, CIPHERING_KEY, Scp80Domain, find_scp80_domain
from openesim.messages.sgp22.metadata import UpdateMetadataRequest
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.procedures.command_script import (
    decode_answers,
    encode_script,
    update_metadata_commands,
)
from openesim.security.crypto.scp80 import (
    RESPONSE_USER_DATA_HEADER,
    CommandPacket,
    PacketStatus,
    Scp80Keys,
    unwrap_response,
    wrap_command,
)

SPI: Final = bytes.fromhex("1619")
"""Ciphered, with a checksum and a counter that grows; a response is wanted, protected alike, in the delivery report."""

_IN_THE_CLEAR: Final = bytes(2)


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """What a card answered to a secured packet.

    Attributes:
        status: of the packet, see ``PacketStatus``.
        status_word: of the last command; 0: none was carried out.
        is_proven: whether it is sealed with the profile's keys; anybody can say that a packet was not taken.
    """

    status: int
    status_word: int
    is_proven: bool


@dataclass(frozen=True, slots=True)
class _Route:
    """How a profile is reached: its security domain, and the octets that name the keys."""

    domain: Scp80Domain
    kic: int
    kid: int

    @classmethod
    def of(cls, package: Package) -> _Route:
        """Return the way to a profile, by its newest keys.

        Raises:
            DecodeError: no packet reaches it.
        """
        domain = find_scp80_domain(package)
        if domain is None or not domain.tars:
            raise DecodeError("the profile has no security domain that secured packets reach")
        version = domain.newest_version()
        kic = version << 4 | domain.keys[version, CIPHERING_KEY].algorithm
        return cls(domain, kic, version << 4 | domain.keys[version, CHECKSUM_KEY].algorithm)

    @property
    def keys(self) -> Scp80Keys:
        """The keys."""
        return self.domain.keys_for(self.kic, self.kid)


def build_update(package: Package, request: UpdateMetadataRequest, counter: int) -> bytes:
    """Return the secured packet that changes the metadata of an installed profile, from its length on.

    Args:
        package: the profile with the keys of its subscriber.
        request: what is to change.
        counter: higher than that of every packet before, at most 40 bits.

    Raises:
        DecodeError: nothing is to change, an icon without its type, an update control that is not known, or a profile that no
            packet reaches.

    Source: SGP.22 v2.5 §5.4.1; ETSI TS 102 225 §5.1.
    """
    verify_update(request)
    route = _Route.of(package)
    script = encode_script(update_metadata_commands(request))
    packet = CommandPacket(SPI, route.kic, route.kid, route.domain.tars[0], counter, script)
    return wrap_command(packet, route.keys)


def read_answer(package: Package, user_data: bytes) -> RemoteAnswer:
    """Return what a card answered to a packet of ours.

    Args:
        package: the profile with the keys of its subscriber.
        user_data: of the delivery report, with its header.

    Raises:
        DecodeError: no response packet, or a profile that no packet reaches.
        VerificationError: a packet that says it was taken, and was not sealed by the profile's card.

    Source: ETSI TS 102 225 §5.2; 3GPP TS 31.115 §4.3.
    """
    route = _Route.of(package)
    if not user_data.startswith(RESPONSE_USER_DATA_HEADER):
        raise DecodeError("the delivery report holds no response packet")
    octets = user_data[len(RESPONSE_USER_DATA_HEADER) :]
    try:
        response = unwrap_response(octets, SPI, route.keys)
    except DecodeError:
        # A card that could not open the packet has no way to seal its answer.
        response = unwrap_response(octets, _IN_THE_CLEAR, Scp80Keys())
        if response.status == PacketStatus.TAKEN or response.data:
            raise VerificationError("the response packet is not sealed as asked for") from None
        return RemoteAnswer(response.status, 0, is_proven=False)
    word = decode_answers(response.data)[1] if response.data else 0
    return RemoteAnswer(response.status, word, is_proven=True)


def verify_update(request: UpdateMetadataRequest) -> None:
    """Refuse an update that no card could take, whatever its profile.

    Raises:
        DecodeError: nothing is to change, an icon or its type alone, an unknown type, an update control that is not known.

    Source: SGP.22 v2.5 §5.4.1.
    """
    values = (request.service_provider_name, request.profile_name, request.icon, request.profile_policy_rules)
    if all(value is None for value in (*values, request.icon_type)):
        raise DecodeError("UpdateMetadata changes nothing")
    if request.icon and request.icon_type not in (0, 1):
        raise DecodeError("an icon needs its type, JPG or PNG", ("iconType",))
    if request.icon_type is not None and request.icon is None:
        raise DecodeError("the type of an icon comes with the icon", ("icon",))
    if (request.profile_policy_rules or 0) & PprIds.PPR_UPDATE_CONTROL:
        raise DecodeError("this way of updating policy rules is not known", ("profilePolicyRules",))
