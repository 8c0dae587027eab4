"""A row of a batch becomes a subscription: what nobody gave is drawn, as the profile type has places for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import PatchPoints, with_subscriber
from openesim.network.subscription import CardSecrets, Subscription
from openesim.provisioning.smdp.packages import StoredPackage, subscriber_in
from openesim.security.aka.milenage import derive_opc
from openesim.security.aka.tuak import derive_topc
from openesim.services.batch_file import BatchPlan
from openesim.services.batch_rows import CODE_OCTETS, PIN1, BatchRow

_ADMINISTRATIVE: Final = frozenset({*range(0x0A, 0x0F), *range(0x8A, 0x8F)})
"""Key references of ADM1 to ADM10 (ETSI TS 102 221 §9.5.1)."""

_SCP80_VERSIONS: Final = range(0x01, 0x10)


class SubscriptionMaker:
    """Makes the subscriptions of one batch."""

    def __init__(self, plan: BatchPlan, package: StoredPackage, entropy: Entropy) -> None:
        """Look at the package of the profile type.

        Raises:
            DecodeError: it has no keys to replace, or authenticates by another algorithm than the batch says.
        """
        parameters = _parameters(package)
        self._plan: Final = plan
        self._package: Final = package
        self._entropy: Final = entropy
        self._algorithm: Final = _algorithm(plan, parameters)
        self._number_of_keccak: Final = parameters.number_of_keccak
        self._k_octets: Final = len(parameters.key)
        has_opc = self._algorithm is not Algorithm.USIM_TEST_ALGORITHM
        self._opc_octets: Final = len(parameters.opc) if has_opc else 0
        self._ota_octets: Final = _key_lengths(package.points)
        self._ota_version: Final = min(
            (number >> 8 for number in self._ota_octets if number >> 8 in _SCP80_VERSIONS), default=None
        )

    def make(self, row: BatchRow) -> Subscription:
        """Return the subscription of a row.

        Raises:
            DecodeError: a key has another length than the package has room for; the path names it.
        """
        k = _sized("k", row.k, self._k_octets) or self._entropy(self._k_octets)
        return Subscription(
            iccid=row.iccid,
            imsi=row.imsi,
            msisdn=row.msisdn,
            algorithm=self._algorithm,
            k=Secret(k),
            opc=Secret(self._opc(row, k)),
            amf=self._plan.amf,
            card=CardSecrets(pins=self._pins(row), puks=self._puks(row), ota=self._ota(row)),
        )

    def personalise(self, subscription: Subscription) -> bytes:
        """Return the package as the chip will get it.

        Raises:
            DecodeError: the package has no place for something, or is for another network; the path names it.
        """
        points = self._package.points
        return with_subscriber(self._package.octets, points, subscriber_in(points, subscription.subscriber))

    def _opc(self, row: BatchRow, k: bytes) -> bytes:
        if self._opc_octets == 0:
            return b""
        if row.opc is not None:
            return _sized("opc", row.opc, self._opc_octets) or b""
        op = row.op or (self._plan.op.reveal() if self._plan.op else None)
        if op is None:
            return self._entropy(self._opc_octets)
        _sized("op", op, self._opc_octets)
        if self._algorithm is Algorithm.TUAK:
            return derive_topc(k, op, number_of_keccak=self._number_of_keccak)
        return derive_opc(k, op)

    def _pins(self, row: BatchRow) -> dict[int, bytes]:
        _verify_known("pins", row.pins, self._package.points.pins)
        common = self._plan.pin1
        given = dict(row.pins)
        if common is not None:
            given.setdefault(PIN1, common.reveal().encode().ljust(CODE_OCTETS, b"\xff"))
        return {
            reference: given.get(reference) or self._code(8 if reference in _ADMINISTRATIVE else 4)
            for reference in self._package.points.pins
        }

    def _puks(self, row: BatchRow) -> dict[int, bytes]:
        _verify_known("puks", row.puks, self._package.points.puks)
        return {
            reference: row.puks.get(reference) or self._code(8) for reference in self._package.points.puks
        }

    def _ota(self, row: BatchRow) -> dict[int, bytes]:
        """Return all keys of the security domain: those of the row are its first SCP80 keys."""
        if row.ota and self._ota_version is None:
            raise DecodeError("the profile type has no keys of SCP80", ("kic",))
        first = (self._ota_version or 0) << 8
        given = {first | identifier: key for identifier, key in row.ota.items()}
        _verify_known("ota keys", given, self._ota_octets)
        return {
            number: _sized("kic, kid, kik", given.get(number), length) or self._entropy(length)
            for number, length in self._ota_octets.items()
        }

    def _code(self, digits: int) -> bytes:
        """Return drawn digits, padded; eight octets make each as likely as any other within 10⁻¹¹."""
        number = int.from_bytes(self._entropy(8), "big") % 10**digits
        return f"{number:0{digits}d}".encode().ljust(CODE_OCTETS, b"\xff")


def _parameters(package: StoredPackage) -> AlgoParameter:
    """Return the authentication parameters of a package's first application that has keys.

    Raises:
        DecodeError: there are none.
    """
    for value in decode_package(package.octets).values(AkaParameter):
        if isinstance(value.algo_configuration, AlgoParameter):
            return value.algo_configuration
    raise DecodeError("has no authentication keys that could be a subscriber's", ("profile",))


def _algorithm(plan: BatchPlan, parameters: AlgoParameter) -> Algorithm:
    try:
        algorithm = Algorithm(parameters.algorithm_id)
    except ValueError:
        raise DecodeError("authenticates by an algorithm that is not known here", ("profile",)) from None
    if plan.algorithm not in {None, algorithm}:
        raise DecodeError(f"the profile type authenticates by {algorithm.name}", ("algorithm",))
    return algorithm


def _key_lengths(points: PatchPoints) -> dict[int, int]:
    """Return the length of every key of the security domain, by version and identifier."""
    return {number: places[0][1] for number, places in points.ota_keys.items() if places}


def _sized(name: str, key: bytes | None, octets: int) -> bytes | None:
    """Return a key that was given, if it has the length that the package has room for.

    Raises:
        DecodeError: it has another.
    """
    if key is not None and len(key) != octets:
        raise DecodeError(
            f"has {2 * len(key)} digits, and the profile type has room for {2 * octets}: write so many",
            (name,),
        )
    return key


def _verify_known(name: str, given: Mapping[int, bytes], known: Iterable[int]) -> None:
    """Refuse codes that the package has no place for.

    Raises:
        DecodeError: there is one.
    """
    if set(given) - set(known):
        raise DecodeError("the profile type has no place for one of them: leave the column empty", (name,))
