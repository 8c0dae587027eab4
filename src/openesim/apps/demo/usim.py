"""The USIM of an enabled profile answers a network: AUTHENTICATE, as a phone sends it when it logs in.

Source: 3GPP TS 31.102 §7.1.2; ETSI TS 102 221 §11.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from openesim.adapters.apdu.software import SoftwareCard
from openesim.kernel.errors import CardError

_SELECT_USIM: Final = bytes.fromhex("00A4040407A0000000871002")
_AUTHENTICATE: Final = bytes.fromhex("0088008122")
_GET_RESPONSE: Final = bytes.fromhex("00C00000")
_DONE: Final = 0x9000
_WRONG_MAC: Final = 0x9862
_MORE: Final = 0x61
_SUCCESS: Final = 0xDB


@dataclass(frozen=True, slots=True)
class Answer:
    """What the card says to a challenge; response and keys are not printed.

    Attributes:
        believes: the network has proved that it knows the key.
        response: RES, empty where the card does not believe the network.
        ck: cipher key, 16 octets.
        ik: integrity key, 16 octets.
    """

    believes: bool
    response: bytes = field(default=b"", repr=False)
    ck: bytes = field(default=b"", repr=False)
    ik: bytes = field(default=b"", repr=False)


def authenticate(card: SoftwareCard, rand: bytes, autn: bytes) -> Answer:
    """Return what the USIM of the enabled profile answers to a challenge.

    Args:
        card: the chip.
        rand: challenge, 16 octets.
        autn: what proves the network, 16 octets.

    Raises:
        CardError: there is no USIM, or it answers something else.
    """
    _exchange(card, _SELECT_USIM)
    challenge = b"\x10" + rand + b"\x10" + autn
    octets, status = _transmit(card, _AUTHENTICATE + challenge + b"\0")
    if status == _WRONG_MAC:
        return Answer(believes=False)
    if status != _DONE or octets[:1] != bytes((_SUCCESS,)):
        raise CardError(f"AUTHENTICATE: {status:04X}", status)
    parts, rest = [], octets[1:]
    while rest:
        parts.append(rest[1 : 1 + rest[0]])
        rest = rest[1 + rest[0] :]
    response, ck, ik = parts[:3]
    return Answer(believes=True, response=response, ck=ck, ik=ik)


def _exchange(card: SoftwareCard, command: bytes) -> bytes:
    """Return the response data of a command that has to succeed.

    Raises:
        CardError: it does not.
    """
    octets, status = _transmit(card, command)
    if status != _DONE:
        raise CardError(f"{command[:4].hex()}: {status:04X}", status)
    return octets


def _transmit(card: SoftwareCard, command: bytes) -> tuple[bytes, int]:
    """Return response data and status word; what waits on the card is fetched."""
    response = card.transmit(command)
    octets = response[:-2]
    while response[-2] == _MORE:
        response = card.transmit(_GET_RESPONSE + response[-1:])
        octets += response[:-2]
    return octets, int.from_bytes(response[-2:], "big")
