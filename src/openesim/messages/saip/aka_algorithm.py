"""From authentication parameters to the algorithm they mean: one reading for the card and for its network.

Source: TCA eUICC Profile Package 3.3.1 §8.5.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import AlgoParameter, Algorithm
from openesim.security.aka.algorithm import AkaAlgorithm
from openesim.security.aka.milenage import ROTATION_CONSTANTS, XORING_CONSTANTS, Milenage
from openesim.security.aka.tuak import Tuak
from openesim.security.aka.xor import XorAlgorithm

USUAL_OPTIONS = {
    Algorithm.MILENAGE: b"\x00",
    Algorithm.TUAK: b"\x01",
    Algorithm.USIM_TEST_ALGORITHM: b"\x02",
}
"""Options where nothing else is asked for: a response of 8 octets, of the test algorithm 16 as in TS.48."""

_RES_OCTETS = (4, 8, 16, 32)
_LONGEST_TEST_RES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmSettings:
    """What an algorithm is set to besides its keys; card and network must agree on it.

    Attributes:
        options: algorithmOptions, 1 octet, which choose the length of the response; None takes the usual ones.
        rotation_constants: r1 to r5 of Milenage in bits, 5 octets.
        xoring_constants: c1 to c5 of Milenage, 80 octets.
        number_of_keccak: permutations of TUAK, 1 to 255.
    """

    options: bytes | None = None
    rotation_constants: bytes = ROTATION_CONSTANTS
    xoring_constants: bytes = XORING_CONSTANTS
    number_of_keccak: int = 1

    @property
    def has_own_constants(self) -> bool:
        """Whether an operator chose constants of Milenage, which programs of others do not know."""
        return (self.rotation_constants, self.xoring_constants) != (ROTATION_CONSTANTS, XORING_CONSTANTS)


USUAL_SETTINGS = AlgorithmSettings()


def settings_of(parameter: AlgoParameter) -> AlgorithmSettings:
    """Return what parameters say besides algorithm and keys."""
    return AlgorithmSettings(
        options=parameter.algorithm_options,
        rotation_constants=parameter.rotation_constants,
        xoring_constants=parameter.xoring_constants,
        number_of_keccak=parameter.number_of_keccak,
    )


def build_algorithm(
    algorithm: int, k: bytes, opc: bytes, settings: AlgorithmSettings = USUAL_SETTINGS
) -> AkaAlgorithm:
    """Return an algorithm with the keys of a subscription.

    Args:
        algorithm: algorithmID.
        k: subscriber key, 16 octets, or 32 with TUAK.
        opc: OPc (16 octets) or TOPc (32); the test algorithm has none.
        settings: what it is set to.

    Raises:
        DecodeError: keys or constants that the algorithm does not take, or an unknown algorithm.
    """
    match algorithm:
        case Algorithm.MILENAGE:
            return Milenage(k, opc, settings.rotation_constants, settings.xoring_constants)
        case Algorithm.TUAK:
            res_octets = _res_octets(Algorithm.TUAK, settings)
            return Tuak(k, opc, number_of_keccak=settings.number_of_keccak, res_octets=res_octets)
        case Algorithm.USIM_TEST_ALGORITHM:
            res_octets = _res_octets(Algorithm.USIM_TEST_ALGORITHM, settings)
            return XorAlgorithm(k, res_octets=min(res_octets, _LONGEST_TEST_RES))
        case _:
            raise DecodeError(f"algorithm {int(algorithm)} is not known")


def _res_octets(algorithm: Algorithm, settings: AlgorithmSettings) -> int:
    """Return the length of the response that options choose."""
    options = settings.options or USUAL_OPTIONS[algorithm]
    return _RES_OCTETS[options[0] & 0x03]
