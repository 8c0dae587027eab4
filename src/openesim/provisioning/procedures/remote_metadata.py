"""The operator's half of UpdateMetadata (ES6): the secured packet for one profile, and what its card answered.

Source: SGP.22 v2.5 §5.4.1; ETSI TS 102 225; ETSI TS 102 226.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from openesim.kernel.errors import DecodeError
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
    unwrap_response,
    wrap_command,
)

SPI: Final = bytes.fromhex("1619")
"""Ciphered, with a checksum and a counter that grows; a response is wanted, protected alike, in the delivery report."""


@dataclass(frozen=True, slots=True)
class RemoteUpdate:
    """A secured packet on its way to a card.

    Attributes:
        octets: the packet, from its length on.
        kic: octet that names the ciphering key.
        kid: octet that names the key of the checksum.
    """

    octets: bytes
    kic: int
    kid: int
    domain: Scp80Domain = field(repr=False)

    def read_response(self, user_data: bytes) -> tuple[int, int]:
        """Return status of the packet and status word of the last command, 0 where none was carried out.

        Args:
            user_data: of the delivery report, with its header.

        Raises:
            DecodeError: no response packet.
            VerificationError: it was not made by the profile's card.

        Source: ETSI TS 102 225 §5.2; 3GPP TS 31.115 §4.3.
        """
        if not user_data.startswith(RESPONSE_USER_DATA_HEADER):
            raise DecodeError("the delivery report holds no response packet")
        keys = self.domain.keys_for(self.kic, self.kid)
        response = unwrap_response(user_data[len(RESPONSE_USER_DATA_HEADER) :], SPI, keys)
        return response.status, decode_answers(response.data)[1] if response.data else 0


def build_update(package: Package, request: UpdateMetadataRequest, counter: int) -> RemoteUpdate:
    """Return the secured packet that changes the metadata of an installed profile.

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
    domain = find_scp80_domain(package)
    if domain is None or not domain.tars:
        raise DecodeError("the profile has no security domain that secured packets reach")
    version = domain.newest_version()
    kic = version << 4 | domain.keys[version, CIPHERING_KEY].algorithm
    kid = version << 4 | domain.keys[version, CHECKSUM_KEY].algorithm
    script = encode_script(update_metadata_commands(request))
    packet = CommandPacket(SPI, kic, kid, domain.tars[0], counter, script)
    return RemoteUpdate(wrap_command(packet, domain.keys_for(kic, kid)), kic, kid, domain)


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
