"""The authentication centre: what a network hands out for a subscription, and how it follows the card's counter.

Pure: the caller draws RAND, and stores the sequence number before anything it got for it leaves.

Source: 3GPP TS 33.102 §6.3.2, §6.3.5, §6.8.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openesim.kernel.errors import Explanation, StateError
from openesim.messages.saip.aka import Algorithm
from openesim.network.subscription import Subscription
from openesim.security.aka import sqn as sequence
from openesim.security.aka.algorithm import AkaAlgorithm
from openesim.security.aka.milenage import Milenage
from openesim.security.aka.tuak import Tuak
from openesim.security.aka.vectors import AuthenticationVector, build_vector, c2, c3, verify_auts
from openesim.security.aka.xor import XorAlgorithm


@dataclass(frozen=True, slots=True)
class Triplet:
    """What a GSM network needs to authenticate a card once; answer and key are not printed.

    Attributes:
        rand: challenge, 16 octets.
        sres: the response that is expected, 4 octets.
        kc: cipher key, 8 octets.
    """

    rand: bytes
    sres: bytes = field(repr=False)
    kc: bytes = field(repr=False)


def issue_vector(subscription: Subscription, rand: bytes) -> tuple[AuthenticationVector, int]:
    """Return an authentication vector, and the sequence number in it, which is the last one handed out from then on.

    Args:
        subscription: whose card is to be authenticated.
        rand: challenge, 16 unpredictable octets.

    Raises:
        StateError: the network does not let the subscription in, or its sequence numbers are used up.
        DecodeError: a value of another length.

    Source: 3GPP TS 33.102 §6.3.2.
    """
    _require_active(subscription)
    sqn = sequence.next_sqn(subscription.sqn)
    return build_vector(algorithm_of(subscription), rand, sqn, subscription.amf), sqn


def issue_triplet(subscription: Subscription, rand: bytes) -> Triplet:
    """Return a triplet for a network that knows GSM only: the same answer, folded. It uses no sequence number up.

    Args:
        subscription: whose card is to be authenticated.
        rand: challenge, 16 unpredictable octets.

    Raises:
        StateError: the network does not let the subscription in.
        DecodeError: a value of another length.

    Source: 3GPP TS 33.102 §6.8.1.2.
    """
    _require_active(subscription)
    answer = algorithm_of(subscription).f2345(rand)
    return Triplet(rand, c2(answer.res), c3(answer.ck, answer.ik))


def resynchronise(subscription: Subscription, rand: bytes, auts: bytes) -> int:
    """Return the sequence number behind which the network goes on, after a card has refused one that was not fresh.

    Args:
        subscription: whose card it is.
        rand: of the vector that the card refused, 16 octets.
        auts: the card's answer, 14 octets.

    Raises:
        VerificationError: AUTS is forged; nothing changes.
        StateError: the network does not let the subscription in.
        DecodeError: a value of another length.

    Source: 3GPP TS 33.102 §6.3.5.
    """
    _require_active(subscription)
    sqn_ms = verify_auts(algorithm_of(subscription), rand, auts)
    return sequence.resynchronise(subscription.sqn, sqn_ms)


def algorithm_of(subscription: Subscription) -> AkaAlgorithm:
    """Return the algorithm of a subscription with its keys.

    Raises:
        DecodeError: a key of a length that the algorithm does not have.
    """
    k, opc = subscription.k.reveal(), subscription.opc.reveal()
    match subscription.algorithm:
        case Algorithm.MILENAGE:
            return Milenage(k, opc)
        case Algorithm.TUAK:
            return Tuak(k, opc)
        case Algorithm.USIM_TEST_ALGORITHM:
            return XorAlgorithm(k)


def _require_active(subscription: Subscription) -> None:
    """Refuse a subscription that is switched off.

    Raises:
        StateError: it is.
    """
    if not subscription.is_active:
        raise StateError("the subscription is switched off").explained(
            Explanation(
                "no chip has reported this profile as installed, or one has reported it as deleted",
                "the operator",
                "let the user download the profile; it is switched on when the chip's report arrives",
            )
        )
