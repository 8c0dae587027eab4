"""Authentication parameters: AKA of USIM and ISIM, CAVE of CSIM.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (PE-AKAParameter, PE-CDMAParameter).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Choice, Message, Range, Size, Tag, alternative, message
from openesim.messages.saip.header import Aid, PeHeader, Unknown
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.security.aka.milenage import ROTATION_CONSTANTS, XORING_CONSTANTS

LARGEST_SQN = 0x07FFFFFFFFFF
SQN_COUNT = 32
_SQN_DELTA = bytes.fromhex("000010000000")

Octet = Annotated[bytes, Size(1)]
Sqn = Annotated[bytes, Size(6)]


class Algorithm(IntEnum):
    """Authentication algorithm of an NAA."""

    MILENAGE = 1
    TUAK = 2
    USIM_TEST_ALGORITHM = 3


@message()
class MappingParameter(Message):
    """Use the parameters of another NAA, named by its AID; options 06 share keys and sequence numbers."""

    mapping_options: Annotated[Octet, Tag(0x80)]
    mapping_source: Annotated[Aid, Tag(0x81)]
    unknown: Unknown = ()


@message()
class AlgoParameter(Message):
    """Algorithm and keys: K of 16 or 32 octets, OPc of 16 (Milenage) or TOPc of 32 (TUAK), already derived."""

    algorithm_id: Annotated[int | Algorithm, Tag(0x80)]
    algorithm_options: Annotated[Octet, Tag(0x81)]
    key: Annotated[SecretOctets, Tag(0x82)]
    opc: Annotated[SecretOctets, Tag(0x83)]
    rotation_constants: Annotated[bytes, Tag(0x84), Size(5)] = ROTATION_CONSTANTS
    xoring_constants: Annotated[bytes, Tag(0x85), Size(80)] = XORING_CONSTANTS
    auth_counter_max: Annotated[bytes | None, Tag(0x86), Size(3)] = None
    number_of_keccak: Annotated[int, Tag(0x87), Range(0, 255)] = 1
    unknown: Unknown = ()


AlgoConfiguration: Choice[MappingParameter | AlgoParameter] = Choice(
    alternative(MappingParameter, 0xA0), alternative(AlgoParameter, 0xA1)
)


@message(tag=0xA4)
class AkaParameter(Message):
    """Authentication of the NAA that precedes the element. Sequence numbers are SEQ without IND, 6 octets."""

    header: Annotated[PeHeader, Tag(0xA0)]
    algo_configuration: Annotated[MappingParameter | AlgoParameter, AlgoConfiguration, Tag(0xA1)]
    sqn_options: Annotated[Octet, Tag(0x82)] = b"\x02"
    sqn_delta: Annotated[Sqn, Tag(0x83)] = _SQN_DELTA
    sqn_age_limit: Annotated[Sqn, Tag(0x84)] = _SQN_DELTA
    sqn_init: Annotated[tuple[Sqn, ...], Tag(0xA5), Size(SQN_COUNT)] = (bytes(6),) * SQN_COUNT
    unknown: Unknown = ()


@message(tag=0xA5)
class CdmaParameter(Message):
    """CAVE and CDMA2000 authentication of the CSIM that precedes the element."""

    header: Annotated[PeHeader, Tag(0xA0)]
    authentication_key: Annotated[SecretOctets, Tag(0x81), Size(8)]
    ssd: Annotated[SecretOctets | None, Tag(0x82), Size(16)] = None
    hrpd_access_authentication_data: Annotated[SecretOctets | None, Tag(0x83), Size(2, 32)] = None
    simple_ip_authentication_data: Annotated[SecretOctets | None, Tag(0x84), Size(3, 483)] = None
    mobile_ip_authentication_data: Annotated[SecretOctets | None, Tag(0x85), Size(5, 957)] = None
    unknown: Unknown = ()
