"""Network access applications: what an ADF authenticates with.

Source: TCA eUICC Profile Package 3.3.1 §8.5.1; 3GPP TS 33.102 Annex C.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.aka_algorithm import build_algorithm, settings_of
from openesim.security.aka.algorithm import AkaAlgorithm
from openesim.security.aka.sqn import SqnArray


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
        algorithm=build_algorithm(
            configuration.algorithm_id, configuration.key, configuration.opc, settings_of(configuration)
        ),
        sequence_numbers=SqnArray(
            tuple(int.from_bytes(seq, "big") for seq in parameter.sqn_init),
            delta=None if is_test else int.from_bytes(parameter.sqn_delta, "big"),
            age_limit=None if is_test else int.from_bytes(parameter.sqn_age_limit, "big"),
        ),
        most_authentications=None if counter is None else int.from_bytes(counter, "big"),
    )
