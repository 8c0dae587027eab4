"""Network access applications: what an ADF authenticates with.

Source: TCA eUICC Profile Package 3.3.1 §8.5.1; 3GPP TS 33.102 Annex C.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.security.aka.algorithm import AkaAlgorithm
from openesim.security.aka.milenage import Milenage
from openesim.security.aka.sqn import SqnArray
from openesim.security.aka.tuak import Tuak
from openesim.security.aka.xor import XorAlgorithm

_RES_OCTETS = (4, 8, 16, 32)
_LONGEST_TEST_RES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Naa:
    """One application that authenticates.

    Attributes:
        path: of the ADF that the parameters were given for: sequence numbers are kept under it, also where another
            application uses the same parameters.
        algorithm: with the keys of the subscription.
        sequence_numbers: as the profile came.
        most_authentications: how often the key may be used, None without end.
    """

    path: bytes
    algorithm: AkaAlgorithm = field(repr=False)
    sequence_numbers: SqnArray
    most_authentications: int | None


def build_naa(parameter: AkaParameter, path: bytes) -> Naa:
    """Return the application of an ADF.

    Args:
        parameter: with an algorithm of its own, not mapped to another application's.
        path: of the ADF.

    Raises:
        DecodeError: keys, constants or sequence numbers that cannot be, or an unknown algorithm.

    Source: TCA eUICC Profile Package 3.3.1 §8.5.1.
    """
    configuration = parameter.algo_configuration
    if not isinstance(configuration, AlgoParameter):
        raise DecodeError("the parameters are another application's")
    is_test = configuration.algorithm_id == Algorithm.USIM_TEST_ALGORITHM
    counter = None if is_test else configuration.auth_counter_max
    return Naa(
        path=path,
        algorithm=_build_algorithm(configuration),
        sequence_numbers=SqnArray(
            tuple(int.from_bytes(seq, "big") for seq in parameter.sqn_init),
            delta=None if is_test else int.from_bytes(parameter.sqn_delta, "big"),
            age_limit=None if is_test else int.from_bytes(parameter.sqn_age_limit, "big"),
        ),
        most_authentications=None if counter is None else int.from_bytes(counter, "big"),
    )


def _build_algorithm(parameter: AlgoParameter) -> AkaAlgorithm:
    """Return the algorithm with its keys; options choose the length of the response where it is not fixed.

    Raises:
        DecodeError: keys or constants that the algorithm does not take, or an unknown algorithm.
    """
    res_octets = _RES_OCTETS[parameter.algorithm_options[0] & 0x03]
    match parameter.algorithm_id:
        case Algorithm.MILENAGE:
            return Milenage(
                parameter.key, parameter.opc, parameter.rotation_constants, parameter.xoring_constants
            )
        case Algorithm.TUAK:
            iterations = parameter.number_of_keccak
            return Tuak(parameter.key, parameter.opc, number_of_keccak=iterations, res_octets=res_octets)
        case Algorithm.USIM_TEST_ALGORITHM:
            return XorAlgorithm(parameter.key, res_octets=min(res_octets, _LONGEST_TEST_RES))
        case _:
            raise DecodeError(f"algorithm {int(parameter.algorithm_id)} is not known")
