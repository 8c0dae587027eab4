"""Authentication vectors, their tokens, and the tokens of a resynchronisation.

::

    AUTN = (SQN xor AK) ‖ AMF ‖ MAC-A         the network proves itself and its sequence number
    AUTS = (SQN_MS xor AK*) ‖ MAC-S           the card tells which number it has seen; MAC-S is made with an AMF of zeros

Sequence numbers are integers of 48 bits here, SEQ ‖ IND; ``sqn.py`` says which of them come next.

Source: 3GPP TS 33.102 §6.3.2, §6.3.3, §6.8.1.2.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.aka.algorithm import (
    AMF_OCTETS,
    LARGEST_SQN,
    SQN_OCTETS,
    AkaAlgorithm,
    AkaAnswer,
    require_octets,
)

AUTN_OCTETS: Final = 16
"""Length of AUTN."""

AUTS_OCTETS: Final = 14
"""Length of AUTS."""

_MAC_OCTETS: Final = 8
_KEY_OCTETS: Final = 16
_RESYNCHRONISATION_AMF: Final = bytes(AMF_OCTETS)


@dataclass(frozen=True, slots=True)
class AuthenticationVector:
    """What the network needs to authenticate a card once; answer and keys are not printed.

    Attributes:
        rand: challenge, 16 octets.
        xres: the response that is expected, 4 to 16 octets.
        ck: cipher key, 16 octets.
        ik: integrity key, 16 octets.
        autn: authentication token, 16 octets.
    """

    rand: bytes
    xres: bytes = field(repr=False)
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)
    autn: bytes


@dataclass(frozen=True, slots=True)
class VerifiedAutn:
    """What a card learns from a challenge whose MAC holds.

    Attributes:
        sqn: sequence number of the network, 48 bits; whether it is fresh is another question.
        amf: authentication management field, 2 octets.
        answer: response and keys.
    """

    sqn: int
    amf: bytes
    answer: AkaAnswer


def build_vector(algorithm: AkaAlgorithm, rand: bytes, sqn: int, amf: bytes) -> AuthenticationVector:
    """Make an authentication vector.

    Args:
        algorithm: with the keys of the subscription.
        rand: challenge, 16 octets.
        sqn: sequence number, 48 bits, never used before with these keys.
        amf: authentication management field, 2 octets.

    Raises:
        DecodeError: a value of another length or out of range.

    Source: 3GPP TS 33.102 §6.3.2.
    """
    answer = algorithm.f2345(rand)
    mac = algorithm.f1(rand, _sqn_octets(sqn), amf)
    require_octets("MAC-A", mac, _MAC_OCTETS)
    autn = _conceal(sqn, answer.ak) + amf + mac
    return AuthenticationVector(rand, answer.res, answer.ck, answer.ik, autn)


def verify_autn(algorithm: AkaAlgorithm, rand: bytes, autn: bytes) -> VerifiedAutn:
    """Read a challenge on the card: MAC-A first, in constant time, and only then the sequence number.

    Args:
        algorithm: with the keys of the card.
        rand: challenge, 16 octets.
        autn: token of the network, 16 octets.

    Raises:
        DecodeError: a value of another length.
        VerificationError: MAC-A does not hold: another key, or a network that has none.

    Source: 3GPP TS 33.102 §6.3.3.
    """
    require_octets("AUTN", autn, AUTN_OCTETS)
    answer = algorithm.f2345(rand)
    sqn = _reveal(autn[:SQN_OCTETS], answer.ak)
    amf, mac = autn[SQN_OCTETS:-_MAC_OCTETS], autn[-_MAC_OCTETS:]
    if not hmac.compare_digest(algorithm.f1(rand, _sqn_octets(sqn), amf), mac):
        msg = "the network does not know the key of this card (MAC-A)"
        raise VerificationError(msg)
    return VerifiedAutn(sqn, amf, answer)


def build_auts(algorithm: AkaAlgorithm, rand: bytes, sqn_ms: int) -> bytes:
    """Make the card's answer to a sequence number it has seen before, 14 octets.

    Args:
        algorithm: with the keys of the card.
        rand: the challenge it came with, 16 octets.
        sqn_ms: the highest sequence number the card has accepted, 48 bits.

    Raises:
        DecodeError: a value of another length or out of range.

    Source: 3GPP TS 33.102 §6.3.3.
    """
    mac = algorithm.f1_star(rand, _sqn_octets(sqn_ms), _RESYNCHRONISATION_AMF)
    require_octets("MAC-S", mac, _MAC_OCTETS)
    return _conceal(sqn_ms, algorithm.f5_star(rand)) + mac


def verify_auts(algorithm: AkaAlgorithm, rand: bytes, auts: bytes) -> int:
    """Return the sequence number that the card reports, its MAC-S verified in constant time.

    Args:
        algorithm: with the keys of the subscription.
        rand: the challenge the network had sent, 16 octets.
        auts: the card's answer, 14 octets.

    Raises:
        DecodeError: a value of another length.
        VerificationError: MAC-S does not hold: nobody but the card can ask for a resynchronisation.

    Source: 3GPP TS 33.102 §6.3.5.
    """
    require_octets("AUTS", auts, AUTS_OCTETS)
    sqn_ms = _reveal(auts[:SQN_OCTETS], algorithm.f5_star(rand))
    mac = algorithm.f1_star(rand, _sqn_octets(sqn_ms), _RESYNCHRONISATION_AMF)
    if not hmac.compare_digest(mac, auts[SQN_OCTETS:]):
        msg = "the request for resynchronisation does not come from the card (MAC-S)"
        raise VerificationError(msg)
    return sqn_ms


# --- The same answer in GSM ----------------------------------------------------------------------------------


def c2(res: bytes) -> bytes:
    """Return SRES, 4 octets: the response of at most 16 octets, filled up with zeros and folded.

    Raises:
        DecodeError: a longer response.

    Source: 3GPP TS 33.102 §6.8.1.2.
    """
    require_octets("RES", res, *range(4, 17))
    words = [int.from_bytes(res[at : at + 4].ljust(4, b"\0"), "big") for at in range(0, len(res), 4)]
    folded = 0
    for word in words:
        folded ^= word
    return folded.to_bytes(4, "big")


def c3(ck: bytes, ik: bytes) -> bytes:
    """Return Kc, 8 octets: both keys of 16 octets, folded.

    Raises:
        DecodeError: a key of another length.

    Source: 3GPP TS 33.102 §6.8.1.2.
    """
    require_octets("CK", ck, _KEY_OCTETS)
    require_octets("IK", ik, _KEY_OCTETS)
    folded = int.from_bytes(ck, "big") ^ int.from_bytes(ik, "big")
    return (folded >> 64 ^ folded & (1 << 64) - 1).to_bytes(8, "big")


# --- Sequence numbers on the wire ----------------------------------------------------------------------------


def _sqn_octets(sqn: int) -> bytes:
    """Return a sequence number as 6 octets."""
    if not 0 <= sqn <= LARGEST_SQN:
        msg = "a sequence number must have at most 48 bits"
        raise DecodeError(msg)
    return sqn.to_bytes(SQN_OCTETS, "big")


def _conceal(sqn: int, ak: bytes) -> bytes:
    """Return the sequence number under the anonymity key."""
    return _sqn_octets(sqn ^ int.from_bytes(ak, "big"))


def _reveal(concealed: bytes, ak: bytes) -> int:
    """Return the sequence number that was concealed."""
    return int.from_bytes(concealed, "big") ^ int.from_bytes(ak, "big")
